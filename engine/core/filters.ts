import type { Json } from "../schemas/json.ts";
import { WEEKDAYS } from "../schemas/weekday.ts";
import { scheduleWords } from "./schedule_words.ts";
import { durationWords, strftime } from "./template_date.ts";
import { encodeUrl, escapeHtml, jsonOf, momentOf, numberOf, textOf } from "./template_values.ts";
import { inWords } from "./window.ts";
import { isZone } from "./zone.ts";

/** What a filter may tell and must pay. */
export interface FilterContext {
  warn(message: string): void;
  /** Counts evaluation steps; throws TemplateError past the limit. */
  charge(steps: number): void;
  /** Throws TemplateError when a text of that length would be too long: call it before building one. */
  bound(length: number): void;
}

export interface Filter {
  readonly run: (value: Json, args: readonly Json[], context: FilterContext) => Json;
  /** How many arguments it takes. */
  readonly min: number;
  readonly max: number;
}

function onText(change: (text: string) => string): Filter {
  return { run: (value) => change(textOf(value)), min: 0, max: 0 };
}

function capitalize(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

function truncate(value: Json, args: readonly Json[]): Json {
  const text = textOf(value);
  const length = Math.max(0, Math.floor(numberOf(args[0] ?? 50) ?? 50));
  if (text.length <= length) return text;
  const letters = [...text];
  if (letters.length <= length) return text;
  const end = args[1] === undefined ? "..." : textOf(args[1]);
  return letters.slice(0, Math.max(0, length - [...end].length)).join("") + end;
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

function replace(value: Json, args: readonly Json[], context: FilterContext): Json {
  const text = textOf(value);
  const from = textOf(args[0] ?? "");
  const to = textOf(args[1] ?? "");
  if (from === "") return text;
  context.bound(text.length + countOf(text, from) * (to.length - from.length));
  // A function, since "$&" in a replacement text would mean something.
  return text.replaceAll(from, () => to);
}

function split(value: Json, args: readonly Json[], context: FilterContext): Json {
  const text = textOf(value);
  const separator = textOf(args[0] ?? "");
  if (text === "") return [];
  context.charge(separator === "" ? text.length : countOf(text, separator) + 1);
  return separator === "" ? [...text] : text.split(separator);
}

function join(value: Json, args: readonly Json[], context: FilterContext): Json {
  if (!Array.isArray(value)) return textOf(value);
  context.charge(value.length);
  const separator = args[0] === undefined ? " " : textOf(args[0]);
  const texts = value.map(textOf);
  context.bound(texts.reduce((sum, text) => sum + text.length, separator.length * texts.length));
  return texts.join(separator);
}

function end(pick: (length: number) => number): Filter {
  return {
    run: (value) => {
      if (Array.isArray(value)) return value[pick(value.length)] ?? null;
      return typeof value === "string" ? value.at(pick(value.length)) ?? "" : null;
    },
    min: 0,
    max: 0,
  };
}

function sizeOf(value: Json): number {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

/** Decimal people should not see 0.30000000000000004. */
function tidy(number: number): number {
  return Number(number.toPrecision(15));
}

function arithmetic(name: string, compute: (a: number, b: number) => number): Filter {
  return {
    run: (value, args, context) => {
      const [left, right] = [numberOf(value), numberOf(args[0] ?? null)];
      const result = left === null || right === null ? NaN : compute(left, right);
      if (Number.isFinite(result)) return tidy(result);
      const shown = `${textOf(value).slice(0, 40)}, ${textOf(args[0] ?? null).slice(0, 40)}`;
      context.warn(`${name} has no result for: ${shown}`);
      return null;
    },
    min: 1,
    max: 1,
  };
}

function round(value: Json, args: readonly Json[], context: FilterContext): Json {
  const number = numberOf(value);
  if (number === null) {
    context.warn(`round needs a number, not: ${textOf(value).slice(0, 40)}`);
    return null;
  }
  const digits = Math.min(10, Math.max(0, Math.floor(numberOf(args[0] ?? 0) ?? 0)));
  const scaled = Math.round(tidy(number * 10 ** digits)) / 10 ** digits;
  return Number.isFinite(scaled) ? scaled + 0 : number;
}

function date(value: Json, args: readonly Json[], context: FilterContext): Json {
  const wanted = textOf(args[1] ?? null);
  const zone = wanted === "" ? "UTC" : isZone(wanted) ? wanted : null;
  if (zone === null) context.warn(`date does not know the time zone: ${wanted.slice(0, 64)}`);
  const epochMs = momentOf(value, zone ?? "UTC");
  if (epochMs === null) {
    if (value !== null && value !== "") context.warn(`date cannot read: ${textOf(value).slice(0, 40)}`);
    return textOf(value);
  }
  const format = textOf(args[0] ?? "%Y-%m-%d");
  // The longest token, %Z, writes at most 64 characters for two.
  context.bound(format.length * 32);
  return strftime(epochMs, format, zone ?? "UTC");
}

function duration(value: Json, _args: readonly Json[], context: FilterContext): Json {
  const words = durationWords(value);
  if (words === null && value !== null) context.warn("duration needs { value, unit } or milliseconds");
  return words ?? textOf(value);
}

/** A window in words: `{{ window | hours: ", then ", zone }}`. Nothing, also of what stands before it, where there is none. */
function hours(value: Json, args: readonly Json[]): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
  const list = (of: Json | undefined): Json[] => Array.isArray(of) ? of : [];
  const named = list(value.days);
  const words = inWords({
    days: WEEKDAYS.filter((day) => named.includes(day)),
    from: textOf(value.from ?? null),
    to: textOf(value.to ?? null),
    holidays: list(value.holidays).map(textOf),
  });
  const zone = textOf(args[1] ?? null);
  return `${textOf(args[0] ?? null)}${words} in ${zone === "" ? "the lead's zone" : zone}`;
}

/** A schedule in words: `{{ kind | schedule: cron, every, at, timezone }}`. */
function schedule(kind: Json, [cron, every, at, timezone]: readonly Json[]): Json {
  return scheduleWords({ kind, cron, every, at, timezone });
}

function isBlank(value: Json): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** Every filter by its name, in Liquid's spelling; `divided_by` keeps the fraction, `default` keeps `false`. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ["default", { run: (value, args) => isBlank(value) ? args[0] ?? null : value, min: 1, max: 1 }],
  ["upcase", onText((text) => text.toUpperCase())],
  ["downcase", onText((text) => text.toLowerCase())],
  ["capitalize", onText(capitalize)],
  ["trim", onText((text) => text.trim())],
  ["strip", onText((text) => text.trim())],
  ["truncate", { run: truncate, min: 0, max: 2 }],
  ["replace", { run: replace, min: 1, max: 2 }],
  ["split", { run: split, min: 1, max: 1 }],
  ["join", { run: join, min: 0, max: 1 }],
  ["first", end(() => 0)],
  ["last", end((length) => length - 1)],
  ["size", { run: sizeOf, min: 0, max: 0 }],
  ["round", { run: round, min: 0, max: 1 }],
  ["plus", arithmetic("plus", (a, b) => a + b)],
  ["minus", arithmetic("minus", (a, b) => a - b)],
  ["times", arithmetic("times", (a, b) => a * b)],
  ["divided_by", arithmetic("divided_by", (a, b) => a / b)],
  ["date", { run: date, min: 0, max: 2 }],
  ["json", { run: jsonOf, min: 0, max: 0 }],
  ["escape", onText(escapeHtml)],
  ["url_encode", onText(encodeUrl)],
  ["duration", { run: duration, min: 0, max: 0 }],
  ["schedule", { run: schedule, min: 0, max: 4 }],
  ["hours", { run: hours, min: 0, max: 2 }],
]);
