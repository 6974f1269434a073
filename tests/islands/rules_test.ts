import assert from "node:assert/strict";
import { WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { valuesOf, withRules } from "../../islands/workflow/rules_model.ts";

const FULL: WorkflowSettings = {
  timezone: "Europe/Zurich",
  enrolment: { mode: "every", days: 30 },
  limits: { maxConcurrent: 5, countWaiting: false },
};

Deno.test("withRules() of what valuesOf() shows gives the same settings, and keeps the others", () => {
  const samples: WorkflowSettings[] = [
    FULL,
    {},
    { enrolment: { mode: "once" } },
    { limits: { maxConcurrent: 1 } },
    { enrolment: { mode: "once_after_exit" }, timezone: "UTC" },
  ];
  for (const settings of samples) {
    const again = withRules(settings, valuesOf(settings));
    assert.deepEqual(again, settings);
    assert.ok(WorkflowSettings.safeParse(again).success);
  }
});

Deno.test("withRules() drops what is at its default, and sends what is no number as it was typed", () => {
  const values = { ...valuesOf(FULL), mode: "always" as const, most: " " };
  assert.deepEqual(withRules(FULL, values), { timezone: "Europe/Zurich" });
  const typed = withRules(FULL, { ...valuesOf(FULL), days: "often", most: "5 or so" });
  assert.deepEqual(typed.enrolment, { mode: "every", days: "often" });
  assert.deepEqual(typed.limits, { maxConcurrent: "5 or so", countWaiting: false });
});
