import { DAY_MS, MINUTE_MS } from "../schemas/duration_units.ts";
import { WEEKDAYS } from "../schemas/weekday.ts";
import type { Hours, Window } from "../schemas/window.ts";
import { firstMomentAfter, offsetAt } from "./zone.ts";

/** What does not open for so long never opens. */
const NEVER_DAYS = 731;

interface Compiled {
  /** Since midnight, in ms; `to` is at most `from` when it closes on the following day. */
  from: number;
  to: number;
  /** 0 is Monday. */
  days: ReadonlySet<number>;
  holidays: ReadonlySet<string>;
}

function compile(hours: Hours): Compiled {
  return {
    from: sinceMidnight(hours.from),
    to: sinceMidnight(hours.to),
    days: new Set(hours.days.map((day) => WEEKDAYS.indexOf(day))),
    holidays: new Set(hours.holidays),
  };
}

/** Ms since midnight of "09:30". */
export function sinceMidnight(time: string): number {
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * MINUTE_MS;
}

/** Of a day counted from 1 January 1970, which was a Thursday; 0 is Monday. */
export function weekdayOf(day: number): number {
  return ((day + 3) % 7 + 7) % 7;
}

/** Does it open on this day? A window over midnight belongs to the day on which it opens. */
function opensOn(window: Compiled, day: number): boolean {
  if (!window.days.has(weekdayOf(day))) return false;
  if (window.holidays.size === 0) return true;
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  return !window.holidays.has(date) && !window.holidays.has(date.slice(5));
}

/** `local` is what the clock shows, as ms since 1970 without a zone. */
function openOnClock(window: Compiled, local: number): boolean {
  const day = Math.floor(local / DAY_MS);
  const time = local - day * DAY_MS;
  if (window.from < window.to) return time >= window.from && time < window.to && opensOn(window, day);
  return time >= window.from ? opensOn(window, day) : time < window.to && opensOn(window, day - 1);
}

/** As if the clock never jumped. Infinity: it stays closed for two years. */
function nextOnClock(window: Compiled, local: number): number {
  const today = Math.floor(local / DAY_MS);
  for (let day = today; day <= today + NEVER_DAYS; day++) {
    const opening = day * DAY_MS + window.from;
    if (opening >= local && opensOn(window, day)) return opening;
  }
  return Infinity;
}

/** Is it open when the zone's clock shows what it shows at that moment? Throws RangeError for an unknown zone. */
export function isOpen(hours: Hours, at: number, zone: string): boolean {
  return openOnClock(compile(hours), at + offsetAt(zone, at));
}

/**
 * The first moment from `at` on when it is open, or null when it stays closed for two years. Where clocks jump ahead
 * over the opening it is the moment after the jump, if that is inside; where they go back, an hour that is shown twice
 * is open twice. Throws RangeError for an unknown zone.
 */
export function nextOpen(hours: Hours, at: number, zone: string): number | null {
  const window = compile(hours);
  const end = at + NEVER_DAYS * DAY_MS;
  while (at <= end) {
    const offset = offsetAt(zone, at);
    if (openOnClock(window, at + offset)) return at;
    const next = nextOnClock(window, at + offset) - offset;
    const jump = nextJump(zone, at, Math.min(next, end));
    if (jump === null) return next <= end ? next : null;
    at = jump;
  }
  return null;
}

/** The first moment in (from, to] from which the zone's clock runs with another offset. */
function nextJump(zone: string, from: number, to: number): number | null {
  const offset = offsetAt(zone, from);
  for (let at = from; at < to;) {
    const until = Math.min(to, at + DAY_MS);
    if (offsetAt(zone, until) !== offset) return firstMomentAfter(zone, at, until);
    at = until;
  }
  return null;
}

const DAY_NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** "Mon–Fri 09:00–17:00", "Mon, Wed 22:00–06:00", "Every day, all day"; "not on 2 holidays" where there are some. */
export function inWords(hours: Hours): string {
  const { from, to, holidays = [] } = hours;
  const day = from === "00:00" && to === "24:00" ? ", all day" : ` ${from}–${to}`;
  const count = holidays.length;
  const except = count === 0 ? "" : `, not on ${count === 1 ? "a holiday" : `${count} holidays`}`;
  return `${daysInWords(hours)}${day}${except}`;
}

/** "Mon–Fri 09:00–17:00 in the lead's zone"; `timezone` is the workflow's. */
export function windowInWords(window: Window, timezone: string | undefined): string {
  const { zone } = window;
  return `${inWords(window)} in ${zone === "lead" ? "the lead's zone" : zone || timezone || "UTC"}`;
}

function daysInWords({ days }: Hours): string {
  const runs: number[][] = [];
  for (const [day, name] of WEEKDAYS.entries()) {
    if (!days.includes(name)) continue;
    const last = runs.at(-1);
    if (last && last.at(-1) === day - 1) last.push(day);
    else runs.push([day]);
  }
  if (runs.length === 0) return "Never";
  if (runs[0]?.length === 7) return "Every day";
  return runs.flatMap((run) => {
    const names = run.map((day) => DAY_NAMES[day]);
    return run.length < 3 ? names : [`${names[0]}–${names.at(-1)}`];
  }).join(", ");
}

export interface WindowProblem {
  path: string;
  message: string;
  accepted?: string;
}

/** What keeps these hours from ever opening, whenever one looks: the same answer today and in ten years. */
export function windowProblems(hours: Hours): WindowProblem[] {
  if (hours.days.length === 0) {
    return [{ path: "days", message: "A window without days never opens", accepted: "at least one day" }];
  }
  if (hours.from === hours.to) {
    const message = `The window opens and closes at ${hours.from}`;
    return [{ path: "to", message, accepted: "another time than `from`; 00:00 to 24:00 is all day" }];
  }
  const odd = (hours.holidays ?? []).findIndex((day) => !isDay(day));
  if (odd !== -1) {
    return [{
      path: `holidays.${odd}`,
      message: `There is no day ${hours.holidays?.[odd]}`,
      accepted: "2026-12-25, or 12-25 for every year",
    }];
  }
  if (!staysClosed(hours)) return [];
  return [{
    path: "holidays",
    message: "With these holidays the window never opens",
    accepted: "fewer holidays",
  }];
}

/** 29 February is one of every year: it comes again. */
function isDay(text: string): boolean {
  const date = new Date(`${text.length === 5 ? `2000-${text}` : text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(5, 10) === text.slice(-5);
}

/** Is there a stretch of two years in which every day is a holiday? */
function staysClosed(hours: Hours): boolean {
  const holidays = hours.holidays ?? [];
  // Two years have 104 of each weekday, and one holiday takes three of them at most.
  if (holidays.length * 3 < 104) return false;
  const window = compile(hours);
  const years = holidays.filter((day) => day.length === 10).map((day) => Number(day.slice(0, 4)));
  // Dates fall on the same weekdays again after 28 years.
  const first = Date.UTC(Math.min(...years, 2026), 0, 1) / DAY_MS;
  const last = Date.UTC(Math.max(...years, 2026) + 29, 0, 1) / DAY_MS;
  let opened = first - 1;
  for (let day = first; day < last; day++) {
    if (opensOn(window, day)) opened = day;
    else if (day - opened > NEVER_DAYS) return true;
  }
  return false;
}
