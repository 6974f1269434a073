import assert from "node:assert/strict";
import fc from "fast-check";
import { nextOccurrence, nextRun } from "../../engine/core/schedule.ts";
import { localToUtc } from "../../engine/core/zone.ts";
import {
  Schedule,
  ScheduleDefinition,
  SchedulePolicies,
  ScheduleUpdate,
} from "../../engine/schemas/schedule.ts";
import type { Duration } from "../../engine/schemas/duration_units.ts";
import {
  fieldsOf,
  FIRST_CRON,
  FIRST_ZONE,
  isSameCron,
  PRESETS,
  withField,
} from "../../islands/scheduling/cron_text.ts";
import { badDates, dateRuns, intervalRuns } from "../../islands/scheduling/next_runs.ts";
import { bodyOf, firstValues, valuesOf } from "../../islands/scheduling/schedule_values.ts";
import { type First, freshened, nextFire, withSchedule } from "../../islands/scheduling/use_scheduling.ts";
import { timesWords } from "../../islands/scheduling/WeekCalendar.tsx";
import { weekOf, zoneOfMost } from "../../routes/pages/scheduling_week.ts";
import { zonesMatching } from "../../islands/shared/time_zones.ts";

const NOW = Date.parse("2026-11-22T23:30:40.000Z");

function schedule(part: Partial<Schedule> = {}): Schedule {
  return Schedule.parse({
    id: "w.when",
    workflowId: "w",
    workflowName: "Cold Outreach",
    nodeId: "when",
    label: "",
    state: "active",
    description: "every day at 09:00, Europe/Zurich",
    kind: "cron",
    cron: "0 9 * * *",
    timezone: "Europe/Zurich",
    enabled: true,
    input: {},
    config: {},
    lastRun: null,
    nextRun: "2026-11-23T08:00:00.000Z",
    waiting: 0,
    backfill: null,
    createdAt: "2026-11-22T23:00:00.000Z",
    updatedAt: "2026-11-22T23:00:00.000Z",
    updatedBy: "Ann",
    ...part,
  });
}

Deno.test("fieldsOf() withField() take an expression apart and put it together again", () => {
  assert.deepEqual(fieldsOf("0 9  * * 1-5"), ["0", "9", "*", "*", "1-5"]);
  assert.deepEqual(fieldsOf("@Daily"), ["0", "0", "*", "*", "*"]);
  assert.deepEqual(fieldsOf("5"), ["5", "", "", "", ""]);
  assert.equal(withField("0 9 * * *", 4, "1-5"), "0 9 * * 1-5");
  assert.equal(withField("@hourly", 1, "8"), "0 8 * * *");
  assert.equal(withField("0 9 * * 1", 4, ""), "0 9 * * *");
  assert.equal(withField("0 9 * * *", 1, "8, 9"), "0 8,9 * * *", "a blank would make another field of it");
  assert.ok(isSameCron("  0 9 *  * 1-5", "0 9 * * 1-5"));
  const field = fc.constantFrom("*", "*/5", "1-5", "3,4", "L", "MON#2", "0");
  fc.assert(
    fc.property(fc.array(field, { minLength: 5, maxLength: 5 }), fc.nat(4), field, (fields, at, text) => {
      const changed = fieldsOf(withField(fields.join(" "), at, text));
      assert.deepEqual(changed, fields.map((one, i) => i === at ? text : one));
    }),
  );
});

Deno.test("PRESETS are the five of the product, each accepted, and a new schedule begins with one of them", () => {
  assert.deepEqual(PRESETS.map(({ cron }) => cron), [
    "0 * * * *",
    "0 9 * * *",
    "0 9 * * 1-5",
    "0 0 * * 0",
    "0 0 1 * *",
  ]);
  assert.deepEqual([FIRST_CRON, FIRST_ZONE], ["0 9 * * *", "Europe/Zurich"]);
  const made = bodyOf(firstValues("w"));
  assert.ok(made.ok);
  assert.deepEqual(ScheduleUpdate.parse(made.body), {
    kind: "cron",
    cron: "0 9 * * *",
    timezone: "Europe/Zurich",
    enabled: true,
    input: {},
    config: { missed: "last", overlap: "allow" },
  });
});

