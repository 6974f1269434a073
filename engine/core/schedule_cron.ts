import { Cron } from "croner";
import { CRON_NICKNAMES } from "./cron_nicknames.ts";

export const CRON_ACCEPTED = `five fields: minute hour day month weekday, such as 0 9 * * 1-5; or ${
  [...CRON_NICKNAMES.keys()].join(", ")
}`;

const FIELDS = ["minute", "hour", "day", "month", "weekday"] as const;
/** Names, numbers, `*`, lists, ranges, steps, `L`, `W` and `#`; a day may be `?`. */
const FIELD = /^[0-9A-Za-z*,/#-]+$/;

/** The five fields, nicknames written out; a problem in words where there are none. */
function cronFields(text: string): { fields: string[] } | { problem: string } {
  const trimmed = text.trim();
  if (trimmed.startsWith("@")) {
    const written = CRON_NICKNAMES.get(trimmed.toLowerCase());
    return written ? { fields: written.split(" ") } : { problem: `There is no "${trimmed.slice(0, 40)}"` };
  }
  const fields = trimmed.split(/\s+/);
  if (fields.length !== 5) {
    const extra = fields.length === 6 ? ": there are no seconds" : "";
    const count = trimmed === "" ? 0 : fields.length;
    return { problem: `It has ${count} ${count === 1 ? "field" : "fields"}, not five${extra}` };
  }
  const days = fields.map((field, i) => field === "?" && (i === 2 || i === 4) ? "*" : field);
  const wrong = days.findIndex((field) => !FIELD.test(field));
  return wrong < 0
    ? { fields: days }
    : { problem: `The ${FIELDS[wrong]} "${fields[wrong]!.slice(0, 40)}" cannot be read` };
}

/** What keeps the text from being a cron expression; null: it is one, though it may never come. */
export function cronProblem(text: string): string | null {
  const read = cronFields(text);
  if ("problem" in read) return read.problem;
  if (refusal(read.fields) === null) return null;
  // By itself, between fields that are right, each says what is wrong with it.
  for (const [i, field] of read.fields.entries()) {
    const words = refusal(FIELDS.map((_, k) => k === i ? field : "*"));
    if (words !== null) return `The ${FIELDS[i]} "${field.slice(0, 40)}" is not accepted: ${words}`;
  }
  return `"${text.slice(0, 80)}" is not accepted: ${refusal(read.fields)}`;
}

function refusal(fields: readonly string[]): string | null {
  try {
    compile(fields.join(" "), "UTC");
    return null;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return words.replace(/^Cron\w*: (Syntax error, )?/, "").replace(/^./, (letter) => letter.toLowerCase());
  }
}

/**
 * The first time after `after` (epoch ms, exclusive); null: there is none. Throws for what is no cron expression.
 *
 * Minutes and hours without `*` and `/` are times of day: one that the clocks skip is the first moment after the gap, one
 * that they show twice is the first. With `*` or `/` what is skipped is skipped, and what is shown twice comes twice.
 */
export function cronNext(text: string, zone: string, after: number): number | null {
  const read = cronFields(text);
  if ("problem" in read) throw new RangeError(read.problem);
  return compile(read.fields.join(" "), zone).nextRun(new Date(after))?.getTime() ?? null;
}

const KEPT = 500;
/** Reading an expression costs as much as a hundred answers of a simple one. */
const compiled = new Map<string, Cron>();

function compile(pattern: string, zone: string): Cron {
  const key = `${zone} ${pattern}`;
  const known = compiled.get(key);
  if (known) return known;
  const made = new Cron(pattern, {
    timezone: zone,
    mode: "5-part",
    fixedTimeRule: "no-wildcard",
    paused: true,
  });
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(key, made);
  return made;
}
