import { localDate } from "../../../engine/core/zone.ts";
import type { Metrics, MetricsInterval, MetricsTotals } from "../../../engine/schemas/metrics.ts";
import { durationWords } from "./time_words.ts";

/** "98.6 %": never rounded up to a whole that it is not. */
export function shareWords(share: number | null): string {
  if (share === null) return "–";
  const percent = Math.floor(share * 1_000 + 1e-9) / 10;
  return `${percent.toLocaleString("en-GB")} %`;
}

export function countWords(count: number): string {
  return count.toLocaleString("en-GB");
}

export function tookWords(ms: number | null): string {
  return ms === null ? "–" : durationWords(ms);
}

/** Of a quantile, which is exact to a tenth: two digits that say something. */
export function aboutWords(ms: number | null): string {
  if (ms === null) return "–";
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, ms))) - 1);
  return durationWords(Math.round(ms / step) * step);
}

/** How a figure stands to the same time before. */
export interface Change {
  direction: "up" | "down" | "same";
  /** "12 %", "0.4 points". */
  words: string;
}

/** In percent of what it was; null where there was nothing to compare with. */
export function changeOf(now: number | null, before: number | null): Change | null {
  if (now === null || before === null || before === 0) return null;
  const percent = ((now - before) / before) * 100;
  const size = Math.abs(percent);
  if (size < 0.05) return SAME;
  const words = size < 10 ? size.toFixed(1) : countWords(Math.round(size));
  return { direction: percent > 0 ? "up" : "down", words: `${words} %` };
}

/** A share changes by points: from 98 % to 99 % is one point. */
export function changeOfShare(now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  const points = (now - before) * 100;
  if (Math.abs(points) < 0.05) return SAME;
  return { direction: points > 0 ? "up" : "down", words: `${Math.abs(points).toFixed(1)} points` };
}

const SAME: Change = { direction: "same", words: "as before" };

/** What the person looks at, as it stands in the address. */
export interface DashboardView {
  /** Null: `from` to `to`. */
  range: "1h" | "24h" | "7d" | "30d" | null;
  /** ISO 8601 UTC, both empty with a range. */
  from: string;
  to: string;
  /** Empty: all. */
  workflowId: string;
}

/** The view as the address and the API take it. */
export function viewQuery(view: DashboardView): URLSearchParams {
  const query = new URLSearchParams();
  if (view.range !== null) query.set("range", view.range);
  else {
    query.set("from", view.from);
    if (view.to !== "") query.set("to", view.to);
  }
  if (view.workflowId !== "") query.set("workflowId", view.workflowId);
  return query;
}

interface ListFilter {
  status?: string;
  error?: string;
  workflowId?: string;
  /** Those that ended in this time; absent: those that were created in it. */
  ended?: true;
  /** Only this part of the time. */
  from?: string;
  to?: string;
}

/** The list of the executions behind a figure. */
export function executionsHref(
  metrics: Pick<Metrics, "from" | "to">,
  view: DashboardView,
  { ended, ...filter }: ListFilter,
  now: number,
): string {
  const { from, to, ...rest } = { from: metrics.from, to: metrics.to, ...filter };
  const query = new URLSearchParams({ from });
  // A time that still runs has no end, so that the list goes on too; where one ends the next begins.
  if (Date.parse(to) < now) query.set("to", new Date(Date.parse(to) - 1).toISOString());
  if (ended) query.set("timeOf", "ended");
  if (view.workflowId !== "") query.set("workflowId", view.workflowId);
  for (const [name, value] of Object.entries(rest)) query.set(name, value);
  return `/executions?${query}`;
}

const LONG_INTERVALS: ReadonlySet<MetricsInterval> = new Set(["1d", "7d"]);

/** "Sun 22 Nov, 14:00–15:00", "Sun 22 Nov", "from Sun 22 Nov for 7 days". */
export function intervalWords(metrics: Metrics, index: number, zone: string): string {
  const { from, to } = intervalOf(metrics, index);
  const day = formatted(from, zone, { weekday: "short", day: "numeric", month: "short" });
  if (metrics.interval === "7d") return `from ${day} for 7 days`;
  if (LONG_INTERVALS.has(metrics.interval)) return day;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  return `${day}, ${formatted(from, zone, time)}–${formatted(to, zone, time)}`;
}

/** Where the interval of a point begins and ends. */
export function intervalOf(metrics: Metrics, index: number): { from: string; to: string } {
  return {
    from: metrics.points[index]?.timestamp ?? metrics.from,
    to: metrics.points[index + 1]?.timestamp ?? metrics.to,
  };
}

function formatted(iso: string, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(Date.parse(iso));
}

/** Did anything begin, end or stay under way? */
export function isQuiet({ executions, success, failed, cancelled, active }: MetricsTotals): boolean {
  return executions + success + failed + cancelled + active === 0;
}

/** Ranges with what they are called, short and spoken. */
export const RANGE_WORDS = [
  ["1h", "1 h", "Last hour"],
  ["24h", "24 h", "Last 24 hours"],
  ["7d", "7 d", "Last 7 days"],
  ["30d", "30 d", "Last 30 days"],
] as const;

/** A moment as `datetime-local` takes it, by the zone's clock. */
export function localInput(iso: string, zone: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? "" : localDate(at, zone).toISOString().slice(0, 16);
}
