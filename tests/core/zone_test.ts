import assert from "node:assert/strict";
import fc from "fast-check";
import { formatLocal, isZone, localToUtc, offsetAt, parseMoment } from "../../engine/core/zone.ts";

const ZONES = [
  "Europe/Zurich",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/Sao_Paulo",
];
const HOUR = 3_600_000;

function local(text: string): Parameters<typeof localToUtc>[0] {
  const [y = 0, m = 0, d = 0, h = 0, min = 0, s = 0] = text.split(/[^0-9]/).map(Number);
  return { y, m, d, h, min, s };
}

function utc(text: string, zone: string): string {
  return new Date(localToUtc(local(text), zone)).toISOString();
}

Deno.test("isZone() knows IANA names and nothing else", () => {
  for (const zone of ["UTC", "Europe/Zurich", "America/Argentina/Buenos_Aires"]) {
    assert.ok(isZone(zone), zone);
  }
  for (const zone of ["", "Mars/Base", "+01:00", "Europe/Zurich ", "../etc", "constructor"]) {
    assert.ok(!isZone(zone), zone);
  }
});

Deno.test("offsetAt() follows daylight saving and throws for an unknown zone", () => {
  assert.equal(offsetAt("Europe/Zurich", Date.UTC(2026, 0, 1)), HOUR);
  assert.equal(offsetAt("Europe/Zurich", Date.UTC(2026, 6, 1)), 2 * HOUR);
  assert.equal(offsetAt("Asia/Kathmandu", Date.UTC(2026, 0, 1, 0, 0, 0, 777)), 5.75 * HOUR);
  assert.throws(() => offsetAt("Mars/Base", 0), /Unknown time zone "Mars\/Base"/);
});

const MOMENTS: [string, string, string, string][] = [
  ["an ordinary winter day", "2026-12-01 09:00:00", "Europe/Zurich", "2026-12-01T08:00:00.000Z"],
  ["before the gap", "2026-03-29 01:59:59", "Europe/Zurich", "2026-03-29T00:59:59.000Z"],
  ["in the gap: the moment after it", "2026-03-29 02:30:00", "Europe/Zurich", "2026-03-29T01:00:00.000Z"],
  ["after the gap", "2026-03-29 03:00:00", "Europe/Zurich", "2026-03-29T01:00:00.000Z"],
  ["twice: the first", "2026-10-25 02:30:00", "Europe/Zurich", "2026-10-25T00:30:00.000Z"],
  ["after the repeat", "2026-10-25 03:00:00", "Europe/Zurich", "2026-10-25T02:00:00.000Z"],
  ["in New York's gap", "2026-03-08 02:15:00", "America/New_York", "2026-03-08T07:00:00.000Z"],
  ["twice in New York", "2026-11-01 01:15:00", "America/New_York", "2026-11-01T05:15:00.000Z"],
  ["in a gap of half an hour", "2026-10-04 02:10:00", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z"],
  ["on a day that Samoa left out", "2011-12-30 12:00:00", "Pacific/Apia", "2011-12-30T10:00:00.000Z"],
  ["in UTC", "2026-03-29 02:30:00", "UTC", "2026-03-29T02:30:00.000Z"],
];
for (const [name, text, zone, expected] of MOMENTS) {
  Deno.test(`localToUtc() ${name}`, () => assert.equal(utc(text, zone), expected));
}

Deno.test("localToUtc() undoes what clocks show, around every change of 2020 to 2030", () => {
  const moments = fc.integer({ min: Date.UTC(2020, 0, 1) / 60_000, max: Date.UTC(2030, 0, 1) / 60_000 });
  fc.assert(
    fc.property(moments, fc.constantFrom(...ZONES), (minute, zone) => {
      const epochMs = minute * 60_000;
      const shown = new Date(epochMs + offsetAt(zone, epochMs)).toISOString();
      const back = localToUtc(local(shown.slice(0, 19)), zone);
      // The second of two equal times gives the first; what is shown is the same.
      assert.equal(new Date(back + offsetAt(zone, back)).toISOString(), shown);
      return back <= epochMs && epochMs - back <= HOUR;
    }),
    { numRuns: 300 },
  );
});

Deno.test("parseMoment() reads offsets as written and local times in the zone", () => {
  const read = (text: string, zone = "Europe/Zurich"): string | null => {
    const epochMs = parseMoment(text, zone);
    return epochMs === null ? null : new Date(epochMs).toISOString();
  };
  assert.equal(read("2026-12-01T09:00"), "2026-12-01T08:00:00.000Z");
  assert.equal(read("2026-12-01"), "2026-11-30T23:00:00.000Z");
  assert.equal(read(" 2026-12-01 09:00:30.25 "), "2026-12-01T08:00:30.250Z");
  assert.equal(read("2026-12-01T09:00Z"), "2026-12-01T09:00:00.000Z");
  assert.equal(read("2026-12-01T09:00:00-05:30"), "2026-12-01T14:30:00.000Z");
  assert.equal(read("2028-02-29"), "2028-02-28T23:00:00.000Z");
  const wrong = [
    "",
    "soon",
    "2026-13-01",
    "2026-02-29",
    "2026-12-01T24:00",
    "2026-12-01T09:60",
    "2026-12-01T09",
    "1e3",
  ];
  for (const text of wrong) assert.equal(read(text), null, text);
  assert.equal(read("2026-12-01", "Mars/Base"), null);
  assert.equal(read("2026-12-01T09:00+25:00"), null);
});

Deno.test("parseMoment() reads every ISO text that a Date writes", () => {
  const dates = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(fc.property(dates, (date) => parseMoment(date.toISOString(), "UTC") === date.getTime()));
});

Deno.test("formatLocal() says the local time in words", () => {
  assert.equal(formatLocal(Date.UTC(2026, 11, 1, 8), "Europe/Zurich"), "Tue 1 Dec 2026, 09:00");
  assert.equal(formatLocal(Date.UTC(2026, 11, 31, 23, 5), "Asia/Kathmandu"), "Fri 1 Jan 2027, 04:50");
});
