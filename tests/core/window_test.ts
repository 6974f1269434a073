import assert from "node:assert/strict";
import fc from "fast-check";
import { calendar } from "../../engine/core/calendar.ts";
import { inWords, isOpen, nextOpen, windowProblems } from "../../engine/core/window.ts";
import { WEEKDAYS } from "../../engine/schemas/weekday.ts";
import { Hours, Window } from "../../engine/schemas/window.ts";

/** One shifts by 30 minutes, one at midnight. */
const ZONES = [
  "Europe/Zurich",
  "America/New_York",
  "Australia/Lord_Howe",
  "America/Santiago",
  "Pacific/Auckland",
];
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

const OFFICE: Hours = { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" };

interface Shown {
  date: string;
  day: string;
  time: string;
}

/** What a clock in the zone shows, minute by minute, by Intl alone. */
function clockFrom(zone: string, from: number, minutes: number): Shown[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return Array.from({ length: minutes }, (_, index) => {
    // "Sun, 03/28/2027, 03:00"
    const [day = "", date = "", time = ""] = format.format(from + index * MINUTE).split(", ");
    return { date: `${date.slice(6)}-${date.slice(0, 5).replace("/", "-")}`, day: day.toLowerCase(), time };
  });
}

function previous({ date, day }: Shown): Shown {
  const before = WEEKDAYS[(WEEKDAYS.findIndex((each) => each === day) + 6) % 7] ?? "";
  return { date: new Date(Date.parse(date) - DAY).toISOString().slice(0, 10), day: before, time: "" };
}

function shownOpen(hours: Hours, shown: Shown): boolean {
  const opens = ({ date, day }: Shown): boolean =>
    hours.days.some((each) => each === day) &&
    !(hours.holidays ?? []).some((holiday) => date.endsWith(holiday));
  if (hours.from < hours.to) return shown.time >= hours.from && shown.time < hours.to && opens(shown);
  return shown.time >= hours.from ? opens(shown) : shown.time < hours.to && opens(previous(shown));
}

/** The moments of two years at which the zone's clocks jump, to the minute. */
function jumps(zone: string): number[] {
  const found: number[] = [];
  const offset = (at: number): number => {
    const shown = clockFrom(zone, at, 1)[0]!;
    return Date.parse(`${shown.date}T${shown.time}:00Z`) - at;
  };
  for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2028, 0, 1); at += DAY) {
    if (offset(at) === offset(at + DAY)) continue;
    let minute = at;
    while (offset(minute) === offset(at)) minute += MINUTE;
    found.push(minute);
  }
  return found;
}

