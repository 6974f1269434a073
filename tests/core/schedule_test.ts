import assert from "node:assert/strict";
import fc from "fast-check";
import { dstAt, fireAt, nextOccurrence, nextRun } from "../../engine/core/schedule.ts";
import type { When } from "../../engine/core/schedule.ts";
import { scheduleProblems } from "../../engine/core/schedule_check.ts";
import { redefined, takeUp } from "../../engine/core/schedule_state.ts";
import type { ScheduleState } from "../../engine/core/schedule_state.ts";
import { cronPhrase } from "../../engine/core/schedule_phrase.ts";
import { cronWords, scheduleWords } from "../../engine/core/schedule_words.ts";
import { ScheduleDefinition } from "../../engine/schemas/schedule.ts";
import type { SchedulePolicies } from "../../engine/schemas/schedule.ts";
import { previewOf } from "../../engine/scheduling/present.ts";
import { offsetsOf, oracleTimes } from "../helpers/cron_oracle.ts";
import { quickest } from "../helpers/quickest.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);
const ZONES = ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo"];

function definition(given: object, config: Partial<SchedulePolicies> = {}): ScheduleDefinition {
  return ScheduleDefinition.parse({ ...given, config: { missed: "last", overlap: "allow", ...config } });
}

function when(given: object, timezone = "UTC", config: Partial<SchedulePolicies> = {}): When {
  return { definition: definition(given, config), timezone, anchor: START };
}

function times(of: When, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = nextOccurrence(of, from - 1); at !== null && at < to; at = nextOccurrence(of, at)) {
    found.push(at);
  }
  return found;
}

const isoOf = (all: readonly number[]): string[] => all.map((at) => new Date(at).toISOString().slice(0, 16));

/** Minutes, hours, days, months and weekdays as people write them, and odder. */
const field = (low: number, high: number): fc.Arbitrary<string> => {
  const number = fc.integer({ min: low, max: high });
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 2, max: Math.max(2, Math.floor((high - low) / 2)) });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant("*") },
    { weight: 4, arbitrary: number.map(String) },
    { weight: 2, arbitrary: fc.array(number, { minLength: 2, maxLength: 4 }).map((each) => each.join(",")) },
    { weight: 1, arbitrary: range },
    { weight: 1, arbitrary: step.map((each) => `*/${each}`) },
    { weight: 1, arbitrary: fc.tuple(range, step).map(([of, by]) => `${of}/${by}`) },
  );
};
const cronText = fc.tuple(
  field(0, 59),
  field(0, 23),
  fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, field(1, 28), fc.constant("L")),
  fc.oneof({ weight: 4, arbitrary: fc.constant("*") }, field(1, 12)),
  fc.oneof(
    { weight: 3, arbitrary: fc.constant("*") },
    field(0, 6),
    fc.constantFrom("MON-FRI", "1#2", "5L", "SUN", "7"),
  ),
).map((fields) => fields.join(" "));

Deno.test("nextOccurrence() agrees with a walk over every minute, through each change of the clocks", () => {
  const changes = [[2, 7], [2, 28], [3, 4], [9, 3], [9, 24], [9, 31], [10, 29]] as const;
  const days = changes.map(([month, day]) => Date.UTC(2026, month, day, 12));
  const offsets = new Map(ZONES.map((zone) => [zone, offsetsOf(zone, START, START + 400 * DAY)]));
  let compared = 0;
  fc.assert(
    fc.property(cronText, fc.constantFrom(...ZONES), fc.constantFrom(...days), (cron, zone, from) => {
      const wanted = oracleTimes(cron, offsets.get(zone)!, from, from + 2 * DAY);
      const found = times(when({ kind: "cron", cron }, zone), from, from + 2 * DAY);
      compared += wanted.length;
      assert.deepEqual(isoOf(found), isoOf(wanted), `${cron} in ${zone}`);
    }),
    { numRuns: 120, seed: 6 },
  );
  assert.ok(compared > 1_000, `${compared} occurrences compared`);
});

