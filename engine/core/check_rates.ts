import type { Rate } from "../schemas/rate.ts";
import type { Issue, WorkflowGraph, WorkflowSettings } from "../schemas/workflow.ts";
import { compileTemplate } from "./template.ts";
import type { Template } from "./template.ts";

/** What a key may read: what is known before any step, so that it never changes on the way. */
export const KEY_ROOTS: readonly string[] = ["lead", "trigger", "execution"];
const MAX_NAMED = 10;

/** The key's template; null where it has problems (`keyIssues`). */
export function keyTemplate(key: string): Template | null {
  const compiled = compileTemplate(key, "text", { roots: KEY_ROOTS });
  return "template" in compiled ? compiled.template : null;
}

/** Keys that are no templates: refused whenever they are saved, since nothing would ever be counted. */
export function keyIssues({ limits }: WorkflowSettings): Issue[] {
  return (limits?.rates ?? []).flatMap((rate, index) =>
    rate.per === "key"
      ? keyProblems(rate.key).map((problem) => ({ path: `settings.limits.rates.${index}.key`, ...problem }))
      : []
  );
}

function keyProblems(key: string): { message: string; accepted: string }[] {
  const accepted = "a template such as {{ lead.company }}";
  const compiled = compileTemplate(key, "text", { roots: KEY_ROOTS });
  if ("problems" in compiled) return compiled.problems.map(({ message }) => ({ message, accepted }));
  if (compiled.template.parts.length > 0) return [];
  return [{ message: "Is the same for every execution, so it tells none apart", accepted }];
}

/** Nodes that a rate names and that are not there (any more): refused at publish. */
export function rateIssues({ nodes, settings }: WorkflowGraph): Issue[] {
  const known = new Set(nodes.map((node) => node.id));
  return (settings.limits?.rates ?? []).flatMap((rate: Rate, index) => {
    const missing = (rate.nodes ?? []).filter((id) => !known.has(id));
    if (missing.length === 0) return [];
    const shown = missing.slice(0, MAX_NAMED).map((id) => `"${id}"`).join(", ");
    return [{
      path: `settings.limits.rates.${index}.nodes`,
      message: `The rate is about ${shown}, and there is no such node`,
      accepted: "ids of nodes that act on the world",
    }];
  });
}
