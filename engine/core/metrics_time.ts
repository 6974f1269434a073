import { invalid } from "../errors.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../schemas/duration_units.ts";
import type { MetricsInterval, MetricsQuery, MetricsRange } from "../schemas/metrics.ts";
import { isZone, localToUtc, offsetAt } from "./zone.ts";

const STEPS: Readonly<Record<MetricsInterval, number>> = {
  "1m": MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "1h": HOUR_MS,
  "6h": 6 * HOUR_MS,
  "1d": DAY_MS,
  "7d": 7 * DAY_MS,
};
const RANGES: Readonly<Record<MetricsRange, { ms: number; interval: MetricsInterval }>> = {
  "1h": { ms: HOUR_MS, interval: "1m" },
  "24h": { ms: DAY_MS, interval: "1h" },
  "7d": { ms: 7 * DAY_MS, interval: "6h" },
  "30d": { ms: 30 * DAY_MS, interval: "1d" },
};
/** Weeks begin on Mondays; the first of January 1970 was a Thursday. */
const MONDAY_MS = 3 * DAY_MS;
const MINUTES_SHOWN_MS = 2 * HOUR_MS;
const HOURS_SHOWN_MS = 90 * DAY_MS;
const MOST_POINTS = 1_000;

/** What is to be counted. Times are epoch ms. */
export interface Span {
  from: number;
  /** The end of the last interval, which may lie ahead. */
  to: number;
  /** Where the time before begins that is compared: as long as what has passed of this one. */
  before: number;
  interval: MetricsInterval;
  zone: string;
  /** By what it is counted: nothing smaller is read. */
  unit: "minute" | "hour";
  /** Where each interval begins, ascending. */
  starts: number[];
}

/** The span that a query asks for; 422 naming the field for one that cannot be counted. */
export function spanOf(query: MetricsQuery, now: number): Span {
  const zone = query.timezone ?? "UTC";
  if (!isZone(zone)) refuse("timezone", `"${zone}" is no time zone`, "an IANA name such as Europe/Zurich");
  const asked = query.from === undefined && query.to === undefined
    ? ofRange(query.range ?? "24h", query.interval, zone, now)
    : ofTimes(query, now);
  const { interval } = asked;
  const step = stepper(interval, zone);
  const [from, to] = [step.floor(asked.from), step.next(asked.to - 1)];
  refuseTooFine(interval, from, now);
  const starts: number[] = [];
  for (let at = from; at < to; at = step.next(at)) {
    if (starts.push(at) > MOST_POINTS) {
      refuse("interval", `It gives more than ${MOST_POINTS} points`, "a longer interval");
    }
  }
  const unit = STEPS[interval] < HOUR_MS ? "minute" : "hour";
  const unitMs = unit === "minute" ? MINUTE_MS : HOUR_MS;
  const passed = Math.round((Math.min(to, Math.max(now, from)) - from) / unitMs) * unitMs;
  return { from, to, before: from - Math.max(passed, unitMs), interval, zone, unit, starts };
}

function ofRange(
  range: MetricsRange,
  interval: MetricsInterval = RANGES[range].interval,
  zone: string,
  now: number,
): { from: number; to: number; interval: MetricsInterval } {
  const step = stepper(interval, zone);
  const to = step.next(now);
  let from = to;
  // Counted in intervals: a day is not always 24 hours long.
  for (let i = Math.ceil(RANGES[range].ms / STEPS[interval]); i > 0; i--) from = step.floor(from - 1);
  return { from, to, interval };
}

function ofTimes(
  query: MetricsQuery,
  now: number,
): { from: number; to: number; interval: MetricsInterval } {
  if (query.range !== undefined) refuse("range", "It is given beside from and to", "one of the two");
  if (query.from === undefined) refuse("from", "It is missing", "the time from which to count");
  const from = Date.parse(query.from);
  const to = query.to === undefined ? now : Date.parse(query.to);
  if (from >= now) refuse("from", "It has not come yet", "a time in the past");
  if (!(from < to)) refuse("to", "It is not after from", "a later time");
  const length = to - from;
  const interval = query.interval ??
    (length <= MINUTES_SHOWN_MS && from > now - MINUTES_SHOWN_MS
      ? "1m"
      : length <= 2 * DAY_MS && from > now - HOURS_SHOWN_MS
      ? "1h"
      : length <= 14 * DAY_MS && from > now - HOURS_SHOWN_MS
      ? "6h"
      : length <= 120 * DAY_MS
      ? "1d"
      : "7d");
  return { from, to: Math.min(to, now + 1), interval };
}

function refuseTooFine(interval: MetricsInterval, from: number, now: number): void {
  if (STEPS[interval] < HOUR_MS && from < now - MINUTES_SHOWN_MS - STEPS["5m"]) {
    refuse("interval", "Minutes are known of the last two hours", "1h or more");
  }
  if (STEPS[interval] < DAY_MS && from < now - HOURS_SHOWN_MS) {
    refuse("interval", "Hours are known of the last 90 days", "1d or more");
  }
}

/** Where intervals begin: minutes and hours everywhere at once, longer ones by the zone's clock. */
function stepper(
  interval: MetricsInterval,
  zone: string,
): { floor(at: number): number; next(at: number): number } {
  const step = STEPS[interval];
  if (step <= HOUR_MS || zone === "UTC") {
    const shift = interval === "7d" ? MONDAY_MS : 0;
    const floor = (at: number): number => Math.floor((at + shift) / step) * step - shift;
    return { floor, next: (at) => floor(at) + step };
  }
  const shift = interval === "7d" ? MONDAY_MS : 0;
  const onClock = (at: number): number => Math.floor((at + offsetAt(zone, at) + shift) / step) * step - shift;
  // Counters know whole hours: where a zone is half an hour off, a day begins with the hour in which it begins.
  const moment = (local: number): number => Math.floor(fromClock(local, zone) / HOUR_MS) * HOUR_MS;
  // The hour before a border belongs to the border where the zone is half an hour off.
  const local = (at: number): number => {
    const here = onClock(at);
    return moment(here + step) <= at ? here + step : here;
  };
  return { floor: (at) => moment(local(at)), next: (at) => moment(local(at) + step) };
}

function fromClock(local: number, zone: string): number {
  const date = new Date(local);
  return localToUtc({
    y: date.getUTCFullYear(),
    m: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    h: date.getUTCHours(),
    min: date.getUTCMinutes(),
    s: 0,
  }, zone);
}

function refuse(path: string, message: string, accepted: string): never {
  throw invalid(`${path}: ${message}`, [{ path, message, accepted }]);
}
