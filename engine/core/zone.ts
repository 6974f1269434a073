import { DAY_MS } from "../schemas/duration_units.ts";

/** A wall-clock time without a zone; `m` counts from 1. */
export interface LocalTime {
  y: number;
  m: number;
  d: number;
  h: number;
  min: number;
  s: number;
}

const MAX_CACHED_ZONES = 1_000;
/** Dates end here, less what any offset may add. */
const MAX_EPOCH_MS = 8.64e15 - 2 * DAY_MS;

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Making a formatter costs a thousand times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known) return known;
  // Bare offsets ("+01:00") are zones for some runtimes only.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone)) return null;
  try {
    const made = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    if (formatters.size >= MAX_CACHED_ZONES) formatters.clear();
    formatters.set(zone, made);
    return made;
  } catch {
    return null;
  }
}

/** Is it an IANA zone (`Europe/Zurich`) or `UTC`, known to this runtime? */
export function isZone(name: string): boolean {
  return formatterOf(name) !== null;
}

/** Is it a moment that can be shown in every zone? */
export function isMoment(epochMs: number): boolean {
  return Number.isFinite(epochMs) && Math.abs(epochMs) <= MAX_EPOCH_MS;
}

/** Local time minus UTC, in ms, at that moment. Throws RangeError for an unknown zone. */
export function offsetAt(zone: string, epochMs: number): number {
  if (zone === "UTC") return 0;
  const formatter = formatterOf(zone);
  if (!formatter) throw new RangeError(`Unknown time zone "${zone.slice(0, 64)}"`);
  const found: { [type: string]: number } = {};
  let beforeChrist = false;
  for (const { type, value } of formatter.formatToParts(epochMs)) {
    if (type === "era") beforeChrist = value.startsWith("B");
    else if (type !== "literal") found[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  const local = utcOf({
    y: beforeChrist ? 1 - year : year,
    m: month,
    d: day,
    h: hour,
    min: minute,
    s: second,
  });
  return local - Math.floor(epochMs / 1_000) * 1_000;
}

/** Like `Date.UTC`, which takes the years 0–99 for 1900–1999. */
function utcOf(local: LocalTime): number {
  const date = new Date(0);
  date.setUTCFullYear(local.y, local.m - 1, local.d);
  date.setUTCHours(local.h, local.min, local.s, 0);
  return date.getTime();
}

/**
 * The moment at which clocks in the zone show that time. A time that the clocks skip is the moment after the
 * gap; of a time that they show twice, the first. Throws RangeError for an unknown zone.
 */
export function localToUtc(local: LocalTime, zone: string): number {
  const asUtc = utcOf(local);
  if (zone === "UTC") return asUtc;
  const before = offsetAt(zone, asUtc - DAY_MS);
  const after = offsetAt(zone, asUtc + DAY_MS);
  const early = asUtc - Math.max(before, after);
  const late = asUtc - Math.min(before, after);
  if (offsetAt(zone, early) === asUtc - early) return early;
  if (offsetAt(zone, late) === asUtc - late) return late;
  return firstMomentAfter(zone, early, late);
}

/** The moment in (from, to] at which the offset stops being the one at `from`. */
export function firstMomentAfter(zone: string, from: number, to: number): number {
  const old = offsetAt(zone, from);
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === old) low = middle;
    else high = middle;
  }
  return high;
}

const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Epoch ms of an ISO 8601 text: with an offset as it says, without one (`2026-12-01T09:00`, `2026-12-01`) as
 * clocks in the zone show it. Null when it is no such text or the zone is unknown.
 */
export function parseMoment(text: string, zone: string): number | null {
  const match = MOMENT.exec(text.trim());
  if (!match) return null;
  const [, y, m, d, h = "0", min = "0", s = "0", fraction = "", offset] = match;
  const local = { y: Number(y), m: Number(m), d: Number(d), h: Number(h), min: Number(min), s: Number(s) };
  if (!isRealTime(local)) return null;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  if (offset !== undefined) {
    const minutes = offsetMinutes(offset);
    return minutes === null ? null : utcOf(local) - minutes * 60_000 + ms;
  }
  return isZone(zone) ? localToUtc(local, zone) + ms : null;
}

function isRealTime(local: LocalTime): boolean {
  if (local.h > 23 || local.min > 59 || local.s > 59) return false;
  const date = new Date(utcOf(local));
  return date.getUTCMonth() === local.m - 1 && date.getUTCDate() === local.d;
}

function offsetMinutes(offset: string): number | null {
  if (offset.toUpperCase() === "Z") return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/** What clocks in the zone show, as a Date whose UTC fields carry it. Throws RangeError for an unknown zone. */
export function localDate(epochMs: number, zone: string): Date {
  return new Date(epochMs + offsetAt(zone, epochMs));
}

/** `Tue 1 Dec 2026, 09:00` as clocks in the zone show it. Throws RangeError for an unknown zone. */
export function formatLocal(epochMs: number, zone: string): string {
  const local = localDate(epochMs, zone);
  const day = `${WEEKDAYS[local.getUTCDay()]} ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`;
  const time = `${twoDigits(local.getUTCHours())}:${twoDigits(local.getUTCMinutes())}`;
  return `${day} ${local.getUTCFullYear()}, ${time}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
