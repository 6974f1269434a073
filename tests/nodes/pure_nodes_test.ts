import assert from "node:assert/strict";
import { StepError } from "../../engine/errors.ts";
import type { ConditionGroup } from "../../engine/schemas/condition.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import { done, node, NOW, problems, pureContext, runNode, stepContext, waits } from "./context_fixture.ts";

Deno.test("set puts out its fields with their types, the last of one name winning", async () => {
  const fields = [{ name: "a", value: 1 }, { name: "b c", value: { d: [true, null] } }, {
    name: "a",
    value: "2",
  }];
  assert.deepEqual(done(await runNode("set", { fields })).output, { a: "2", "b c": { d: [true, null] } });
});

Deno.test("set refuses names that reach a prototype and names the field", async () => {
  for (const name of ["__proto__", "constructor", "prototype", ""]) {
    assert.deepEqual(
      await problems("set", { fields: [{ name: "ok", value: 1 }, { name, value: { polluted: true } }] }),
      ["fields.1.name"],
    );
  }
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});

Deno.test("condition leaves by the port of its result and shows the values that were compared", async () => {
  const config: ConditionGroup = {
    all: [{ field: "lead.score", op: "gte", value: 70 }, { field: "lead.company", op: "exists" }],
  };
  const asked: ConditionGroup[] = [];
  const outcome = done(
    await runNode(
      "condition",
      config as Json,
      stepContext({
        evaluate: (condition) => {
          asked.push(condition);
          return {
            pass: false,
            comparisons: [
              { field: "lead.score", op: "gte", value: 70, actual: 42, pass: false },
              { field: "lead.company", op: "exists", value: null, actual: "Acme", pass: true },
            ],
          };
        },
      }),
    ),
  );
  assert.deepEqual(asked, [config]);
  assert.equal(outcome.port, "false");
  assert.deepEqual(outcome.output, { result: false });
  assert.equal(outcome.reason?.code, "condition");
  assert.equal(outcome.reason?.text, "No — lead.score was 42, needed ≥ 70");
  assert.deepEqual(outcome.reason?.data, {
    result: false,
    comparisons: [
      { field: "lead.score", op: "gte", value: 70, actual: 42, pass: false },
      { field: "lead.company", op: "exists", value: null, actual: "Acme", pass: true },
    ],
  });
  assert.equal(done(await runNode("condition", config as Json)).port, "true");
});

Deno.test("wait for a duration ends exactly after it, with the reason in words", async () => {
  const outcome = waits(await runNode("wait", { kind: "for", duration: { value: 2, unit: "days" } }));
  assert.deepEqual(outcome.for, { kind: "time" });
  assert.equal(outcome.until, NOW + 2 * 86_400_000);
  assert.equal(outcome.reason.text, "Waiting — until Tue 24 Nov 2026, 09:00 (UTC)");
});

Deno.test("wait of nothing goes on at once", async () => {
  assert.deepEqual(
    done(await runNode("wait", { kind: "for", duration: { value: 0, unit: "seconds" } })).output,
    { until: "2026-11-22T09:00:00.000Z", waited: false },
  );
});

