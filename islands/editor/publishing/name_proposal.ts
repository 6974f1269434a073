import type { WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import type { Card } from "../canvas/cards.ts";

/** So many of the first steps are named. */
const NAMED = 4;
/** These say how, and not what for. */
const INWARD: ReadonlySet<string> = new Set(["logic", "data", "code"]);

/** What a proposal is made from. */
interface Drawn {
  nodes: readonly WorkflowNode[];
  edges: readonly WorkflowEdge[];
  cards: ReadonlyMap<string, Pick<Card, "kind" | "title" | "category">>;
}

/** What a workflow does, as a name: "Webhook → send mail, wait, call". Empty where nothing follows a trigger. */
export function proposedName({ nodes, edges, cards }: Drawn): string {
  const triggers = nodes.filter(({ id }) => cards.get(id)?.kind === "trigger");
  const steps = behind(triggers, edges).flatMap((id) => cards.get(id) ?? []);
  const outward = steps.filter(({ category }) => !INWARD.has(category));
  const titles = [...new Set((outward.length ? outward : steps).map(({ title }) => lowered(title)))];
  const [first] = triggers;
  if (!first || titles.length === 0) return "";
  const begins = cards.get(first.id)?.title ?? "";
  return `${begins} → ${titles.slice(0, NAMED).join(", ")}${titles.length > NAMED ? " …" : ""}`;
}

/** What is reached from there, nearest first. */
function behind(from: readonly WorkflowNode[], edges: readonly WorkflowEdge[]): string[] {
  const seen = new Set(from.map(({ id }) => id));
  const order = [...seen];
  for (let i = 0; i < order.length; i++) {
    for (const { source, target } of edges) {
      if (source !== order[i] || seen.has(target)) continue;
      seen.add(target);
      order.push(target);
    }
  }
  return order.slice(from.length);
}

/** Within a sentence; what is spelled in capitals stays so. */
function lowered(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title[0]!.toLowerCase() + title.slice(1) : title;
}
