import assert from "node:assert/strict";
import { StepError } from "../../engine/errors.ts";
import { compileTemplate, renderTemplate } from "../../engine/core/template.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import { done, node, problems, runNode, stepContext, waits } from "./context_fixture.ts";

const OFFICE = { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" };

/** On Sunday 22 November 2026 at 09:00 UTC, for a lead in Zurich. */
async function until(config: JsonObject, now?: string): Promise<string> {
  const context = stepContext({ timezone: "Europe/Zurich", ...(now ? { now: Date.parse(now) } : {}) });
  return new Date(waits(await runNode("wait", config, context)).until ?? 0).toISOString();
}

const forDays = (value: number, more: JsonObject = {}): JsonObject => ({
  kind: "for",
  duration: { value, unit: "days" },
  ...more,
});

Deno.test("wait for a time and then a window goes on when both have come", async () => {
  assert.equal(await until(forDays(2, { window: OFFICE })), "2026-11-24T09:00:00.000Z", "open by then");
  assert.equal(await until(forDays(6, { window: OFFICE })), "2026-11-30T08:00:00.000Z", "on to Monday");
  assert.equal(
    await until(forDays(0, { window: OFFICE })),
    "2026-11-23T08:00:00.000Z",
    "nothing but the window",
  );
  assert.equal(await until(forDays(6, { window: OFFICE, zone: "Asia/Tokyo" })), "2026-11-30T00:00:00.000Z");
  const holidays = ["2026-11-30", "12-01"];
  assert.equal(await until(forDays(6, { window: { ...OFFICE, holidays } })), "2026-12-02T08:00:00.000Z");
});

Deno.test("wait says when the window opens, and what was asked for", async () => {
  const context = stepContext({ timezone: "Europe/Zurich" });
  const { reason } = waits(await runNode("wait", forDays(6, { window: OFFICE }), context));
  assert.equal(
    reason.text,
    "Waiting — until Mon 30 Nov 2026, 09:00 (Europe/Zurich), when Mon–Fri 09:00–17:00 opens",
  );
  assert.deepEqual(reason.data, {
    until: "2026-11-30T08:00:00.000Z",
    zone: "Europe/Zurich",
    asked: "2026-11-28T09:00:00.000Z",
    window: "Mon–Fri 09:00–17:00",
  });
});

Deno.test("wait until a date and then a window: also of a date that has passed", async () => {
  const at = (date: string): JsonObject => ({ kind: "until", at: date, window: OFFICE });
  assert.equal(await until(at("2026-12-01T20:00")), "2026-12-02T08:00:00.000Z");
  assert.equal(await until(at("2026-01-01")), "2026-11-23T08:00:00.000Z");
  const open = stepContext({ timezone: "Europe/Zurich", now: Date.parse("2026-11-23T09:00:00Z") });
  assert.equal(done(await runNode("wait", at("2026-01-01"), open)).reason?.code, "past");
});

Deno.test("wait until a weekday is the next such moment on the zone's clock", async () => {
  const monday = { kind: "weekday", weekday: "mon", time: "09:00" };
  assert.equal(await until(monday), "2026-11-23T08:00:00.000Z");
  assert.equal(await until(monday, "2026-11-23T08:00:00Z"), "2026-11-30T08:00:00.000Z", "not this one");
  assert.equal(await until({ ...monday, zone: "America/New_York" }), "2026-11-23T14:00:00.000Z");
  assert.equal(await until({ kind: "weekday", weekday: "sun", time: "09:30" }), "2026-11-29T08:30:00.000Z");
});

Deno.test("wait fails with a name when its window has no opening, or its zone is none", async () => {
  const holidays = Array.from(
    { length: 366 },
    (_, day) => new Date(Date.UTC(2028, 0, 1) + day * 86_400_000).toISOString().slice(5, 10),
  );
  const code = (wanted: string) => (error: unknown): boolean =>
    error instanceof StepError && error.failure.code === wanted && error.failure.retryable === false;
  await assert.rejects(
    runNode("wait", forDays(1, { window: { ...OFFICE, holidays } })),
    code("window_never_opens"),
  );
  await assert.rejects(runNode("wait", forDays(1, { window: OFFICE, zone: "Mars/Base" })), code("bad_date"));
});

Deno.test("wait names what keeps its window closed, and what is no weekday or time", async () => {
  assert.deepEqual(await problems("wait", forDays(1, { window: OFFICE, zone: "{{ lead.timezone }}" })), []);
  assert.deepEqual(await problems("wait", forDays(1, { window: { ...OFFICE, days: [] } })), ["window.days"]);
  assert.deepEqual(await problems("wait", forDays(1, { window: { ...OFFICE, to: "09:00" } })), ["window.to"]);
  assert.deepEqual(await problems("wait", forDays(1, { window: { ...OFFICE, from: "9" } })), ["window.from"]);
  assert.deepEqual(await problems("wait", { kind: "weekday", weekday: "mon", time: "25:00" }), ["time"]);
  assert.deepEqual(await problems("wait", { kind: "weekday", weekday: "monday", time: "09:00" }), [
    "weekday",
  ]);
  assert.deepEqual(await problems("wait", { kind: "weekday", weekday: "mon", time: "09:00", zone: "X" }), [
    "zone",
  ]);
});

Deno.test("wait says on its card what it will do", async () => {
  const { summary } = await node("wait");
  const compiled = compileTemplate(summary, "text");
  assert.ok("template" in compiled);
  const words = (config: JsonObject): Json => {
    const { value } = renderTemplate(compiled.template, config);
    return typeof value === "string" ? value.replace(/\s+/g, " ").trim() : value;
  };
  assert.equal(words(forDays(2)), "Wait 2 days");
  assert.equal(
    words(forDays(2, { window: OFFICE })),
    "Wait 2 days, then Mon–Fri 09:00–17:00 in the lead's zone",
  );
  assert.equal(
    words({ kind: "until", at: "2026-12-01T09:00", window: OFFICE, zone: "Europe/Zurich" }),
    "Wait until 2026-12-01T09:00, then Mon–Fri 09:00–17:00 in Europe/Zurich",
  );
  assert.equal(words({ kind: "weekday", weekday: "mon", time: "09:00" }), "Wait until Mon 09:00");
});
