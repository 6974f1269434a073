import { DURATION_UNITS } from "../schemas/duration_units.ts";
import type { Json } from "../schemas/json.ts";
import { localDate, offsetAt } from "./zone.ts";

/** From Sunday on, as a Date counts them. */
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Each token of strftime as Liquid has it, from the local time (in a Date's UTC fields). */
const TOKENS: { readonly [token: string]: (local: Date, epochMs: number, zone: string) => string } = {
  Y: (d) => String(d.getUTCFullYear()),
  y: (d) => pad(d.getUTCFullYear() % 100),
  m: (d) => pad(d.getUTCMonth() + 1),
  B: (d) => MONTHS[d.getUTCMonth()] ?? "",
  b: (d) => (MONTHS[d.getUTCMonth()] ?? "").slice(0, 3),
  d: (d) => pad(d.getUTCDate()),
  e: (d) => String(d.getUTCDate()).padStart(2, " "),
  j: (d) => pad(dayOfYear(d), 3),
  A: (d) => WEEKDAYS[d.getUTCDay()] ?? "",
  a: (d) => (WEEKDAYS[d.getUTCDay()] ?? "").slice(0, 3),
  u: (d) => String(d.getUTCDay() || 7),
  H: (d) => pad(d.getUTCHours()),
  I: (d) => pad(d.getUTCHours() % 12 || 12),
  l: (d) => String(d.getUTCHours() % 12 || 12).padStart(2, " "),
  M: (d) => pad(d.getUTCMinutes()),
  S: (d) => pad(d.getUTCSeconds()),
  L: (d) => pad(d.getUTCMilliseconds(), 3),
  p: (d) => d.getUTCHours() < 12 ? "AM" : "PM",
  P: (d) => d.getUTCHours() < 12 ? "am" : "pm",
  z: (_, epochMs, zone) => offsetText(offsetAt(zone, epochMs)),
  Z: (_, _epochMs, zone) => zone,
  s: (_, epochMs) => String(Math.floor(epochMs / 1_000)),
  F: (d) => d.toISOString().slice(0, 10),
  T: (d) => d.toISOString().slice(11, 19),
  R: (d) => d.toISOString().slice(11, 16),
  "%": () => "%",
};

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000));
  return `${offsetMs < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
}

/** The moment by strftime tokens (`%Y-%m-%d`, `%-d` without zeros); unknown tokens stay as written. The zone must be known. */
export function strftime(epochMs: number, format: string, zone: string): string {
  const local = localDate(epochMs, zone);
  return format.replace(/%(-?)([A-Za-z%])/g, (all: string, dash: string, token: string) => {
    if (!Object.hasOwn(TOKENS, token)) return all;
    const text = TOKENS[token]?.(local, epochMs, zone) ?? all;
    return dash ? text.replace(/^[0 ]+(?=.)/, "") : text;
  });
}

const PARTS: readonly (readonly [number, string])[] = [
  [7 * 86_400_000, "week"],
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
];

/** A Duration (`{ value, unit }`) or a number of ms in words: `2 days`, `1 hour 30 minutes`; null for anything else. */
export function durationWords(value: Json): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? msWords(value) : null;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { value: count, unit } = value;
  const known = DURATION_UNITS.find((each) => each === unit);
  if (typeof count !== "number" || !known) return null;
  return counted(count, known.slice(0, -1));
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** The two largest units that matter: nobody reads the seconds of three weeks. */
function msWords(ms: number): string {
  if (ms < 0) return `-${msWords(-ms)}`;
  if (ms < 1_000) return counted(ms / 1_000, "second");
  let rest = Math.round(ms / 1_000) * 1_000;
  const words: string[] = [];
  for (const [size, unit] of PARTS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(counted(count, unit));
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.join(" ");
}