const policies: fc.Arbitrary<SchedulePolicies> = fc.record({
  missed: fc.constantFrom("last", "none", "all"),
  overlap: fc.constantFrom("skip", "queue", "cancel_previous"),
  maxConcurrent: fc.integer({ min: 1, max: 100 }),
  jitter: fc.record({ value: fc.integer({ min: 1, max: 60 }), unit: fc.constant("minutes" as const) }),
  retryPolicy: fc.record({ maxRetries: fc.nat(100), backoffMs: fc.integer({ min: 1, max: 9_000 }) }),
  from: fc.constantFrom("2026-12-01", "2026-12-01T09:00"),
  until: fc.constantFrom("2027-12-01"),
  holidays: fc.uniqueArray(fc.constantFrom("12-25", "2026-12-31", "01-01"), { minLength: 1 }),
}, { requiredKeys: ["missed", "overlap"] });
const when = fc.oneof(
  fc.record({ kind: fc.constant("cron" as const), cron: fc.constantFrom("0 9 * * 1-5", "@daily") }),
  fc.record({
    kind: fc.constant("interval" as const),
    every: fc.record({
      value: fc.integer({ min: 1, max: 50 }),
      unit: fc.constantFrom("hours" as const, "days" as const),
    }),
  }),
  fc.record({
    kind: fc.constant("dates" as const),
    at: fc.uniqueArray(fc.constantFrom("2026-12-01T09:00", "2026-12-02", "2027-01-01"), { minLength: 1 }),
  }),
);

Deno.test("bodyOf(valuesOf()) sends back what a schedule is, whatever it is", () => {
  fc.assert(fc.property(when, policies, fc.jsonValue(), fc.boolean(), (kind, config, input, enabled) => {
    const json = JSON.parse(JSON.stringify(input));
    const made = bodyOf(valuesOf(schedule({ ...kind, config, input: json, enabled, label: "Round" })));
    assert.ok(made.ok);
    // Through JSON, as it is sent.
    assert.deepEqual(
      JSON.parse(JSON.stringify(made.body)),
      JSON.parse(JSON.stringify({
        label: "Round",
        ...kind,
        timezone: "Europe/Zurich",
        enabled,
        input: json,
        config,
      })),
    );
    ScheduleUpdate.parse(made.body);
  }));
});

Deno.test("bodyOf() keeps what is no number as it was typed, and refuses what is no JSON beside its field", () => {
  const values = { ...firstValues("w"), overlap: "skip" as const, maxConcurrent: "many" };
  const made = bodyOf(values);
  assert.ok(made.ok);
  const { error } = ScheduleUpdate.safeParse(made.body);
  assert.deepEqual(error?.issues[0]?.path, ["config", "maxConcurrent"]);
  const refused = bodyOf({ ...values, input: "{ email" });
  assert.equal(refused.ok ? null : refused.problem.issues?.[0]?.path, "input");
});

Deno.test("intervalRuns() counts as the engine does", () => {
  const unit = fc.constantFrom<Duration["unit"]>("minutes", "hours", "days");
  fc.assert(fc.property(fc.integer({ min: 1, max: 90 }), unit, (value, unit) => {
    const definition = ScheduleDefinition.parse({ kind: "interval", every: { value, unit } });
    const own = { definition, timezone: "Europe/Zurich", anchor: NOW - NOW % 60_000 };
    const expected: string[] = [];
    for (
      let at = nextOccurrence(own, NOW);
      at !== null && expected.length < 10;
      at = nextOccurrence(own, at)
    ) {
      expected.push(new Date(at).toISOString());
    }
    const runs = intervalRuns({ value: String(value), unit }, {
      timezone: "Europe/Zurich",
      now: NOW,
      coming: null,
      count: 10,
    });
    assert.deepEqual(runs.map(({ at }) => at), expected);
  }));
  const options = { timezone: "Europe/Zurich", now: NOW, coming: null, count: 10 };
  assert.deepEqual(intervalRuns({ value: "30", unit: "seconds" }, options), []);
  assert.deepEqual(intervalRuns({ value: "often", unit: "hours" }, options), []);
});

Deno.test("dateRuns() shows those ahead in their order, badDates() names what is no date", () => {
  const typed = "2027-01-01\n2026-12-01T09:00, 2020-01-01\nsoon";
  const runs = dateRuns(typed, { timezone: "Europe/Zurich", now: NOW, count: 10 });
  assert.deepEqual(runs, [
    { at: "2026-12-01T08:00:00.000Z", local: "Tue 1 Dec 2026, 09:00" },
    { at: "2026-12-31T23:00:00.000Z", local: "Fri 1 Jan 2027, 00:00" },
  ]);
  assert.deepEqual(badDates(typed), ["soon"]);
  assert.deepEqual(dateRuns(typed, { timezone: "Nowhere", now: NOW, count: 10 }), []);
});

Deno.test("zonesMatching() begins with the four, then finds cities before regions", () => {
  assert.deepEqual(
    zonesMatching("", NOW, "Asia/Kolkata").slice(0, 5).map(({ text, detail }) => [text, detail]),
    [
      ["Europe/Zurich", "UTC+1"],
      ["Europe/Berlin", "UTC+1"],
      ["America/New_York", "UTC−5"],
      ["Asia/Tokyo", "UTC+9"],
      ["Asia/Kolkata", "UTC+5:30"],
    ],
  );
  assert.equal(zonesMatching("tok", NOW)[0]?.text, "Asia/Tokyo");
  assert.equal(zonesMatching("new york", NOW)[0]?.text, "America/New_York");
  assert.deepEqual(zonesMatching("nowhere at all", NOW), []);
});

