import assert from "node:assert/strict";
import { endSentence, rulesSentences } from "../../engine/core/rules_words.ts";
import { WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { endOf, NEW_END, NEW_TERM } from "../../islands/workflow/end_values.ts";
import { NEW_RATE, rateOf } from "../../islands/workflow/rate_values.ts";
import { valuesOf, withRules } from "../../islands/workflow/rules_model.ts";
import { windowOf, windowValuesOf } from "../../islands/workflow/window_values.ts";

const FULL: WorkflowSettings = {
  timezone: "Europe/Zurich",
  enrolment: { mode: "every", days: 30 },
  limits: {
    maxConcurrent: 5,
    countWaiting: false,
    rates: [
      { per: "host", host: "api.example.com", count: 10, period: { value: 1, unit: "minutes" } },
      { per: "host", count: 1_000, period: { value: 1, unit: "days" }, shared: true },
      {
        per: "key",
        key: "{{ lead.company }}",
        count: 2,
        period: { value: 3, unit: "hours" },
        nodes: ["mail"],
      },
    ],
  },
  sendWindow: { days: ["mon", "fri"], from: "09:00", to: "17:00", zone: "lead", holidays: ["12-25"] },
  goals: [
    {
      name: "Booked",
      signal: "meeting.booked",
      when: { all: [{ field: "lead.score", op: "gte", value: 70 }] },
    },
    { name: "Customer", when: { any: [{ field: "lead.status", op: "eq", value: "customer" }] } },
  ],
  exits: [
    { name: "Lost", when: { all: [{ field: "lead.tags", op: "in", value: ["a", "b"] }] } },
    {
      name: "Mixed",
      when: { all: [{ any: [{ field: "lead.score", op: "between", value: [1, 2] }] }] },
    },
    { name: "Text", when: { all: [{ field: "lead.company", op: "eq", value: "70" }] } },
  ],
};

Deno.test("withRules() of what valuesOf() shows gives the same settings, and keeps the others", () => {
  const samples: WorkflowSettings[] = [
    FULL,
    {},
    { enrolment: { mode: "once" } },
    { limits: { maxConcurrent: 1 } },
    { limits: { rates: [FULL.limits!.rates![0]!] } },
    { enrolment: { mode: "once_after_exit" }, timezone: "UTC" },
    { sendWindow: { days: ["sun"], from: "22:00", to: "06:00" }, description: "At night" },
    { sendWindow: { days: ["sun"], from: "22:00", to: "06:00", zone: "Asia/Tokyo" } },
  ];
  for (const settings of samples) {
    const again = withRules(settings, valuesOf(settings));
    assert.deepEqual(again, settings);
    assert.ok(WorkflowSettings.safeParse(again).success);
  }
});

Deno.test("withRules() drops what is at its default, and sends what is no number as it was typed", () => {
  const bare = { timezone: "Europe/Zurich", enrolment: FULL.enrolment, limits: { maxConcurrent: 5 } };
  const values = { ...valuesOf(bare), mode: "always" as const, most: " " };
  assert.deepEqual(withRules(bare, values), { timezone: "Europe/Zurich" });
  const typed = withRules(bare, { ...valuesOf(bare), days: "often", most: "5 or so", countWaiting: false });
  assert.deepEqual(typed.enrolment, { mode: "every", days: "often" });
  assert.deepEqual(typed.limits, { maxConcurrent: "5 or so", countWaiting: false });
  assert.deepEqual(rateOf({ ...NEW_RATE, count: "many", period: "" }), {
    per: "host",
    count: "many",
    period: { value: "", unit: "minutes" },
  });
});

Deno.test("endOf() takes what a person typed as what the operator compares", () => {
  const when = (op: "gte" | "between" | "in" | "is_true" | "eq", value: string): unknown =>
    endOf({ ...NEW_END, name: " Warm ", terms: [{ ...NEW_TERM, field: " lead.score ", op, value }] });
  const of = (term: unknown): unknown => ({ name: "Warm", when: { all: [term] } });
  assert.deepEqual(when("gte", "70"), of({ field: "lead.score", op: "gte", value: 70 }));
  assert.deepEqual(when("between", "10, 20"), of({ field: "lead.score", op: "between", value: [10, 20] }));
  assert.deepEqual(when("in", "a, b"), of({ field: "lead.score", op: "in", value: "a, b" }));
  assert.deepEqual(when("is_true", "left over"), of({ field: "lead.score", op: "is_true" }));
  assert.deepEqual(when("eq", "true"), of({ field: "lead.score", op: "eq", value: true }));
  assert.deepEqual(when("eq", ""), of({ field: "lead.score", op: "eq" }));
  assert.deepEqual(endOf({ ...NEW_END, name: "Replied", signal: "email.replied" }), {
    name: "Replied",
    signal: "email.replied",
  });
});

Deno.test("windowOf() keeps days in the week's order and splits holidays", () => {
  const values = {
    ...windowValuesOf(undefined),
    on: true,
    days: ["fri", "mon"] as const,
    holidays: "12-25, 2026-12-31\n01-01",
  };
  assert.deepEqual(windowOf(values), {
    days: ["mon", "fri"],
    from: "09:00",
    to: "17:00",
    holidays: ["12-25", "2026-12-31", "01-01"],
    zone: "lead",
  });
  assert.equal(windowOf({ ...values, on: false }), undefined);
});

Deno.test("rulesSentences() says every rule", () => {
  assert.deepEqual(rulesSentences(FULL, (id) => id === "mail" ? "Send mail" : id), [
    "A lead enters at most once in 30 days.",
    "At most 5 executions at once; those that only wait do not count.",
    "At most 10 a minute to api.example.com.",
    "At most 1,000 a day to each host, counted together with other workflows.",
    "At most 2 in 3 hours for each lead.company, only Send mail.",
    "Reaches people Mon, Fri 09:00–17:00, not on a holiday in the lead's zone. " +
    "At other times such steps are held, and what led to them is decided anew.",
    "Goal “Booked”: completed when meeting.booked comes and score ≥ 70.",
    "Goal “Customer”: completed when status is customer.",
    "Exit “Lost”: cancelled when tags is one of a, b.",
    "Exit “Mixed”: cancelled when score is between 1 and 2.",
    "Exit “Text”: cancelled when company is 70.",
  ]);
  assert.equal(
    endSentence({ name: "Gone", signal: "email.unsubscribed" }, "exit"),
    "Exit “Gone”: cancelled when email.unsubscribed comes.",
  );
});
