import { ConditionGroup } from "../schemas/condition.ts";
import type { Comparison } from "../schemas/condition.ts";
import type { JsonObject } from "../schemas/json.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const WORDS: { [op in Comparison["op"]]: string } = {
  eq: "=",
  neq: "≠",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
  between: "between",
  in: "one of",
  not_in: "none of",
  contains: "to contain",
  not_contains: "not to contain",
  starts_with: "to start with",
  ends_with: "to end with",
  exists: "to exist",
  not_exists: "not to exist",
  empty: "to be empty",
  not_empty: "not to be empty",
  is_true: "true",
  is_false: "false",
  before: "before",
  after: "after",
  has_tag: "to have the tag",
};

/** "score was 42, needed ≥ 70": the comparison that decided. */
function sentence({ field, op, value, actual }: Comparison): string {
  const needed = value === null ? WORDS[op] : `${WORDS[op]} ${show(value)}`;
  return `${field} was ${actual === null ? "missing" : show(actual)}, needed ${needed}`;
}

function show(value: Comparison["value"]): string {
  const text = typeof value === "string" ? `"${value}"` : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Names first what agrees with the result: a refusal shows what failed, a pass what held. */
function reasonText(pass: boolean, comparisons: readonly Comparison[]): string {
  const telling = comparisons.filter((comparison) => comparison.pass === pass);
  const shown = (telling.length > 0 ? telling : comparisons).slice(0, 3).map(sentence).join("; ");
  return `${pass ? "Yes" : "No"} — ${shown || "nothing to compare"}`;
}

/** Goes on by `true` or `false`; the reason holds every comparison with the values that were found. */
export default defineNode({
  type: "condition",
  version: 1,
  kind: "pure",
  repeatable: true,
  title: "Condition",
  description: "Takes one of two ways.",
  help: [
    "Compares what is known and goes on by Yes or by No. The run keeps every comparison with the values that it found, so that you can see later why.",
    "Example: lead.score is at least 70, and messages.<mail node>.opened is true.",
    "What is missing is no error: it compares as missing.",
  ].join("\n\n"),
  category: "logic",
  icon: "split",
  config: ConditionGroup.meta({
    title: "Condition",
    description: "All or any of these comparisons; groups may be nested.",
    format: "condition",
  }),
  example: { all: [{ field: "lead.score", op: "gte", value: 70 }] },
  ports: [{ id: "true", label: "Yes" }, { id: "false", label: "No" }],
  // `all` or `any` is missing and renders as nothing.
  summary: "{{ all[0].field }}{{ any[0].field }} " +
    '{{ all[0].op | replace: "_", " " }}{{ any[0].op | replace: "_", " " }} ' +
    "{{ all[0].value }}{{ any[0].value }}",
  templates: {},
  // The whole config is the condition.
  conditions: [""],
  run(config, context): Outcome {
    const { pass, comparisons } = context.evaluate(config);
    return {
      kind: "done",
      port: pass ? "true" : "false",
      output: { result: pass },
      reason: {
        code: "condition",
        text: reasonText(pass, comparisons),
        data: { result: pass, comparisons: comparisons.slice(0, 20).map((one): JsonObject => ({ ...one })) },
      },
    };
  },
});