Deno.test("weekOf() lists by day what the engine would run, on the calendar's clock", async () => {
  const zone = "America/New_York";
  const midnight = Date.parse("2026-03-06T12:00:00.000Z");
  const schedules = [
    schedule({ id: "w.a", cron: "0 9 * * 1-5", config: SchedulePolicies.parse({ holidays: ["03-10"] }) }),
    schedule({ id: "w.b", cron: "0 * * * *", timezone: "Asia/Tokyo" }),
    schedule({ id: "w.c", cron: "*/5 * * * *", description: "every 5 minutes, Europe/Zurich" }),
    schedule({
      id: "w.d",
      kind: "interval",
      every: { value: 30, unit: "hours" },
      nextRun: "2026-03-06T15:00:00.000Z",
    }),
    schedule({ id: "w.e", state: "paused" }),
  ];
  const week = await weekOf(schedules, { zone, now: midnight, cutAt: null });
  assert.deepEqual(week.days.map(({ date }) => date), [
    "2026-03-06",
    "2026-03-07",
    "2026-03-08",
    "2026-03-09",
    "2026-03-10",
    "2026-03-11",
    "2026-03-12",
  ]);
  const counts = (id: string): (number | null | undefined)[] =>
    week.days.map(({ lines }) => lines.find(({ scheduleId }) => scheduleId === id)?.count);
  // 09:00 in Zurich has passed on the first day; the tenth is a holiday, and the week has a change of clocks.
  assert.deepEqual(counts("w.a"), [undefined, undefined, undefined, 1, undefined, 1, 1]);
  assert.deepEqual(counts("w.b"), [16, 24, 23, 24, 24, 24, 24]);
  assert.deepEqual(counts("w.c"), [null, null, null, null, null, null, null]);
  assert.deepEqual(counts("w.e"), Array(7).fill(undefined));
  const third = week.days[3]?.lines.find(({ scheduleId }) => scheduleId === "w.a");
  assert.deepEqual(third?.times, ["04:00"], "09:00 in Zurich, where clocks have not changed yet");
  assert.equal(week.days[2]?.title, "Sun 8 Mar");
  // Independent of the days: as many as the engine counts in the same seven days.
  const [first, last] = [midnight, localToUtc({ y: 2026, m: 3, d: 13, h: 0, min: 0, s: 0 }, zone)];
  const definition = ScheduleDefinition.parse({ kind: "interval", every: { value: 30, unit: "hours" } });
  const own = { definition, timezone: "Europe/Zurich", anchor: Date.parse("2026-03-06T15:00:00.000Z") };
  let runs = 0;
  for (let at = nextRun(own, first); at !== null && at < last; at = nextRun(own, at)) runs++;
  assert.equal(counts("w.d").reduce<number>((sum, count) => sum + (count ?? 0), 0), runs);
});

Deno.test("timesWords() zoneOfMost() say how often and on whose clock", () => {
  const description = "every 5 minutes";
  assert.equal(timesWords({ times: ["09:00", "14:00"], count: 2, description }), "09:00, 14:00");
  assert.equal(
    timesWords({ times: ["00:00", "01:00", "02:00"], count: 24, description }),
    "24 times from 00:00",
  );
  assert.equal(timesWords({ times: ["00:00"], count: null, description }), "every 5 minutes, from 00:00");
  const [a, b] = [schedule(), schedule({ timezone: "Asia/Tokyo" })];
  assert.equal(zoneOfMost([a, b, b]), "Asia/Tokyo");
  assert.equal(zoneOfMost([]), "Europe/Zurich");
});

Deno.test("freshened() withSchedule() nextFire() keep the list whole and in its order", () => {
  const many = Array.from({ length: 5 }, (_, i) => schedule({ id: `w.${i}` }));
  const held: First = { items: many, nextCursor: "w.4" };
  const paused = schedule({ id: "w.1", state: "paused", enabled: false, nextRun: null });
  const fresh: First = { items: [many[0]!, paused], nextCursor: "w.1" };
  const ids = ({ items }: First): string[] => items.map(({ id }) => id);
  assert.deepEqual(ids(freshened(held, fresh)), ["w.0", "w.1", "w.2", "w.3", "w.4"]);
  assert.equal(freshened(held, fresh).items[1]?.state, "paused");
  assert.equal(freshened(held, fresh).nextCursor, "w.4");
  assert.deepEqual(ids(freshened(held, { items: [paused], nextCursor: null })), ["w.1"], "the rest is gone");
  assert.deepEqual(freshened(null, fresh), fresh);
  assert.deepEqual(ids(withSchedule(held, schedule({ id: "w.9" }))), ["w.9", ...ids(held)]);
  assert.deepEqual(ids(withSchedule(held, paused)), ids(held));
  assert.equal(nextFire([paused, schedule()]), Date.parse("2026-11-23T08:00:00.000Z"));
  assert.equal(nextFire([paused]), null);
});
