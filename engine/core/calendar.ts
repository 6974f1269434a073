import { DAY_MS } from "../schemas/duration_units.ts";
import type { Calendar, Weekday } from "../schemas/window.ts";
import { WEEKDAYS } from "../schemas/weekday.ts";
import { scheduleProblems } from "./schedule_check.ts";
import { inWords, nextOpen, sinceMidnight, weekdayOf, windowProblems } from "./window.ts";
import { formatLocal, isZone, localDate, localToUtc, parseMoment } from "./zone.ts";

/** What nodes that wait ask of zones and windows. */
export const calendar: Calendar = {
  isZone,
  read: parseMoment,
  words: momentWords,
  nextOpen,
  nextWeekday,
  hoursInWords: inWords,
  scheduleProblems,
  problems: windowProblems,
};

function momentWords(at: number, zone: string): string {
  const seconds = localDate(at, zone).getUTCSeconds();
  return formatLocal(at, zone) + (seconds === 0 ? "" : `:${String(seconds).padStart(2, "0")}`);
}

/** A time that the clocks skip on that day is the moment after the gap; of one that they show twice, the first. */
function nextWeekday(day: Weekday, time: string, after: number, zone: string): number {
  const today = Math.floor(localDate(after, zone).getTime() / DAY_MS);
  const ahead = (WEEKDAYS.indexOf(day) - weekdayOf(today) + 7) % 7;
  const on = (date: number): number => {
    const local = new Date(date * DAY_MS + sinceMidnight(time));
    return localToUtc({
      y: local.getUTCFullYear(),
      m: local.getUTCMonth() + 1,
      d: local.getUTCDate(),
      h: local.getUTCHours(),
      min: local.getUTCMinutes(),
      s: 0,
    }, zone);
  };
  const first = on(today + ahead);
  return first > after ? first : on(today + ahead + 7);
}
