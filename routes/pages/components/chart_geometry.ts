/** Where the lines and slices of charts lie: pure, for the server's first picture and the browser's next ones. */
import { scaleLinear, scaleLog, scaleUtc } from "d3-scale";
import { arc, line, pie } from "d3-shape";
import { localDate, localToUtc } from "../../../engine/core/zone.ts";
import type { Metrics } from "../../../engine/schemas/metrics.ts";
import { FIELD } from "./chart_shapes.ts";
import type { Drawn, DrawnLines, Slice, Tick } from "./chart_shapes.ts";
import { durationWords } from "./time_words.ts";

const WHOLE = 100;

/** Draws a metrics answer; ticks stand at whole hours and days of the zone's clock. */
export function drawMetrics(metrics: Metrics, zone: string): Drawn {
  const times = metrics.points.map(({ timestamp }) => Date.parse(timestamp));
  const pick = (name: "success" | "failed" | "p50" | "p95"): (number | null)[] =>
    metrics.points.map((point) => point[name]);
  return {
    trend: drawLines(times, [pick("success"), pick("failed")], { zone, scale: countScale }),
    durations: drawLines(times, [pick("p50"), pick("p95")], { zone, scale: durationScale }),
    slices: drawSlices(metrics.errors),
  };
}

/** A vertical scale: percent from the top of a value, and its ticks. */
interface Scale {
  y(value: number): number;
  ticks: Tick[];
}

/** Lines through points in time; values that are null leave a gap. */
export function drawLines(
  times: readonly number[],
  lines: readonly (readonly (number | null)[])[],
  { zone, scale }: { zone: string; scale(values: readonly number[]): Scale },
): DrawnLines {
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? 0;
  const x = scaleUtc().domain([first, last]).range([0, WHOLE]);
  const place = (at: number): number => first === last ? WHOLE / 2 : rounded(x(at));
  const { y, ticks } = scale(lines.flat().filter((value) => value !== null));
  const xs = times.map(place);
  const ys = lines.map((values) => values.map((value) => value === null ? null : rounded(y(value))));
  return {
    paths: ys.map((one) => pathOf(xs, one)),
    xs,
    ys,
    xTicks: timeTicks(first, last, zone).map(({ at, label }) => ({ at: place(at), label })),
    yTicks: ticks,
  };
}

function pathOf(xs: readonly number[], ys: readonly (number | null)[]): string {
  const stretch = FIELD / WHOLE;
  const draw = line<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => (xs[index] ?? 0) * stretch)
    .y((value) => (value ?? 0) * stretch)
    .digits(1);
  return draw(ys) ?? "";
}

const WANTED_TIMES = 6;
const DAY_MS = 86_400_000;

/** Round moments of the zone's clock; days are named where a day begins. */
function timeTicks(first: number, last: number, zone: string): Tick[] {
  if (first === last) return [{ at: first, label: tickLabel(localDate(first, zone), DAY_MS) }];
  const from = localDate(first, zone);
  const to = localDate(last, zone);
  return scaleUtc().domain([from, to]).ticks(WANTED_TIMES).map((local) => ({
    at: localToUtc({
      y: local.getUTCFullYear(),
      m: local.getUTCMonth() + 1,
      d: local.getUTCDate(),
      h: local.getUTCHours(),
      min: local.getUTCMinutes(),
      s: 0,
    }, zone),
    label: tickLabel(local, last - first),
  })).filter(({ at }) => at >= first && at <= last);
}

function tickLabel(local: Date, spanMs: number): string {
  const time = local.toISOString().slice(11, 16);
  if (time !== "00:00" && spanMs <= 4 * DAY_MS) return time;
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  return day.format(local);
}

/** Whole numbers from nought. */
export function countScale(values: readonly number[]): Scale {
  const scale = scaleLinear().domain([0, Math.max(1, ...values)]).nice(4).range([WHOLE, 0]);
  const ticks = scale.ticks(4).filter(Number.isInteger);
  return {
    y: scale,
    ticks: ticks.map((value) => ({ at: rounded(scale(value)), label: value.toLocaleString("en-GB") })),
  };
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LADDER = [
  ...[1, 10, 100, SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR],
  ...[DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS],
];

/** A logarithmic one: milliseconds and days find room on one chart. */
export function durationScale(values: readonly number[]): Scale {
  const low = Math.max(1, Math.min(...values));
  const high = Math.max(low, ...values);
  const bottom = LADDER.findLastIndex((rung) => rung <= low);
  const above = LADDER.findIndex((rung) => rung > high);
  const top = above === -1 ? LADDER.length - 1 : above;
  const rungs = values.length === 0 ? [] : LADDER.slice(bottom, top + 1);
  const scale = scaleLog().domain([rungs[0] ?? 1, rungs.at(-1) ?? 10]).range([WHOLE, 0]).clamp(true);
  const every = Math.ceil(rungs.length / 6);
  return {
    y: (value) => scale(Math.max(1, value)),
    ticks: rungs.filter((_, index) => index % every === 0).map((rung) => ({
      at: rounded(scale(rung)),
      label: durationWords(rung),
    })),
  };
}

/** So many causes are told apart by a colour of their own. */
export const SLICES = 6;
const OUTSIDE = 48;
const INSIDE = 30;

/** A ring of the most frequent causes; what is left over is one slice. */
export function drawSlices(errors: Metrics["errors"]): Slice[] {
  const named = errors.length > SLICES || errors.at(-1)?.code === "other" ? SLICES - 1 : SLICES;
  const own: Omit<Slice, "path">[] = errors.slice(0, named)
    .filter(({ code }) => code !== "other")
    .map(({ cause, count }, index) => ({ label: cause, count, cause: index }));
  const left = errors.slice(own.length).reduce((sum, { count }) => sum + count, 0);
  const all = left > 0 ? [...own, { label: "All others", count: left, cause: null }] : own;
  const draw = arc<{ startAngle: number; endAngle: number }>()
    .innerRadius(INSIDE)
    .outerRadius(OUTSIDE)
    .padAngle(all.length > 1 ? 0.02 : 0)
    .digits(2);
  const angles = pie<number>().sort(null)(all.map(({ count }) => count));
  return angles.map((angle, index) => ({ ...all[index]!, path: draw(angle) ?? "" }));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
