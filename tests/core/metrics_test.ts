import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addCount,
  addTally,
  bucketOf,
  causeKey,
  emptyTally,
  meanOf,
  nameOfCause,
  netOf,
  quantile,
  readCauseKey,
  successRate,
} from "../../engine/core/metrics.ts";
import type { Tally } from "../../engine/core/metrics.ts";
import { spanOf } from "../../engine/core/metrics_time.ts";
import { localDate } from "../../engine/core/zone.ts";
import { EngineError } from "../../engine/errors.ts";
import { METRICS_INTERVALS } from "../../engine/schemas/metrics.ts";
import type { MetricsInterval } from "../../engine/schemas/metrics.ts";
import { folded, readSlot } from "../../engine/store/metrics.ts";
import type { CountRecord } from "../../engine/store/metrics.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const duration = fc.integer({ min: 0, max: 2 * 366 * DAY });

function tallied(durations: readonly number[]): Tally {
  const tally = emptyTally();
  for (const ms of durations) {
    addCount(tally, `completed.${bucketOf(ms)}`, 1);
    addCount(tally, "ms", ms);
  }
  return tally;
}

Deno.test("quantile() is within 10 % of the true one, and the mean is exact", () => {
  fc.assert(
    fc.property(
      fc.array(duration, { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.95, 1),
      (all, q) => {
        const tally = tallied(all);
        const sorted = [...all].sort((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(q * all.length)) - 1]!;
        const told = quantile(tally.buckets, q)!;
        assert.ok(Math.abs(told - truth) <= truth * 0.1 + 0.5, `${told} for ${truth}`);
        assert.equal(meanOf(tally), Math.round(all.reduce((sum, ms) => sum + ms, 0) / all.length));
      },
    ),
  );
});

Deno.test("quantile(), meanOf() and successRate() of nothing are null, not 0", () => {
  assert.deepEqual([quantile({}, 0.5), meanOf(emptyTally()), successRate(emptyTally())], [null, null, null]);
});

Deno.test("bucketOf() rises with the duration, and is 0 for a clock that went back", () => {
  fc.assert(fc.property(duration, duration, (a, b) => a > b || bucketOf(a) <= bucketOf(b)));
  assert.deepEqual([bucketOf(-5), bucketOf(0), bucketOf(1), bucketOf(Number.MAX_SAFE_INTEGER)], [
    0,
    0,
    1,
    173,
  ]);
});

const what = fc.constantFrom(
  "started",
  "completed.3",
  "failed.40",
  "reopened",
  "ms",
  "mended.9",
  'by.["api","x",1,"h"]',
);
const counters = fc.array(fc.tuple(what, fc.integer({ min: 1, max: 1_000 })), { maxLength: 40 });

Deno.test("folded() in any parts gives what the counters together give", () => {
  fc.assert(fc.property(fc.array(counters, { maxLength: 6 }), (parts) => {
    let record: CountRecord | null = null;
    const whole = emptyTally();
    for (const part of parts) {
      const tally = emptyTally();
      for (const [name, n] of part) {
        addCount(tally, name, n);
        addCount(whole, name, n);
      }
      const stored: CountRecord = folded(record, 7, tally);
      record = JSON.parse(JSON.stringify(stored));
    }
    assert.deepEqual(record ? readSlot(record, "7") : emptyTally(), whole);
  }));
});

Deno.test("folded() tells some fifty causes apart, counts the rest as other, and stays under what a value may hold", () => {
  let record: CountRecord | null = null;
  for (let hour = 0; hour < 24; hour++) {
    const tally = emptyTally();
    for (let i = 0; i < 80; i++) {
      const host = `${String(i).padStart(3, "0")}.${"x".repeat(240)}`;
      const cause = causeKey({ nodeType: "t".repeat(64), code: "c".repeat(200), status: 401, host });
      addCount(tally, `by.${cause}`, 1_000_000);
    }
    for (let bucket = 0; bucket <= 173; bucket++) {
      addCount(tally, `completed.${bucket}`, 1_000_000);
      addCount(tally, `mended.${bucket}`, 1_000);
    }
    record = folded(record, hour, tally);
  }
  const { causes } = readSlot(record!, "23");
  const told = record!.causes.length;
  assert.ok(told >= 40 && told <= 50, `${told} causes`);
  assert.equal(causes.other, (80 - told) * 1_000_000);
  assert.equal(Object.values(causes).reduce((sum, n) => sum + n, 0), 80_000_000);
  assert.ok(JSON.stringify(record).length < 65_000, `${JSON.stringify(record).length} bytes`);
});

Deno.test("causeKey() groups by node type, code, status and host, and is read again", () => {
  const cause = { nodeType: "api", code: "http_401", status: 401, host: "api.example.com" };
  assert.deepEqual(readCauseKey(causeKey(cause)), cause);
  assert.equal(nameOfCause(cause), "api: 401 from api.example.com");
  const timeout = { nodeType: null, code: "execution_timeout", status: null, host: null };
  assert.equal(nameOfCause(readCauseKey(causeKey(timeout))), "execution_timeout");
});

Deno.test("netOf() is what began or was reopened, less what ended", () => {
  const tally = emptyTally();
  for (
    const [name, n] of [["started", 9], ["completed.1", 3], ["failed.2", 2], ["cancelled", 1], [
      "reopened",
      1,
    ]] as const
  ) {
    addCount(tally, name, n);
  }
  const twice = emptyTally();
  addTally(twice, tally);
  addTally(twice, tally);
  assert.deepEqual([netOf(tally), netOf(twice)], [4, 8]);
});

const NOW = Date.parse("2026-11-22T14:37:12.000Z");
const ZONES = [
  "UTC",
  "Europe/Zurich",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/Santiago",
];

Deno.test("spanOf() has whole intervals by the zone's clock, in order, also where clocks change", () => {
  const moment = fc.integer({ min: Date.parse("2025-01-01"), max: Date.parse("2028-01-01") });
  const asked = fc.constantFrom("6h", "1d", "7d");
  fc.assert(
    fc.property(moment, fc.constantFrom(...ZONES), asked, (now, timezone, interval) => {
      const { starts, from, to } = spanOf({ range: "30d", interval, timezone }, now);
      assert.equal(starts[0], from);
      assert.ok(from < now && now < to);
      for (const [i, at] of starts.entries()) {
        const next = starts[i + 1] ?? to;
        const step = { "6h": 6, "1d": 24, "7d": 168 }[interval] * HOUR;
        assert.ok(Math.abs(next - at - step) <= 2 * HOUR, `${interval} of ${next - at} ms in ${timezone}`);
        assert.equal(at % HOUR, 0, "counters know whole hours");
        // With the hour in which it begins: half an hour before midnight where the zone is half an hour off.
        const clock = localDate(at + HOUR - 1, timezone);
        assert.ok(interval !== "1d" || clock.getUTCHours() <= 1, `${clock.toISOString()} in ${timezone}`);
        assert.ok(interval !== "7d" || clock.getUTCDay() === 1, `weeks begin on Mondays in ${timezone}`);
      }
    }),
  );
});

Deno.test("spanOf() compares with a time just before, as long as what has passed", () => {
  const day = spanOf({ range: "24h" }, NOW);
  assert.deepEqual([day.starts.length, day.interval, day.to - day.from], [24, "1h", DAY]);
  assert.equal(day.from - day.before, 24 * HOUR, "14:37 is nearer to 15:00 than to 14:00");
  const hour = spanOf({ range: "1h" }, NOW);
  assert.deepEqual([hour.starts.length, hour.unit, hour.from - hour.before], [60, "minute", 59 * 60_000]);
  const month = spanOf({ range: "30d", timezone: "Europe/Zurich" }, NOW);
  assert.deepEqual([month.starts.length, new Date(month.from).toISOString()], [
    30,
    "2026-10-23T22:00:00.000Z",
  ]);
});

Deno.test("spanOf() refuses what cannot be counted, naming the field", () => {
  const refused: [Parameters<typeof spanOf>[0], string][] = [
    [{ timezone: "Mars/Olympus" }, "timezone"],
    [{ range: "24h", interval: "1m" }, "interval"],
    [{ range: "24h", from: "2026-11-22T00:00:00Z" }, "range"],
    [{ to: "2026-11-22T00:00:00Z" }, "from"],
    [{ from: "2026-11-22T10:00:00Z", to: "2026-11-22T09:00:00Z" }, "to"],
    [{ from: "2026-12-22T10:00:00Z" }, "from"],
    [{ from: "2026-01-01T00:00:00Z", interval: "1h" }, "interval"],
    [{ from: "2026-09-01T00:00:00Z", interval: "1h" }, "interval"],
  ];
  for (const [query, path] of refused) {
    assert.throws(() => spanOf(query, NOW), (error) => {
      assert.ok(error instanceof EngineError);
      assert.deepEqual([error.status, error.issues[0]?.path], [422, path], JSON.stringify(query));
      return true;
    });
  }
});

Deno.test("spanOf() chooses an interval that can be counted for any time", () => {
  const since = fc.integer({ min: 1, max: 5 * 366 * DAY });
  fc.assert(fc.property(since, since, (a, b) => {
    const from = new Date(NOW - Math.max(a, b) - 1).toISOString();
    const to = new Date(NOW - Math.min(a, b)).toISOString();
    const { interval, starts } = spanOf({ from, to }, NOW);
    const known: readonly MetricsInterval[] = METRICS_INTERVALS;
    assert.ok(known.includes(interval) && starts.length > 0 && starts.length <= 1_000);
  }));
});
