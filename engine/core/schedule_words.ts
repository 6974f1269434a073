import type { Json } from "../schemas/json.ts";
import { durationWords, MONTHS, WEEKDAYS } from "./template_date.ts";

const SHORT = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const NTH = ["first", "second", "third", "fourth", "fifth"];
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ["@yearly", "every year on 1 January at 00:00"],
  ["@annually", "every year on 1 January at 00:00"],
  ["@monthly", "on the 1st of every month at 00:00"],
  ["@weekly", "every Sunday at 00:00"],
  ["@daily", "every day at 00:00"],
  ["@midnight", "every day at 00:00"],
  ["@hourly", "every hour"],
]);

/** What the config of a schedule says, as it may lie in a draft: anything. */
export interface Told {
  kind?: Json | undefined;
  cron?: Json | undefined;
  every?: Json | undefined;
  at?: Json | undefined;
  timezone?: Json | undefined;
}

/**
 * "every weekday at 09:00, Europe/Zurich". Expressions that people seldom write are told by `otherwise`; without it they
 * are shown as they are.
 */
export function scheduleWords(told: Told, otherwise?: (cron: string) => string): string {
  const zone = typeof told.timezone === "string" && told.timezone !== "" ? `, ${told.timezone}` : "";
  if (told.kind === "interval") return `every ${durationWords(told.every ?? null) ?? "…"}`;
  if (told.kind === "dates") {
    const dates = Array.isArray(told.at) ? told.at.map(String) : [];
    const more = dates.length > 2 ? ` and ${dates.length - 1} more dates` : "";
    return `${dates.slice(0, more ? 1 : 2).join(" and ").replaceAll("T", " ") || "no date"}${more}${zone}`;
  }
  const cron = typeof told.cron === "string" ? told.cron.trim() : "";
  if (cron === "") return "";
  return `${cronWords(cron) ?? otherwise?.(cron) ?? `cron ${cron}`}${zone}`;
}

/** What people mostly write, in words; null for the rest. */
export function cronWords(cron: string): string | null {
  const nickname = NICKNAMES.get(cron.toLowerCase());
  if (nickname) return nickname;
  const [minute = "", hour = "", day = "", month = "", weekday = "", more] = cron.toUpperCase().replaceAll(
    "?",
    "*",
  )
    .split(/\s+/);
  if (more !== undefined || weekday === "") return null;
  const everyDay = day === "*" && month === "*" && weekday === "*";
  if (everyDay) {
    const often = oftenWords(minute, hour);
    if (often) return often;
  }
  const time = timeWords(minute, hour);
  const days = time && daysWords(day, month, weekday);
  return days ? `${days} at ${time}` : null;
}

function oftenWords(minute: string, hour: string): string | null {
  const step = /^\*\/(\d+)$/;
  if (hour === "*") {
    if (minute === "*" || minute === "*/1") return "every minute";
    const every = step.exec(minute)?.[1];
    if (every && 60 % Number(every) === 0) return `every ${every} minutes`;
    if (minute === "0") return "every hour";
    return isWithin(minute, 59) ? `every hour at :${minute.padStart(2, "0")}` : null;
  }
  const every = step.exec(hour)?.[1];
  if (!every || 24 % Number(every) !== 0 || !isWithin(minute, 59)) return null;
  return `every ${every === "1" ? "hour" : `${every} hours`}${
    minute === "0" ? "" : ` at :${minute.padStart(2, "0")}`
  }`;
}

function timeWords(minute: string, hour: string): string | null {
  const hours = hour.split(",");
  if (!isWithin(minute, 59) || !hours.every((each) => isWithin(each, 23))) return null;
  return inARow(hours.map((each) => `${each.padStart(2, "0")}:${minute.padStart(2, "0")}`));
}

function daysWords(day: string, month: string, weekday: string): string | null {
  if (day !== "*" && weekday !== "*") return null;
  if (month !== "*") {
    const isPlain = isWithin(day, 31) && isWithin(month, 12) && month !== "0" && day !== "0";
    return isPlain ? `every year on ${Number(day)} ${MONTHS[Number(month) - 1]}` : null;
  }
  if (weekday !== "*") return weekdayWords(weekday);
  if (day === "*") return "every day";
  if (day === "L") return "on the last day of every month";
  const days = day.split(",");
  if (!days.every((each) => isWithin(each, 31) && Number(each) > 0)) return null;
  return `on the ${inARow(days.map((each) => ordinal(Number(each))))} of every month`;
}

function weekdayWords(weekday: string): string | null {
  if (weekday === "1-5" || weekday === "MON-FRI") return "every weekday";
  const [, of = "", nth] = /^(\d|[A-Z]{3})(?:#([1-5L])|L)$/.exec(weekday) ?? [];
  const single = dayName(of);
  if (single) {
    const which = nth === undefined || nth === "L" ? "last" : NTH[Number(nth) - 1];
    return `on the ${which} ${single} of every month`;
  }
  const names = weekday.split(",").map(dayName);
  return names.every((name) => name !== null) ? `every ${inARow(names)}` : null;
}

function dayName(text: string): string | null {
  const number = /^[0-7]$/.test(text) ? Number(text) % 7 : SHORT.indexOf(text);
  return WEEKDAYS[number] ?? null;
}

function isWithin(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
}

function inARow(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function ordinal(day: number): string {
  const ending = day % 10 === 1 && day !== 11
    ? "st"
    : day % 10 === 2 && day !== 12
    ? "nd"
    : day % 10 === 3 && day !== 13
    ? "rd"
    : "th";
  return `${day}${ending}`;
}