Deno.test("nextOccurrence() a time of day that clocks skip comes once after the gap, one shown twice comes once", () => {
  const zurich = (cron: string, from: number): string[] =>
    isoOf(times(when({ kind: "cron", cron }, "Europe/Zurich"), from, from + DAY));
  const [spring, autumn] = [Date.UTC(2026, 2, 28, 12), Date.UTC(2026, 9, 24, 12)];
  assert.deepEqual(zurich("30 2 * * *", spring), ["2026-03-29T01:00"]);
  assert.deepEqual(zurich("15,45 2 * * *", spring), ["2026-03-29T01:00"]);
  assert.deepEqual(zurich("*/30 2 * * *", spring), []);
  assert.deepEqual(zurich("30 2 * * *", autumn), ["2026-10-25T00:30"]);
  assert.deepEqual(zurich("15,45 2 * * *", autumn), ["2026-10-25T00:15", "2026-10-25T00:45"]);
  assert.equal(zurich("*/30 2 * * *", autumn).length, 4);
});

Deno.test("nextOccurrence() is strictly after, also within a second", () => {
  const daily = when({ kind: "cron", cron: "0 9 * * *" });
  const nine = START + 9 * HOUR;
  assert.equal(nextOccurrence(daily, nine - 1), nine);
  assert.equal(nextOccurrence(daily, nine), nine + DAY);
  assert.equal(nextOccurrence(daily, nine + 1), nine + DAY);
  assert.equal(nextOccurrence(daily, nine + 999), nine + DAY);
});

Deno.test("nextOccurrence() an interval keeps its beat over a change of the clocks, and begins at from", () => {
  const every = { value: 1, unit: "days" };
  const beat = when({ kind: "interval", every }, "Europe/Zurich");
  const march = times(beat, Date.UTC(2026, 2, 27), Date.UTC(2026, 3, 1));
  assert.deepEqual(march.map((at) => (at - START) % DAY), march.map(() => 0));
  const from = when({ kind: "interval", every }, "Europe/Zurich", { from: "2026-02-01T09:00" });
  const anchored = { ...from, anchor: Date.UTC(2026, 1, 1, 8) };
  assert.equal(nextOccurrence(anchored, START), Date.UTC(2026, 1, 1, 8));
  assert.equal(nextOccurrence(anchored, Date.UTC(2026, 1, 1, 8)), Date.UTC(2026, 1, 2, 8));
});

Deno.test("nextOccurrence() dates come in order of time on the zone's clock, within from and until", () => {
  const dates = { kind: "dates", at: ["2026-05-01T09:00", "2026-03-01T09:00", "2026-06-01"] };
  assert.deepEqual(isoOf(times(when(dates, "Europe/Zurich"), START, START + 365 * DAY)), [
    "2026-03-01T08:00",
    "2026-05-01T07:00",
    "2026-05-31T22:00",
  ]);
  const bounded = when(dates, "Europe/Zurich", { from: "2026-04-01", until: "2026-05-01T09:00" });
  assert.deepEqual(isoOf(times(bounded, START, START + 365 * DAY)), ["2026-05-01T07:00"]);
});

Deno.test("nextRun() passes holidays over, whole years of them and every minute of a day", () => {
  const held = when({ kind: "cron", cron: "* * * * *" }, "Europe/Zurich", {
    holidays: ["12-25", "2026-12-26"],
  });
  const eve = Date.UTC(2026, 11, 24, 22, 59);
  assert.equal(nextRun(held, eve), Date.UTC(2026, 11, 26, 23));
  const yearly = when({ kind: "cron", cron: "0 9 25 12 *" }, "UTC", {
    holidays: ["2026-12-25", "2027-12-25"],
  });
  assert.equal(nextRun(yearly, START), Date.UTC(2028, 11, 25, 9));
});

