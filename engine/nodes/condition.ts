import { ConditionGroup } from "../schemas/condition.ts";
import { comparisonsInWords } from "../schemas/comparison.ts";
import type { JsonObject } from "../schemas/json.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

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
  keywords: ["if", "else", "branch", "check", "decide", "filter", "opened", "clicked", "replied"],
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
        text: `${pass ? "Yes" : "No"} — ${comparisonsInWords(pass, comparisons)}`,
        data: { result: pass, comparisons: comparisons.slice(0, 20).map((one): JsonObject => ({ ...one })) },
      },
    };
  },
});
