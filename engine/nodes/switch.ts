import { z } from "zod";
import { comparisonsInWords } from "../schemas/comparison.ts";
import { type Comparison, ConditionGroup } from "../schemas/condition.ts";
import type { JsonObject } from "../schemas/json.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const OTHERWISE = "otherwise";
const MOST_SHOWN = 20;

const Name = z.string().trim().min(1, "1 to 100 characters").max(100, "1 to 100 characters").refine(
  (name) => name.toLowerCase() !== OTHERWISE,
  "any name but otherwise, which is the port for everything else",
);

const config = z.strictObject({
  cases: z.array(
    z.strictObject({
      name: Name.meta({ title: "Name", description: "Its port, such as Large company." }),
      when: ConditionGroup.meta({
        title: "When",
        description: "All or any of these comparisons; groups may be nested.",
        format: "condition",
      }),
    }),
  ).min(1, "1 to 20 cases").max(20, "1 to 20 cases")
    .refine(
      (cases) => new Set(cases.map(({ name }) => name)).size === cases.length,
      "names that differ from each other",
    )
    .meta({ title: "Cases", description: "Looked at in this order; the first that holds is taken." }),
  otherwise: z.literal(OTHERWISE).default(OTHERWISE).meta({
    title: "Otherwise",
    description: "The port that is taken when no case holds.",
  }),
});

/** Goes on by the first case that holds, else by `otherwise`; the reason has the comparisons of every case it looked at. */
export default defineNode({
  type: "switch",
  version: 1,
  kind: "pure",
  repeatable: true,
  title: "Switch",
  description: "Takes the first of several ways whose condition holds.",
  help: [
    "Looks at its cases from top to bottom and goes on by the first one that holds. When none does, it goes on by Otherwise.",
    'Example: "Large" when lead.fields.employees is at least 250, "Medium" when it is at least 20, and everybody else by Otherwise.',
    "For a single question with Yes and No there is the condition.",
  ].join("\n\n"),
  category: "logic",
  keywords: ["if", "branch", "split", "route", "cases", "segment"],
  icon: "git-branch",
  config,
  example: {
    cases: [
      { name: "Hot", when: { all: [{ field: "lead.score", op: "gte", value: 70 }] } },
      { name: "Warm", when: { all: [{ field: "lead.score", op: "gte", value: 30 }] } },
    ],
  },
  ports: { from: "cases.*.name", and: [{ id: OTHERWISE, label: "Otherwise" }] },
  summary: "First of {{ cases | size }} that holds, else otherwise",
  templates: {},
  conditions: ["cases.*.when"],
  run({ cases }, context): Outcome {
    const seen: { name: string; comparison: Comparison }[] = [];
    for (const { name, when } of cases) {
      const { pass, comparisons } = context.evaluate(when);
      seen.push(...comparisons.map((comparison) => ({ name, comparison })));
      if (pass) return taken(name, comparisonsInWords(true, comparisons), seen);
    }
    const all = seen.map(({ comparison }) => comparison);
    return taken(OTHERWISE, `no case holds: ${comparisonsInWords(false, all)}`, seen);
  },
});

function taken(
  port: string,
  why: string,
  seen: readonly { name: string; comparison: Comparison }[],
): Outcome {
  return {
    kind: "done",
    port,
    output: { case: port },
    reason: {
      code: "switch",
      text: `${port === OTHERWISE ? "Otherwise" : `"${port}"`} — ${why}`,
      data: {
        case: port,
        // The last ones decided: earlier cases give way where there are too many.
        comparisons: seen.slice(-MOST_SHOWN).map(({ name, comparison }): JsonObject => ({
          case: name,
          ...comparison,
        })),
      },
    },
  };
}