Deno.test("fireAt() spreads within the jitter, the same each time, in order", () => {
  const of = when({ kind: "cron", cron: "*/5 * * * *" }, "UTC", { jitter: { value: 1, unit: "hours" } });
  const all = times(of, START, START + DAY);
  const delays = all.map((at) => fireAt("w.s", of, at) - at);
  assert.ok(delays.every((delay) => delay >= 0 && delay < 5 * MINUTE));
  assert.ok(new Set(delays).size > 200, "each its own");
  assert.deepEqual(all.map((at) => fireAt("w.s", of, at) - at), delays);
});

Deno.test("dstAt() marks what was moved, is shown twice, and comes at another offset than before", () => {
  const mark = (cron: string, at: number, before: number | null = null): string | null =>
    dstAt(when({ kind: "cron", cron }, "Europe/Zurich"), at, before);
  assert.equal(mark("30 2 * * *", Date.UTC(2026, 2, 29, 1)), "moved");
  assert.equal(mark("0 3 * * *", Date.UTC(2026, 2, 29, 1)), null);
  assert.equal(mark("30 2 * * *", Date.UTC(2026, 9, 25, 0, 30)), "repeated");
  assert.equal(mark("*/30 2 * * *", Date.UTC(2026, 9, 25, 1, 30)), "repeated");
  assert.equal(mark("0 9 * * *", Date.UTC(2026, 9, 25, 8), Date.UTC(2026, 9, 24, 7)), "changed");
  assert.equal(mark("0 9 * * *", Date.UTC(2026, 9, 26, 8), Date.UTC(2026, 9, 25, 8)), null);
});

Deno.test("scheduleProblems() names the field, what is wrong and what is accepted", () => {
  const cron = (text: string): object => ({ kind: "cron", cron: text });
  const nine = cron("0 9 * * *");
  const table: [object, Partial<SchedulePolicies>, string, RegExp][] = [
    [cron("0 0 9 * * *"), {}, "cron", /6 fields, not five: there are no seconds/],
    [cron("0 9 * *"), {}, "cron", /4 fields/],
    [cron("2026-12-01T09:00:00"), {}, "cron", /1 field,/],
    [cron("60 9 * * *"), {}, "cron", /minute: 60/],
    [cron("@reboot"), {}, "cron", /There is no "@reboot"/],
    [cron("0 9 * * MOO"), {}, "cron", /./],
    [cron("0 0 30 2 *"), {}, "cron", /never comes/],
    [{ ...nine, timezone: "Europe/Zuric" }, {}, "timezone", /There is no time zone "Europe\/Zuric"/],
    [{ kind: "dates", at: ["soon"] }, {}, "at.0", /Cannot read "soon"/],
    [{ kind: "dates", at: ["2026-02-30"] }, {}, "at.0", /Cannot read/],
    [{ kind: "dates", at: ["2026-12-01T09:00", "2026-12-01T09:00:30"] }, {}, "at.1", /same minute/],
    [nine, { from: "2026-12-31", until: "2026-12-01" }, "config.until", /is not after/],
    [nine, { from: "whenever" }, "config.from", /Cannot read/],
    [cron("0 9 1 1 *"), { from: "2026-02-01", until: "2026-03-01" }, "config.until", /Nothing falls/],
    [nine, { jitter: { value: 2, unit: "hours" } }, "config.jitter", /more than an hour/],
    [nine, { overlap: "allow", maxConcurrent: 2 }, "config.maxConcurrent", /nothing is counted/],
    [cron("0 9 25 12 *"), { holidays: ["12-25"] }, "config.holidays", /only fire on holidays/],
    [{ ...nine, input: { text: "x".repeat(20_000) } }, {}, "input", /bytes of JSON/],
  ];
  for (const [given, config, path, words] of table) {
    const [problem, ...more] = scheduleProblems(definition(given, config));
    assert.equal(problem?.path, path, JSON.stringify(given));
    assert.match(problem.message, words);
    assert.deepEqual(more, []);
    assert.ok(problem.accepted);
  }
  assert.deepEqual(scheduleProblems(definition(nine, { from: "2026-12-01", until: "2026-12-31" })), []);
  const dates = { kind: "dates", at: ["2019-01-01"] };
  assert.deepEqual(
    scheduleProblems(definition(dates)),
    [],
    "the same in ten years: what has passed was right",
  );
});

