/**
 * When a cron expression comes, found by walking minute by minute over what clocks show: its own reading of the fields, and
 * nothing but Intl for the zones. Shares no code with what it judges.
 */

const MINUTE = 60_000;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** What clocks show: from each moment on, local time minus UTC. */
export interface Offsets {
  zone: string;
  changes: { at: number; offset: number }[];
}

/** The offsets of a zone over a time, to the minute. */
export function offsetsOf(zone: string, from: number, to: number): Offsets {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const offset = (at: number): number => {
    const [, day, month, year, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(format.format(at))!;
    return Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!) - Math.floor(at / MINUTE) * MINUTE;
  };
  const changes = [{ at: from, offset: offset(from) }];
  for (let at = from; at < to; at += 6 * 60 * MINUTE) {
    const [before, after] = [changes.at(-1)!.offset, offset(at)];
    if (before === after) continue;
    let low = at - 6 * 60 * MINUTE;
    let high = at;
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, offset: after });
  }
  return { zone, changes };
}

interface Pattern {
  minutes: Set<number>;
  hours: Set<number>;
  months: Set<number>;
  day(date: Date): boolean;
  /** Its minutes and hours are times of day: no `*`, no `/`. */
  fixed: boolean;
}

function numbers(
  field: string,
  low: number,
  high: number,
  names: readonly string[] = [],
  first = 0,
): Set<number> {
  const value = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    return named >= 0 ? named + first : Number(text);
  };
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const [from, to = from] = range === "*" ? [low, high] : range.split("-").map(value);
    for (let each = from!; each <= to!; each += Number(step)) found.add(each);
  }
  return found;
}

function patternOf(cron: string): Pattern {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(/\s+/);
  const isDay = (date: Date): boolean => {
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    return day.split(",").some((part) =>
      part === "L" ? date.getUTCDate() === last : numbers(part, 1, 31).has(date.getUTCDate())
    );
  };
  const isWeekday = (date: Date): boolean =>
    weekday.split(",").some((part) => {
      const nth = /^(\w+?)(?:#(\d)|L)$/.exec(part);
      const of = (text: string): boolean =>
        [...numbers(text, 0, 7, DAYS)].some((each) => each % 7 === date.getUTCDay());
      if (!nth) return of(part);
      if (!of(nth[1]!)) return false;
      if (nth[2]) return Math.ceil(date.getUTCDate() / 7) === Number(nth[2]);
      return new Date(date.getTime() + 7 * 86_400_000).getUTCMonth() !== date.getUTCMonth();
    });
  const days = new Map<number, boolean>();
  const once = (date: Date, is: (date: Date) => boolean): boolean => {
    const number = Math.floor(date.getTime() / 86_400_000);
    const known = days.get(number) ?? is(date);
    days.set(number, known);
    return known;
  };
  const either = day === "*"
    ? isWeekday
    : weekday === "*"
    ? isDay
    : (date: Date) => isDay(date) || isWeekday(date);
  return {
    minutes: numbers(minute, 0, 59),
    hours: numbers(hour, 0, 23),
    months: numbers(month, 1, 12, MONTHS, 1),
    day: (date) => once(date, either),
    fixed: !/[*/]/.test(minute + hour),
  };
}

function isShown({ minutes, hours, months, day }: Pattern, local: number): boolean {
  const date = new Date(local);
  return minutes.has(date.getUTCMinutes()) && hours.has(date.getUTCHours()) &&
    months.has(date.getUTCMonth() + 1) && day(date);
}

/** Every time at which it comes, from `from` on and before `to`. */
export function oracleTimes(cron: string, { changes }: Offsets, from: number, to: number): number[] {
  const pattern = patternOf(cron);
  const found: number[] = [];
  let era = 0;
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at < to; at += MINUTE) {
    while (changes[era + 1] && changes[era + 1]!.at <= at) era++;
    const { at: began, offset } = changes[era]!;
    const before = changes[era - 1]?.offset ?? offset;
    const local = at + offset;
    let comes = isShown(pattern, local);
    if (pattern.fixed) {
      // Shown before, by the offset of before: the first time counts.
      if (comes && before > offset && local < began + before) comes = false;
      // The first minute after a gap stands for all that was skipped.
      if (!comes && at === began && before < offset) {
        for (let skipped = began + before; skipped < local && !comes; skipped += MINUTE) {
          comes = isShown(pattern, skipped);
        }
      }
    }
    if (comes) found.push(at);
  }
  return found;
}