const dates: { at: string; zone?: string; until: string }[] = [
  { at: "2026-12-01T09:00:00Z", until: "2026-12-01T09:00:00.000Z" },
  { at: "2026-12-01T09:00+02:00", until: "2026-12-01T07:00:00.000Z" },
  { at: "2026-12-01T09:00:00.250-0330", until: "2026-12-01T12:30:00.250Z" },
  { at: " 2026-12-01 ", until: "2026-12-01T00:00:00.000Z" },
  { at: "2026-12-01 09:00", zone: "Europe/Zurich", until: "2026-12-01T08:00:00.000Z" },
  { at: "2027-07-01T09:00", zone: "Europe/Zurich", until: "2027-07-01T07:00:00.000Z" },
  { at: "2026-12-01T09:00", zone: "Asia/Kolkata", until: "2026-12-01T03:30:00.000Z" },
  // The clock jumps from 02:00 to 03:00: 02:30 is the moment after the gap.
  { at: "2027-03-28T02:30", zone: "Europe/Zurich", until: "2027-03-28T01:00:00.000Z" },
  // 02:30 comes twice: the first.
  { at: "2027-10-31T02:30", zone: "Europe/Zurich", until: "2027-10-31T00:30:00.000Z" },
  { at: "2027-03-14T02:30", zone: "America/New_York", until: "2027-03-14T07:00:00.000Z" },
  { at: "2027-11-07T01:30", zone: "America/New_York", until: "2027-11-07T05:30:00.000Z" },
  { at: "2027-01-02T08:00", zone: "Pacific/Apia", until: "2027-01-01T19:00:00.000Z" },
];
for (const { at, zone, until } of dates) {
  Deno.test(`wait until ${JSON.stringify(at)} in ${zone ?? "UTC"} is ${until}`, async () => {
    const outcome = waits(await runNode("wait", { kind: "until", at, ...(zone ? { zone } : {}) }));
    assert.equal(new Date(outcome.until ?? 0).toISOString(), until);
  });
}

Deno.test("wait until reads a date without a zone on the context's clock", async () => {
  const context = stepContext(pureContext({ timezone: "America/Los_Angeles" }));
  const outcome = waits(await runNode("wait", { kind: "until", at: "2026-12-01T09:00" }, context));
  assert.equal(new Date(outcome.until ?? 0).toISOString(), "2026-12-01T17:00:00.000Z");
  assert.equal(outcome.reason.text, "Waiting — until Tue 1 Dec 2026, 09:00 (America/Los_Angeles)");
});

Deno.test("wait until a date in the past goes on at once and says so", async () => {
  const outcome = done(await runNode("wait", { kind: "until", at: "2026-11-22T09:00:00Z" }));
  assert.deepEqual([outcome.reason?.code, outcome.output], ["past", {
    until: "2026-11-22T09:00:00.000Z",
    waited: false,
  }]);
});

Deno.test("wait until fails with bad_date for what is no date", async () => {
  const unreadable = [
    "",
    "tomorrow",
    "2026-02-30",
    "2026-13-01",
    "2026-12-01T25:00",
    "2026-12-01T09:60",
    "01.12.2026",
    "2026-12-01T09:00+25:00",
    "9999-01-01",
    "2026-12-01; drop",
  ];
  for (const at of unreadable) {
    await assert.rejects(
      runNode("wait", { kind: "until", at }),
      (error) =>
        error instanceof StepError && error.failure.code === "bad_date" && error.failure.retryable === false,
      at,
    );
  }
  await assert.rejects(runNode("wait", { kind: "until", at: "2026-12-01", zone: "Mars/Base" }), /Mars\/Base/);
});

Deno.test("wait names the field that keeps it from running", async () => {
  assert.deepEqual(await problems("wait", { kind: "until", at: " " }), ["at"]);
  assert.deepEqual(await problems("wait", { kind: "until", at: "2026-12-01", zone: "Mars/Base" }), ["zone"]);
  assert.deepEqual(
    await problems("wait", { kind: "until", at: "{{ trigger.body.at }}", zone: "{{ lead.timezone }}" }),
    [],
  );
  assert.deepEqual(await problems("wait", { kind: "for" }), ["duration"]);
  assert.deepEqual(await problems("wait", { kind: "for", duration: { value: 731, unit: "days" } }), [
    "duration",
  ]);
  assert.deepEqual(await problems("wait", { kind: "for", duration: { value: 1, unit: "years" } }), [
    "duration.unit",
  ]);
});

Deno.test("respond answers with status, headers and body, and puts the same out", async () => {
  const config = { status: 201, headers: [{ name: "x-a", value: "b" }], body: { id: 7 } };
  const outcome = done(await runNode("respond", config));
  assert.deepEqual(outcome.response, config);
  assert.deepEqual(outcome.output, config);
  assert.deepEqual(done(await runNode("respond", {})).response, { status: 200, headers: [], body: null });
});

