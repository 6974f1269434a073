/** Where lines and slices lie, and how figures are told. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Metrics } from "../../engine/schemas/metrics.ts";
import { uncrowded } from "../../routes/pages/components/chart_lines.tsx";
import {
  countScale,
  drawLines,
  drawSlices,
  durationScale,
} from "../../routes/pages/components/chart_geometry.ts";
import {
  aboutWords,
  changeOf,
  changeOfShare,
  executionsHref,
  intervalWords,
  localInput,
  shareWords,
  viewQuery,
} from "../../routes/pages/components/metric_words.ts";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-11-22T12:00:00.000Z");
const VIEW = { range: "24h", from: "", to: "", workflowId: "" } as const;

function cause(name: string, count: number): Metrics["errors"][number] {
  return { cause: name, count, nodeType: "api", code: name, status: null, host: null };
}

Deno.test("drawLines() keeps everything on its field, whatever was counted", () => {
  const value = fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: null });
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { maxLength: 60 }), fc.boolean(), (points, logarithmic) => {
      const times = points.map((_, index) => NOON + index * HOUR);
      const lines = [points.map(([a]) => a), points.map(([, b]) => b)];
      const scale = logarithmic ? durationScale : countScale;
      const drawn = drawLines(times, lines, { zone: "Europe/Zurich", scale });
      const places = [...drawn.xs, ...drawn.ys.flat(), ...drawn.xTicks.map(({ at }) => at)];
      for (const at of [...places, ...drawn.yTicks.map((tick) => tick.at)]) {
        assert.ok(at === null || at >= 0 && at <= 100, String(at));
      }
      assert.doesNotMatch(drawn.paths.join(), /NaN|Infinity/);
      assert.deepEqual(drawn.xs, [...drawn.xs].sort((a, b) => a - b));
      assert.deepEqual(
        drawn.ys.map((line) => line.map((y) => y === null)),
        lines.map((line) => line.map((v) => v === null)),
      );
    }),
  );
});

Deno.test("drawLines() puts more higher, and leaves a gap where there is nothing", () => {
  const times = [0, 1, 2, 3, 4].map((n) => NOON + n * HOUR);
  const { ys, paths, yTicks } = drawLines(times, [[0, 5, null, 10, 10]], { zone: "UTC", scale: countScale });
  assert.deepEqual(ys[0], [100, 50, null, 0, 0]);
  assert.deepEqual(paths[0]?.match(/M/g)?.length, 2);
  assert.deepEqual(yTicks.map(({ label }) => label), ["0", "2", "4", "6", "8", "10"]);
});

Deno.test("drawLines() names days and hours by the zone's clock, also on the day when it goes back", () => {
  const first = Date.parse("2026-10-24T22:00:00.000Z");
  const times = Array.from({ length: 26 }, (_, n) => first + n * HOUR);
  const { xs, xTicks } = drawLines(times, [times.map(() => 1)], { zone: "Europe/Zurich", scale: countScale });
  const found = new Map(xTicks.map(({ at, label }) => [label, at]));
  assert.equal(found.get("25 Oct"), 0);
  // 06:00 is seven hours after midnight on this day.
  assert.equal(found.get("06:00"), xs[7]);
  assert.equal(found.get("26 Oct"), 100);
});

Deno.test("durationScale() has room for milliseconds and days on one scale", () => {
  const { y, ticks } = durationScale([40, 3 * 24 * HOUR]);
  assert.ok(y(40) > y(1_000) && y(1_000) > y(HOUR) && y(HOUR) > y(3 * 24 * HOUR));
  assert.ok(ticks.length >= 3 && ticks.length <= 7);
  assert.equal(ticks[0]?.label, "10 ms");
  assert.deepEqual(durationScale([]).ticks, []);
});

Deno.test("drawSlices() keeps every failure in the ring: six slices at most, the rest in one", () => {
  const counts = [50, 20, 10, 9, 8, 7, 6, 5];
  const slices = drawSlices([...counts.map((count, n) => cause(`c${n}`, count)), cause("other", 3)]);
  assert.deepEqual(slices.map(({ label }) => label), ["c0", "c1", "c2", "c3", "c4", "All others"]);
  assert.equal(slices.reduce((sum, { count }) => sum + count, 0), 118);
  assert.deepEqual(slices.at(-1), { ...slices.at(-1), count: 21, cause: null });
  assert.equal(drawSlices(counts.slice(0, 6).map((count, n) => cause(`c${n}`, count))).length, 6);
  assert.equal(drawSlices([cause("one", 4), cause("other", 1)])[1]?.cause, null);
  assert.deepEqual(drawSlices([]), []);
});

Deno.test("changeOf() compares with what there was, and with nothing it does not", () => {
  assert.deepEqual(changeOf(112, 100), { direction: "up", words: "12 %" });
  assert.deepEqual(changeOf(95, 100), { direction: "down", words: "5.0 %" });
  assert.deepEqual(changeOf(100, 100), { direction: "same", words: "as before" });
  assert.equal(changeOf(5, 0), null);
  assert.equal(changeOf(null, 5), null);
  assert.deepEqual(changeOfShare(0.986, 0.982), { direction: "up", words: "0.4 points" });
  assert.equal(changeOfShare(0.9, null), null);
});

Deno.test("shareWords() and aboutWords() say no more than is known", () => {
  assert.equal(shareWords(0.9999), "99.9 %");
  assert.equal(shareWords(1), "100 %");
  assert.equal(shareWords(0.986), "98.6 %");
  assert.equal(shareWords(null), "–");
  assert.equal(aboutWords(939), "940 ms");
  assert.equal(aboutWords(7), "7 ms");
  assert.equal(aboutWords(null), "–");
});

Deno.test("executionsHref() leads to those that were counted, in this time and no other", () => {
  const time = { from: "2026-11-21T00:00:00.000Z", to: "2026-11-22T00:00:00.000Z" };
  const list = (now: number): URLSearchParams =>
    new URL(
      executionsHref(
        time,
        { ...VIEW, workflowId: "w1" },
        { status: "failed", ended: true, error: "api x" },
        now,
      ),
      "http://x",
    ).searchParams;
  assert.deepEqual(Object.fromEntries(list(NOON)), {
    from: time.from,
    to: "2026-11-21T23:59:59.999Z",
    timeOf: "ended",
    workflowId: "w1",
    status: "failed",
    error: "api x",
  });
  assert.equal(list(Date.parse(time.to) - 1).get("to"), null);
});

Deno.test("viewQuery() and localInput() give back what they were given", () => {
  assert.equal(viewQuery(VIEW).toString(), "range=24h");
  const own = { range: null, from: "2026-11-21T00:00:00.000Z", to: "", workflowId: "w1" };
  assert.equal(viewQuery(own).toString(), "from=2026-11-21T00%3A00%3A00.000Z&workflowId=w1");
  assert.equal(localInput("2026-11-21T23:30:00.000Z", "Europe/Zurich"), "2026-11-22T00:30");
  assert.equal(localInput("soon", "UTC"), "");
});

Deno.test("intervalWords() tells when a point was by the zone's clock", () => {
  const point = {
    executions: 0,
    success: 0,
    failed: 0,
    cancelled: 0,
    avgDuration: null,
    p50: null,
    p95: null,
  };
  const totals = { ...point, reopened: 0, successRate: null, active: 0 };
  const metrics: Metrics = {
    from: "2026-11-22T22:00:00.000Z",
    to: "2026-11-23T00:00:00.000Z",
    interval: "1h",
    timezone: "Europe/Zurich",
    totals,
    previous: { ...totals, from: "", to: "" },
    points: [{ ...point, timestamp: "2026-11-22T22:00:00.000Z" }, {
      ...point,
      timestamp: "2026-11-22T23:00:00.000Z",
    }],
    errors: [],
    workflows: [],
  };
  assert.equal(intervalWords(metrics, 0, "Europe/Zurich"), "Sun 22 Nov, 23:00–00:00");
  assert.equal(intervalWords(metrics, 1, "Europe/Zurich"), "Mon 23 Nov, 00:00–01:00");
  assert.equal(intervalWords({ ...metrics, interval: "1d" }, 0, "UTC"), "Sun 22 Nov");
});

Deno.test("uncrowded() leaves out a label that is moved in from an end onto the next", () => {
  const left = (...places: number[]): number[] => uncrowded(places.map((at) => ({ at }))).map(({ at }) => at);
  assert.deepEqual(left(9, 22, 34, 84, 97), [9, 22, 34, 84]);
  assert.deepEqual(left(2, 12, 50), [12, 50]);
  assert.deepEqual(left(0, 50, 100), [0, 50, 100]);
  assert.deepEqual(left(100), [100], "one alone stays");
});
