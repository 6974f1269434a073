import assert from "node:assert/strict";
import fc from "fast-check";
import { conditionProblems, conditionWords, evaluateCondition } from "../../engine/core/condition.ts";
import { StepError } from "../../engine/errors.ts";
import type { ConditionGroup } from "../../engine/schemas/condition.ts";
import type { Json } from "../../engine/schemas/json.ts";

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
  assert.throws(() => evaluateCondition(deep(9), {}, 0), StepError);
  assert.deepEqual(conditionProblems(many(200)), []);
  assert.match(conditionProblems(many(201))[0]?.message ?? "", /more than 200 terms/);
  assert.throws(() => evaluateCondition(many(201), {}, 0), StepError);
});

Deno.test("conditionProblems() survives anything", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => Array.isArray(conditionProblems({ all: [value, { any: value }] }))),
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