Deno.test("respond refuses statuses and header names that no answer can have", async () => {
  assert.deepEqual(await problems("respond", { status: 99 }), ["status"]);
  assert.deepEqual(await problems("respond", { headers: [{ name: "x\r\ny", value: "" }] }), [
    "headers.0.name",
  ]);
});

Deno.test("task waits for a person and says what to do, until when", async () => {
  const outcome = waits(
    await runNode("task", {
      title: "Call Ann",
      description: "Ask about Acme",
      outcomes: ["Won", "Lost"],
      due: { value: 1, unit: "hours" },
    }),
  );
  assert.deepEqual(outcome.for, {
    kind: "person",
    title: "Call Ann",
    description: "Ask about Acme",
    outcomes: ["Won", "Lost"],
    dueAt: NOW + 3_600_000,
  });
  assert.equal(outcome.until, undefined);
  assert.equal(outcome.reason.text, "Waiting for a person — Call Ann");
  assert.deepEqual((await node("task")).ports, { from: "outcomes" });
});

Deno.test("task refuses outcomes that are none, too many, empty or the same", async () => {
  for (const outcomes of [[], Array.from({ length: 11 }, (_, i) => `o${i}`), ["a", "a"], ["a", " a "]]) {
    assert.deepEqual(await problems("task", { title: "t", outcomes }), ["outcomes"]);
  }
  assert.deepEqual(await problems("task", { title: "t", outcomes: ["a", " "] }), ["outcomes.1"]);
  assert.deepEqual(await problems("task", { title: " ", outcomes: ["a"] }), ["title"]);
});

Deno.test("trigger_webhook takes its defaults and refuses paths that are none", async () => {
  const { config } = await node("trigger_webhook");
  assert.deepEqual(config.parse({ path: "new-lead" }), {
    path: "new-lead",
    method: "POST",
    auth: { kind: "none" },
    respond: "accepted",
  });
  assert.deepEqual(config.parse({ path: "a/b", auth: { kind: "hmac", secret: { secret: "s" } } }).auth, {
    kind: "hmac",
    header: "x-signature",
    secret: { secret: "s" },
  });
  for (const path of ["", "/a", "a b", "../x", "a?b", "a%2e", "a".repeat(101), "ä", "a\n"]) {
    assert.deepEqual(await problems("trigger_webhook", { path }), ["path"], path);
  }
});

Deno.test("trigger_webhook may lack its secret in a draft and not when it runs", async () => {
  for (const kind of ["header", "hmac", "standard", "github", "stripe", "slack", "shopify"]) {
    assert.equal(
      (await node("trigger_webhook")).config.safeParse({ path: "p", auth: { kind } }).success,
      true,
    );
    assert.deepEqual(await problems("trigger_webhook", { path: "p", auth: { kind } }), ["auth.secret"]);
    assert.deepEqual(
      await problems("trigger_webhook", { path: "p", auth: { kind, secret: { secret: "s" } } }),
      [],
    );
  }
});

Deno.test("trigger_signal takes a signal's name and a filter", async () => {
  assert.deepEqual(
    await problems("trigger_signal", {
      signal: "email.opened",
      filter: { any: [{ field: "lead.score", op: "gt", value: 1 }] },
    }),
    [],
  );
  assert.deepEqual(await problems("trigger_signal", { signal: "Opened!" }), ["signal"]);
});

const strangers: [string, JsonObject][] = [
  ["set", { fields: [] }],
  ["trigger_manual", {}],
  ["respond", {}],
  ["api", { url: "https://example.com" }],
  ["email", { to: "a@example.com", subject: "s", text: "t" }],
];
for (const [type, config] of strangers) {
  Deno.test(`${type} refuses a field that it does not know`, async () => {
    assert.deepEqual(await problems(type, config), []);
    assert.deepEqual(await problems(type, { ...config, unknown: 1 }), [""]);
  });
}