const times = fc.oneof(
  // Clocks jump at night.
  fc.integer({ min: 0, max: 5 * 60 }),
  fc.integer({ min: 0, max: 1_439 }),
).map((minute) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`
);

for (const zone of ZONES) {
  Deno.test(`nextOpen() agrees with a clock in ${zone} around its changes, minute by minute`, () => {
    const changes = jumps(zone);
    assert.equal(changes.length, 4, "two changes a year");
    for (const change of changes) {
      const from = change - DAY;
      const clock = clockFrom(zone, from, 9 * 1_440);
      const dates = [...new Set(clock.map(({ date }) => date))];
      const hours = fc.record({
        days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
        from: times,
        to: fc.oneof(times, fc.constant("24:00")),
        holidays: fc.subarray([...dates.slice(0, 3), ...dates.slice(0, 3).map((date) => date.slice(5))]),
      }).filter((each) => each.from !== each.to);
      fc.assert(
        fc.property(hours, fc.integer({ min: 0, max: 2 * 1_440 }), fc.nat(59_999), (window, start, rest) => {
          const at = from + start * MINUTE + rest;
          const found = clock.findIndex((shown, index) => index >= start && shownOpen(window, shown));
          const next = nextOpen(window, at, zone);
          assert.equal(isOpen(window, at, zone), found === start);
          if (found === -1) return assert.ok(next === null || next >= from + clock.length * MINUTE);
          assert.equal(next, found === start ? at : from + found * MINUTE);
        }),
        { numRuns: 150 },
      );
    }
  });
}

const at = (text: string): number => Date.parse(text);
const iso = (moment: number | null): string | null => moment === null ? null : new Date(moment).toISOString();

Deno.test("nextOpen() is the same moment while it is open, else the next opening", () => {
  const next = (text: string): string | null => iso(nextOpen(OFFICE, at(text), "Europe/Zurich"));
  assert.equal(next("2026-11-23T08:00:00.000Z"), "2026-11-23T08:00:00.000Z");
  assert.equal(next("2026-11-23T15:59:59.999Z"), "2026-11-23T15:59:59.999Z");
  assert.equal(next("2026-11-23T16:00:00.000Z"), "2026-11-24T08:00:00.000Z");
  assert.equal(next("2026-11-27T16:00:00.000Z"), "2026-11-30T08:00:00.000Z");
});

Deno.test("nextOpen() passes over holidays of one year and of every year", () => {
  const hours: Hours = { ...OFFICE, holidays: ["12-25", "2026-12-28"] };
  assert.equal(iso(nextOpen(hours, at("2026-12-24T20:00Z"), "UTC")), "2026-12-29T09:00:00.000Z");
  assert.equal(iso(nextOpen(hours, at("2028-12-24T20:00Z"), "UTC")), "2028-12-26T09:00:00.000Z");
});

Deno.test("nextOpen() of a window over midnight belongs to the day on which it opens", () => {
  const night: Hours = { days: ["fri"], from: "22:00", to: "06:00" };
  assert.equal(isOpen(night, at("2026-11-28T05:59Z"), "UTC"), true);
  assert.equal(isOpen(night, at("2026-11-27T05:59Z"), "UTC"), false);
  assert.equal(iso(nextOpen(night, at("2026-11-28T06:00Z"), "UTC")), "2026-12-04T22:00:00.000Z");
});

Deno.test("nextOpen() finds nothing within two years where every day is a holiday", () => {
  const holidays = Array.from(
    { length: 366 },
    (_, day) => new Date(Date.UTC(2028, 0, 1) + day * DAY).toISOString().slice(5, 10),
  );
  assert.equal(nextOpen({ ...OFFICE, holidays }, at("2026-11-22T00:00Z"), "UTC"), null);
  assert.deepEqual(windowProblems({ ...OFFICE, holidays }).map(({ path }) => path), ["holidays"]);
  // Only 29 February is left: four years apart.
  const but = holidays.filter((day) => day !== "02-29");
  assert.deepEqual(windowProblems({ ...OFFICE, holidays: but }).map(({ path }) => path), ["holidays"]);
  assert.deepEqual(windowProblems({ ...OFFICE, holidays: holidays.slice(0, 300) }), []);
});

Deno.test("windowProblems() names the field that keeps it closed", () => {
  const fields = (change: Partial<Hours>): string[] =>
    windowProblems({ ...OFFICE, ...change }).map((p) => p.path);
  assert.deepEqual(fields({}), []);
  assert.deepEqual(fields({ from: "22:00", to: "06:00" }), []);
  assert.deepEqual(fields({ from: "00:00", to: "24:00", holidays: ["02-29"] }), []);
  assert.deepEqual(fields({ days: [] }), ["days"]);
  assert.deepEqual(fields({ to: "09:00" }), ["to"]);
  assert.deepEqual(fields({ holidays: ["12-25", "02-30"] }), ["holidays.1"]);
  assert.deepEqual(fields({ holidays: ["2027-02-29"] }), ["holidays.0"]);
  // Every Monday from 2026 to 2028, dated.
  const mondays = Array.from(
    { length: 112 },
    (_, week) => new Date(Date.UTC(2026, 10, 23) + week * 7 * DAY).toISOString().slice(0, 10),
  );
  assert.deepEqual(fields({ days: ["mon"], holidays: mondays }), ["holidays"]);
  assert.deepEqual(fields({ days: ["mon", "tue"], holidays: mondays }), []);
});

Deno.test("Window takes what people write, and names what it does not", () => {
  assert.ok(Window.safeParse({ ...OFFICE, zone: "lead", holidays: ["2026-12-25", "12-25"] }).success);
  for (
    const wrong of [{ from: "9:00" }, { from: "24:00" }, { to: "24:01" }, { holidays: ["25.12."] }, {
      days: ["Mon"],
    }]
  ) {
    const { error } = Window.safeParse({ ...OFFICE, ...wrong });
    assert.equal(error?.issues[0]?.path[0], Object.keys(wrong)[0]);
  }
});

Deno.test("inWords() says days and hours as people do", () => {
  const words = (change: Partial<Hours>): string => inWords({ ...OFFICE, ...change });
  assert.equal(words({}), "Mon–Fri 09:00–17:00");
  assert.equal(words({ days: ["fri", "mon", "wed"] }), "Mon, Wed, Fri 09:00–17:00");
  assert.equal(words({ days: ["mon", "tue", "sat", "sun"] }), "Mon, Tue, Sat, Sun 09:00–17:00");
  assert.equal(words({ days: [...WEEKDAYS], from: "00:00", to: "24:00" }), "Every day, all day");
  assert.equal(words({ holidays: ["12-25"] }), "Mon–Fri 09:00–17:00, not on a holiday");
  assert.equal(words({ holidays: ["12-25", "12-26"] }), "Mon–Fri 09:00–17:00, not on 2 holidays");
});

Deno.test("calendar.nextWeekday() is the next such moment, never this one", () => {
  const next = (text: string, zone = "Europe/Zurich", time = "09:00"): string =>
    new Date(calendar.nextWeekday("mon", time, at(text), zone)).toISOString();
  assert.equal(next("2026-11-22T09:00Z"), "2026-11-23T08:00:00.000Z");
  assert.equal(next("2026-11-23T07:59Z"), "2026-11-23T08:00:00.000Z");
  assert.equal(next("2026-11-23T08:00Z"), "2026-11-30T08:00:00.000Z");
  // It is Monday in Auckland while it is Sunday in Greenwich.
  assert.equal(next("2026-11-22T19:59Z", "Pacific/Auckland"), "2026-11-22T20:00:00.000Z");
});

Deno.test("calendar.nextWeekday() of a time that clocks skip is the moment after; of one shown twice, the first", () => {
  const next = (text: string, zone: string, time: string): string =>
    new Date(calendar.nextWeekday("sun", time, at(text), zone)).toISOString();
  assert.equal(next("2027-03-27T12:00Z", "Europe/Zurich", "02:30"), "2027-03-28T01:00:00.000Z");
  assert.equal(next("2027-10-30T12:00Z", "Europe/Zurich", "02:30"), "2027-10-31T00:30:00.000Z");
  assert.equal(next("2027-10-31T00:30Z", "Europe/Zurich", "02:30"), "2027-11-07T01:30:00.000Z");
});
