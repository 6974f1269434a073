import assert from "node:assert/strict";
import fc from "fast-check";
import { conditionPaths, conditionProblems, evaluateCondition } from "../../engine/core/condition.ts";
import { StepError } from "../../engine/errors.ts";
import {
  CONDITION_OPS,
  type ConditionGroup,
  type ConditionNode,
  type ConditionOp,
  type ConditionTerm,
} from "../../engine/schemas/condition.ts";
import type { Json } from "../../engine/schemas/json.ts";

const NOW = Date.UTC(2026, 10, 22, 10);
const VIEW = {
  lead: {
    score: 72,
    scoreText: " 72.0 ",
    company: "Acme",
    blank: " ",
    none: null,
    tags: ["VIP", "new lead"],
    no: [],
    yes: "Yes",
    born: "2026-11-22T09:59:59Z",
  },
  trigger: { body: { min: 70, list: ["Acme", "Other"], deep: { a: [1, { b: "2" }] } } },
};

function judge(field: string, op: ConditionOp, value?: Json): boolean {
  const term = { field, op, ...(value === undefined ? {} : { value }) };
  assert.deepEqual(conditionProblems({ all: [term] }), []);
  return evaluateCondition({ all: [term] }, VIEW, NOW).pass;
}

const HOLDS: [string, ConditionOp, Json?][] = [
  ["lead.score", "eq", 72],
  ["lead.score", "eq", "72"],
  ["lead.scoreText", "eq", 72],
  ["{{ lead.company }}", "eq", "Acme"],
  ["{{ lead.company | downcase }}", "eq", "acme"],
  ["lead.company", "neq", "acme"],
  ["trigger.body.deep", "eq", { a: [1, { b: "2" }] }],
  ["lead.scoreText", "gt", 70],
  ["lead.score", "gte", "72"],
  ["lead.score", "gte", "{{ trigger.body.min }}"],
  ["lead.score", "lt", 72.5],
  ["lead.score", "lte", 72],
  ["lead.score", "between", [70, "72"]],
  ["lead.born", "between", ["2026-11-01", "2026-12-01"]],
  ["lead.company", "in", ["Other", "Acme"]],
  ["lead.company", "in", "Other, Acme"],
  ["lead.company", "in", "{{ trigger.body.list }}"],
  ["lead.company", "in", ["{{ trigger.body.list[0] }}"]],
  ["lead.score", "in", [71, "72"]],
  ["lead.company", "not_in", ["Acme Inc"]],
  ["lead.company", "contains", "cm"],
  ["lead.tags", "contains", "VIP"],
  ["lead.score", "contains", 7],
  ["lead.company", "not_contains", "CM"],
  ["lead.company", "starts_with", "Ac"],
  ["lead.company", "ends_with", "me"],
  ["lead.no", "exists"],
  ["lead.none", "not_exists"],
  ["lead.none", "empty"],
  ["lead.blank", "empty"],
  ["lead.no", "empty"],
  ["lead.score", "not_empty"],
  ["lead.yes", "is_true"],
  ["lead.company", "is_false"],
  ["lead.born", "before", "now"],
  ["lead.born", "before", "{{ trigger.body.nothing | default: 'now' }}"],
  ["lead.born", "after", "2026-11-22T10:59:00+01:00"],
  ["lead.tags", "has_tag", "vip"],
  ["lead", "has_tag", "New Lead"],
];
for (const [field, op, value] of HOLDS) {
  Deno.test(`evaluateCondition() holds: ${field} ${op} ${JSON.stringify(value) ?? ""}`, () => {
    assert.equal(judge(field, op, value), true);
  });
}

const FAILS: [string, ConditionOp, Json?][] = [
  ["lead.score", "eq", "72 points"],
  ["lead.score", "gt", 72],
  ["lead.company", "gt", 1],
  ["lead.company", "lt", 1],
  ["lead.score", "between", [73, 80]],
  ["lead.company", "in", "acme"],
  ["lead.tags", "contains", "vip"],
  ["lead.tags", "has_tag", "vi"],
  ["lead.company", "has_tag", "Acme"],
  ["lead.born", "after", "now"],
  ["lead.company", "before", "now"],
  ["lead.toString", "exists"],
  ["lead.tags.length", "exists"],
  ["lead.company.length", "exists"],
];
for (const [field, op, value] of FAILS) {
  Deno.test(`evaluateCondition() does not hold: ${field} ${op} ${JSON.stringify(value) ?? ""}`, () => {
    assert.equal(judge(field, op, value), false);
  });
}