Deno.test("scheduleWords() says what people mostly write, and the rest by the phrase or as it is", () => {
  const zone = "Europe/Zurich";
  const table: [string, string][] = [
    ["0 9 * * 1-5", "every weekday at 09:00"],
    ["0 9 * * *", "every day at 09:00"],
    ["30 8,17 * * MON-FRI", "every weekday at 08:30 and 17:30"],
    ["0 * * * *", "every hour"],
    ["*/15 * * * *", "every 15 minutes"],
    ["0 */2 * * *", "every 2 hours"],
    ["0 0 * * 0", "every Sunday at 00:00"],
    ["0 0 1 * *", "on the 1st of every month at 00:00"],
    ["0 9 1,15,22 * *", "on the 1st, 15th and 22nd of every month at 09:00"],
    ["0 9 L * *", "on the last day of every month at 09:00"],
    ["0 9 * * 1#2", "on the second Monday of every month at 09:00"],
    ["0 9 * * FRIL", "on the last Friday of every month at 09:00"],
    ["0 9 24 12 *", "every year on 24 December at 09:00"],
    ["@daily", "every day at 00:00"],
  ];
  for (const [cron, words] of table) {
    assert.equal(scheduleWords({ kind: "cron", cron, timezone: zone }), `${words}, ${zone}`);
  }
  for (const odd of ["*/7 * * * *", "0 9 1 * 1", "5-20/5 8-18 * * *", "0 25 * * *", "61 * * * *"]) {
    assert.equal(cronWords(odd), null, odd);
    assert.equal(scheduleWords({ kind: "cron", cron: odd }), `cron ${odd}`);
  }
  assert.equal(cronPhrase("0 9 1 * 1").startsWith("at 09:00"), true);
  const every = { value: 2, unit: "hours" };
  assert.equal(scheduleWords({ kind: "interval", every, timezone: zone }), "every 2 hours");
  const at = ["2026-12-01T09:00", "2026-12-24", "2026-12-31"];
  assert.equal(
    scheduleWords({ kind: "dates", at, timezone: zone }),
    `2026-12-01 09:00 and 2 more dates, ${zone}`,
  );
  assert.equal(scheduleWords({}), "");
});

const hourly = (config: Partial<SchedulePolicies>): ScheduleState => ({
  id: "w.s",
  ...when({ kind: "cron", cron: "0 * * * *" }, "UTC", config),
  live: true,
  editedAt: START,
  lastAt: null,
  nextAt: START + HOUR,
  pending: [],
});

Deno.test("takeUp() after an outage makes up what the policy says, and tells the rest", () => {
  const back = START + 60 * HOUR + 30 * MINUTE;
  const table = [
    { missed: "none", madeUp: 0, lost: 60 },
    { missed: "last", madeUp: 1, lost: 59 },
    { missed: "all", madeUp: 50, lost: 10 },
  ] as const;
  for (const { missed, madeUp, lost } of table) {
    const taken = takeUp(hourly({ missed }), back);
    assert.deepEqual(taken.state.pending.map(({ why }) => why), Array(madeUp).fill("made_up"), missed);
    assert.equal(taken.lost.reduce((sum, { count }) => sum + count, 0), lost);
    assert.equal(taken.state.nextAt, START + 61 * HOUR);
    assert.equal(taken.state.pending.at(-1)?.at ?? null, madeUp ? START + 60 * HOUR : null);
  }
});

