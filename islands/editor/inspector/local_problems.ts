import { conditionProblems } from "../../../engine/core/condition.ts";
import { windowProblems } from "../../../engine/core/window.ts";
import { WEEKDAYS } from "../../../engine/schemas/weekday.ts";
import { compileTemplate } from "../../../engine/core/template.ts";
import { VIEW_ROOTS } from "../../../engine/core/path.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import type { Encoding } from "../../../engine/schemas/node.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import type { FieldKind } from "./kinds.ts";
import { isObject, limitOf, type Schema, wordOf } from "./schema.ts";

export interface Problem {
  message: string;
  accepted?: string;
}

/** What can be said of a value at once, while it is typed. What is not filled in yet is no problem of typing. */
export function problemOf(
  value: Json | undefined,
  { schema, kind, encoding }: { schema: Schema; kind: FieldKind; encoding: Encoding | null },
): Problem | null {
  if (value === undefined || value === "") return null;
  if (kind === "number") return numberProblem(value, schema);
  if (kind === "window") return windowProblem(value);
  if (kind === "texts" && Array.isArray(value)) return listProblem(value, schema);
  if (kind === "duration") return isObject(value) && typeof value.value === "string" ? NO_NUMBER : null;
  if (typeof value !== "string") return null;
  if (encoding !== null && value.includes("{{")) return templateProblem(value, encoding);
  return textProblem(value, schema);
}

/** What of a condition cannot be evaluated, by its place below the condition (`all.0`, `all.0.value` both at `all.0`). */
export function conditionProblemsAt(value: Json | undefined): Map<string, Problem> {
  const found = new Map<string, Problem>();
  for (const { path, message, accepted } of conditionProblems(value)) {
    const place = path.replace(/\.(field|op|value)$/, "");
    if (!found.has(place)) found.set(place, { message, ...(accepted ? { accepted } : {}) });
  }
  return found;
}

const NO_NUMBER: Problem = { message: "This is no number", accepted: "digits, such as 30 or 2.5" };

function numberProblem(value: Json, schema: Schema): Problem | null {
  if (typeof value !== "number") return NO_NUMBER;
  const [low, high] = [limitOf(schema, "minimum"), limitOf(schema, "maximum")];
  if (schema.type === "integer" && !Number.isInteger(value)) {
    return { message: "Only whole numbers are accepted" };
  }
  if (low !== undefined && value < low) return { message: `At least ${low} is accepted` };
  if (high !== undefined && value > high) return { message: `At most ${high} is accepted` };
  return null;
}

function textProblem(value: string, schema: Schema): Problem | null {
  const high = limitOf(schema, "maxLength");
  if (high !== undefined && value.length > high) {
    return { message: `${value.length} characters are too many`, accepted: `at most ${high}` };
  }
  const pattern = wordOf(schema, "pattern");
  if (pattern === undefined || new RegExp(pattern, "u").test(value)) return null;
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return { message: `"${shown}" is not accepted here` };
}

function listProblem(value: Json[], schema: Schema): Problem | null {
  const high = limitOf(schema, "maxItems");
  if (high !== undefined && value.length > high) return { message: `At most ${high} are accepted` };
  const twice = schema.uniqueItems === true ? value.find((one, i) => value.indexOf(one) !== i) : undefined;
  return twice === undefined || twice === "" ? null : { message: `"${twice}" is there twice` };
}

function templateProblem(source: string, encoding: Encoding): Problem | null {
  const compiled = compileTemplate(source, encoding, { roots: VIEW_ROOTS });
  const first = "problems" in compiled ? compiled.problems[0] : undefined;
  if (!first) return null;
  return {
    message: first.offset > 0 ? `${first.message} (at character ${first.offset + 1})` : first.message,
  };
}

function windowProblem(value: Json): Problem | null {
  if (!isObject(value)) return { message: "This is no window" };
  const { days, from, to, holidays } = value;
  if (!isTime(from) || !isTime(to)) return { message: "A time is missing", accepted: "such as 09:00" };
  const list = (one: Json | undefined): Json[] => Array.isArray(one) ? one : [];
  const [first] = windowProblems({
    days: WEEKDAYS.filter((day) => list(days).includes(day)),
    from,
    to,
    holidays: list(holidays).filter((day) => typeof day === "string"),
  });
  return first ? { message: first.message, ...(first.accepted ? { accepted: first.accepted } : {}) } : null;
}

function isTime(value: Json | undefined): value is string {
  return typeof value === "string" && /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(value);
}

/**
 * What stands beside a field. The server words a problem best, but what it said may be of an older value; what is seen
 * here is true now.
 */
export function shownProblems(local: Problem | null, issues: readonly Issue[]): Problem[] {
  return issues.length > 0 ? [...issues] : local ? [local] : [];
}