/** A value that each operator takes. */
const SAMPLE: { [op in ConditionOp]?: Json } = {
  between: [0, 1],
  in: ["a"],
  not_in: ["a"],
  before: "now",
  after: "2020-01-01",
};

Deno.test("evaluateCondition() of a missing field: only the negations, empty and not_exists hold", () => {
  const holding = CONDITION_OPS.filter((op) => {
    const value = /exists|empty|^is_/.test(op) ? undefined : SAMPLE[op] ?? 0;
    return judge("lead.nothing.here", op, value);
  });
  assert.deepEqual(holding, ["neq", "not_in", "not_contains", "not_exists", "empty", "is_false"]);
});

Deno.test("evaluateCondition() shows every comparison, also behind the deciding one, and cuts what is large", () => {
  const view = { lead: { long: "x".repeat(1_000), many: Array.from({ length: 500 }, () => "y") } };
  const { pass, comparisons } = evaluateCondition(
    {
      any: [
        { field: "lead.long", op: "not_empty" },
        { all: [{ field: "lead.many", op: "contains", value: "{{ lead.a | default: 5 }}" }] },
        { field: "lead.none", op: "eq", value: 1 },
      ],
    },
    view,
    NOW,
  );
  assert.equal(pass, true);
  assert.deepEqual(comparisons.map((each) => [each.field, each.op, each.value, each.pass]), [
    ["lead.long", "not_empty", null, true],
    ["lead.many", "contains", 5, false],
    ["lead.none", "eq", 1, false],
  ]);
  assert.equal(String(comparisons[0]?.actual).length, 301);
  assert.equal(comparisons[1]?.actual, "(a list of 500)");
  assert.equal(comparisons[2]?.actual, null);
});

const NEGATION: { [op in ConditionOp]?: ConditionOp } = {
  eq: "neq",
  neq: "eq",
  in: "not_in",
  not_in: "in",
  contains: "not_contains",
  not_contains: "contains",
  exists: "not_exists",
  not_exists: "exists",
  empty: "not_empty",
  not_empty: "empty",
  is_true: "is_false",
  is_false: "is_true",
};
const negatable = Object.keys(NEGATION).filter((op): op is ConditionOp => Object.hasOwn(NEGATION, op));
const terms: fc.Arbitrary<ConditionTerm> = fc.record({
  field: fc.constantFrom("lead.a", "lead.b", "lead.c", "lead.d"),
  op: fc.constantFrom(...negatable),
  value: fc.oneof(fc.constantFrom<Json>(1, "1", true, "true", "", null, [1]), fc.jsonValue()) as fc.Arbitrary<
    Json
  >,
});
const groups: fc.Arbitrary<ConditionGroup> =
  fc.letrec<{ node: ConditionNode; group: ConditionGroup }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, terms, tie("group")),
    group: fc.oneof(
      fc.record({ all: fc.array(tie("node"), { minLength: 1, maxLength: 4 }) }),
      fc.record({ any: fc.array(tie("node"), { minLength: 1, maxLength: 4 }) }),
    ),
  })).group;

function negated(node: ConditionNode): ConditionNode {
  if ("all" in node) return { any: node.all.map(negated) };
  if ("any" in node) return { all: node.any.map(negated) };
  return { ...node, op: NEGATION[node.op] ?? node.op };
}

Deno.test("evaluateCondition() obeys De Morgan: the dual of a condition is its opposite", () => {
  const views = fc.record(
    { a: fc.jsonValue(), b: fc.constantFrom(1, "1", true, null), c: fc.array(fc.jsonValue()) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(groups, views, (group, lead) => {
      const dual = negated(group);
      assert.ok("all" in dual || "any" in dual);
      const at = (condition: ConditionGroup): boolean | string => {
        try {
          return evaluateCondition(condition, { lead }, NOW).pass;
        } catch (error) {
          return error instanceof StepError ? error.failure.code : "thrown";
        }
      };
      const [plain, opposite] = [at(group), at(dual)];
      return typeof plain === "boolean" ? plain === !opposite : plain === opposite;
    }),
    { numRuns: 500 },
  );
});

Deno.test("conditionPaths() lists fields and what values read", () => {
  const paths = conditionPaths({
    all: [
      { field: "{{ lead.a }}", op: "eq", value: "{{ steps.x.output }}" },
      {
        any: [{ field: "messages.mail.opened", op: "is_true" }, {
          field: "lead.b",
          op: "in",
          value: ["{{ now }}"],
        }],
      },
    ],
  });
  assert.deepEqual(
    new Set(paths.map((path) => path.join("."))),
    new Set([
      "lead.a",
      "steps.x.output",
      "messages.mail.opened",
      "lead.b",
      "now",
    ]),
  );
});