Deno.test("takeUp() what is two minutes late is on time; on time it takes the place of what is made up", () => {
  const late = takeUp(hourly({ missed: "none" }), START + HOUR + 120_000);
  assert.deepEqual(late.state.pending, [{ at: START + HOUR, why: "due" }]);
  const missed = takeUp(hourly({ missed: "none" }), START + HOUR + 120_001);
  assert.deepEqual([missed.state.pending, missed.lost.length], [[], 1]);
  const back = takeUp(hourly({ missed: "last" }), START + 3 * HOUR + 10);
  assert.deepEqual(back.state.pending, [{ at: START + 3 * HOUR, why: "due" }]);
  assert.deepEqual(back.lost.map(({ count }) => count), [2]);
});

Deno.test("takeUp() tells holidays apart, and takes long outages in parts", () => {
  const held = takeUp(hourly({ missed: "all", holidays: ["2026-01-02"] }), START + 72 * HOUR);
  const lines = held.lost.filter(({ outcome }) => outcome === "held");
  assert.deepEqual(lines.map(({ count }) => count), [24]);
  let state = hourly({ missed: "last" });
  let counted = 0;
  let rounds = 0;
  for (let more = true; more; rounds++) {
    const taken = takeUp(state, START + 3_000 * HOUR);
    counted += taken.lost.reduce((sum, { count }) => sum + count, 0);
    ({ state, more } = taken);
  }
  assert.ok(rounds > 2);
  assert.equal(counted + state.pending.length, 3_000);
});

Deno.test("takeUp() changes nothing where nothing has come, or it is paused, only drawn or gone", () => {
  const state = hourly({});
  assert.equal(takeUp(state, START + HOUR - 1).state, state);
  const later = START + DAY;
  for (
    const idle of [
      { ...state, live: false },
      { ...state, goneAt: START },
      { ...state, definition: { ...state.definition, enabled: false } },
    ]
  ) assert.equal(takeUp(idle, later).state, idle);
});

Deno.test("redefined() comes next after the last occurrence and after now; the same times keep what is next", () => {
  const state = { ...hourly({}), lastAt: START + 2 * HOUR, nextAt: START + 3 * HOUR };
  const { timezone } = state;
  const now = START + 2 * HOUR + 10;
  const minutely = definition({ kind: "cron", cron: "* * * * *" });
  assert.equal(
    redefined(state, { definition: minutely, timezone, live: true }, now).nextAt,
    START + 121 * MINUTE,
  );
  // A process whose clock is behind does not go back.
  const behind = redefined(state, { definition: minutely, timezone, live: true }, START + HOUR);
  assert.equal(behind.nextAt, START + 121 * MINUTE);
  const input = { ...state.definition, input: { a: 1 } };
  assert.equal(
    redefined(state, { definition: input, timezone, live: true }, START + 5 * HOUR).nextAt,
    state.nextAt,
  );
  const paused = redefined(
    { ...state, pending: [{ at: START + HOUR, why: "queued" }] },
    { definition: { ...state.definition, enabled: false }, timezone, live: true },
    now,
  );
  assert.deepEqual([paused.nextAt, paused.pending], [null, []]);
  const resumed = redefined(paused, { definition: state.definition, timezone, live: true }, START + 5 * HOUR);
  assert.equal(resumed.nextAt, START + 6 * HOUR);
});

Deno.test("previewOf() ten occurrences with their marks in under 20 ms", () => {
  const now = Date.UTC(2026, 9, 20, 12);
  const crons = ["30 2 * * *", "0 9 * * 1-5", "0 0 29 2 *", "0 9 * * 1#2", "*/5 8-18 L * *", "0 9 13 * 5"];
  previewOf({ cron: "0 1 * * *", timezone: "Asia/Tokyo", count: 10 }, now);
  for (const cron of crons) {
    const took = quickest(() => {
      const { items } = previewOf({ cron, timezone: "Europe/Zurich", count: 10 }, now);
      assert.equal(items.length, 10);
    }, 20);
    assert.ok(took < 20, `${cron}: ${took} ms`);
  }
  const marked = previewOf({ cron: "30 2 * * *", timezone: "Europe/Zurich", count: 10 }, now).items;
  assert.deepEqual(marked.map(({ dst }) => dst).filter(Boolean), ["repeated", "changed"]);
});
