import assert from "node:assert/strict";
import fc from "fast-check";
import {
  conditionPaths,
  conditionProblems,
  conditionWords,
  evaluateCondition,
} from "../../engine/core/condition.ts";
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

const PROBLEMS: [string, Json, { path: string; message: RegExp }][] = [
  ["nothing", {}, { path: "", message: /Is no condition/ }],
  ["text", "lead.score > 1", { path: "", message: /Is no condition/ }],
  ["both keys", { all: [], any: [] }, { path: "", message: /Is no condition/ }],
  ["an empty group", { all: [] }, { path: "all", message: /no comparison/ }],
  ["a term that is none", { all: [{ any: [7] }] }, { path: "all.0.any.0", message: /Is no comparison/ }],
  ["an unknown operator", { any: [{ field: "now", op: "matches", value: 1 }] }, {
    path: "any.0.op",
    message: /no operator "matches"/,
  }],
  ["an inherited operator", { any: [{ field: "now", op: "toString" }] }, {
    path: "any.0.op",
    message: /toString/,
  }],
  ["an unknown root", { all: [{ field: "leed.score", op: "exists" }] }, {
    path: "all.0.field",
    message: /leads nowhere/,
  }],
  ["a forbidden path", { all: [{ field: "lead.__proto__.x", op: "exists" }] }, {
    path: "all.0.field",
    message: /may not be read/,
  }],
  ["a sentence as a field", { all: [{ field: "a {{ lead.a }}", op: "exists" }] }, {
    path: "all.0.field",
    message: /one path/,
  }],
  ["no value", { all: [{ field: "lead.a", op: "eq" }] }, {
    path: "all.0.value",
    message: /eq takes a value/,
  }],
  ["a value too many", { all: [{ field: "lead.a", op: "exists", value: 5 }] }, {
    path: "all.0.value",
    message: /no value/,
  }],
  ["words for a number", { all: [{ field: "lead.a", op: "gte", value: "many" }] }, {
    path: "all.0.value",
    message: /a number/,
  }],
  ["one end", { all: [{ field: "lead.a", op: "between", value: [1] }] }, {
    path: "all.0.value",
    message: /two numbers/,
  }],
  ["no date", { all: [{ field: "lead.a", op: "before", value: "soon" }] }, {
    path: "all.0.value",
    message: /a date/,
  }],
  ["no choices", { all: [{ field: "lead.a", op: "in", value: [] }] }, {
    path: "all.0.value",
    message: /a list/,
  }],
  ["a broken template", { all: [{ field: "lead.a", op: "eq", value: "{{ a( }}" }] }, {
    path: "all.0.value",
    message: /cannot call/,
  }],
  ["another key", { all: [{ field: "lead.a", op: "exists", not: true }] }, {
    path: "all.0.not",
    message: /not known/,
  }],
];
for (const [name, condition, { path, message }] of PROBLEMS) {
  Deno.test(`conditionProblems() refuses ${name}`, () => {
    const [problem, ...others] = conditionProblems(condition);
    assert.deepEqual([problem?.path, others.length], [path, 0]);
    assert.match(problem?.message ?? "", message);
  });
}

function deep(depth: number): ConditionGroup {
  let group: ConditionGroup = { all: [{ field: "lead.a", op: "exists" }] };
  for (let i = 1; i < depth; i++) group = { any: [group] };
  return group;
}

Deno.test("conditionProblems() takes 8 levels and 200 terms, and no more", () => {
  const many = (count: number): ConditionGroup => ({
    all: Array.from({ length: 2 }, (_, i) => ({
      any: Array.from(
        { length: i === 0 ? count - 100 : 100 },
        () => ({ field: "lead.a", op: "exists" as const }),
      ),
    })),
  });
  assert.deepEqual(conditionProblems(deep(8)), []);
  assert.match(conditionProblems(deep(9))[0]?.message ?? "", /more than 8 deep/);
  assert.throws(() => evaluateCondition(deep(9), VIEW, NOW), StepError);
  assert.deepEqual(conditionProblems(many(200)), []);
  assert.match(conditionProblems(many(201))[0]?.message ?? "", /more than 200 terms/);
  assert.throws(() => evaluateCondition(many(201), VIEW, NOW), StepError);
});

Deno.test("conditionProblems() survives anything", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => Array.isArray(conditionProblems({ all: [value, { any: value }] }))),
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

const WORDS: [unknown, string][] = [
  [
    { all: [{ field: "lead.score", op: "gte", value: 70 }, { field: "lead.company", op: "not_empty" }] },
    "score ≥ 70 and company is not empty",
  ],
  [{
    any: [{ field: "messages.mail.opened", op: "is_true" }, {
      field: "lead.firstName",
      op: "eq",
      value: "Ann",
    }],
  }, "mail opened is true or first name is Ann"],
  [{
    all: [{
      any: [{ field: "lead.tags", op: "has_tag", value: "vip" }, {
        field: "now",
        op: "after",
        value: "2026-12-01",
      }],
    }, { field: "{{ trigger.body.size }}", op: "between", value: [1, 5] }],
  }, "(tags include vip or now is after 2026-12-01) and size is between 1 and 5"],
  [{ all: [{ field: "steps.check.output.ok", op: "in", value: ["a", "b"] }] }, "check ok is one of a, b"],
  [{ all: [{ field: "lead.a", op: "eq", value: "" }] }, "a is …"],
  [{ all: [{ op: "eq" }, 7, null] }, ""],
  [null, ""],
];
for (const [condition, expected] of WORDS) {
  Deno.test(`conditionWords() says "${expected}" for ${JSON.stringify(condition)}`, () => {
    assert.equal(conditionWords(condition), expected);
  });
}

Deno.test("conditionWords() survives anything", () => {
  fc.assert(
    fc.property(
      fc.anything(),
      (value) => typeof conditionWords({ all: [value, { any: [value] }] }) === "string",
    ),
  );
});
