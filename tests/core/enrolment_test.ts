import assert from "node:assert/strict";
import fc from "fast-check";
import { enrolmentRefusal, enrolmentSentence, limitsSentence } from "../../engine/core/enrolment.ts";
import { Enrolment, WorkflowSettings } from "../../engine/schemas/workflow.ts";

const DAY_MS = 86_400_000;

Deno.test("enrolmentRefusal() every N days refuses exactly while N days have not passed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_650 }), fc.nat(2e12), fc.nat(4e11), (days, at, later) => {
      const before = { executionId: "e1", at, settled: later % 2 === 0 };
      const reason = enrolmentRefusal({ mode: "every", days }, before, at + later);
      assert.equal(reason !== null, later < days * DAY_MS);
    }),
  );
});

Deno.test("Enrolment takes days with every alone, and settings name what is wrong", () => {
  assert.ok(Enrolment.safeParse({ mode: "every", days: 7 }).success);
  for (
    const wrong of [{ mode: "every" }, { mode: "once", days: 7 }, { mode: "every", days: 0.5 }, {
      mode: "twice",
    }]
  ) {
    assert.ok(!Enrolment.safeParse(wrong).success, JSON.stringify(wrong));
  }
  for (const maxConcurrent of [0, 10_001, 1.5, "5"]) {
    const parsed = WorkflowSettings.safeParse({ limits: { maxConcurrent } });
    assert.deepEqual(parsed.error?.issues[0]?.path, ["limits", "maxConcurrent"]);
  }
});

Deno.test("enrolmentSentence() and limitsSentence() say each rule in words", () => {
  assert.equal(enrolmentSentence(undefined), enrolmentSentence({ mode: "always" }));
  assert.equal(enrolmentSentence({ mode: "every", days: 1 }), "A lead enters at most once a day.");
  assert.equal(enrolmentSentence({ mode: "every", days: 7 }), "A lead enters at most once in 7 days.");
  assert.equal(limitsSentence({}), limitsSentence(undefined));
  assert.match(
    limitsSentence({ maxConcurrent: 1 }),
    /^At most 1 execution at once, those that wait included/,
  );
  assert.match(
    limitsSentence({ maxConcurrent: 5, countWaiting: false }),
    /those that only wait do not count/,
  );
});
