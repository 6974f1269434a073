import type { ConditionOp } from "../schemas/condition.ts";
import type { Json } from "../schemas/json.ts";
import { momentOf, numberOf, textOf } from "./template_values.ts";

/** Lists nested deeper than any request body may be are not compared. */
const MAX_DEPTH = 64;

/** Same JSON; a number equals its text, `true` and `false` theirs. */
function isEqual(a: Json, b: Json, depth = 0): boolean {
  if (a === b) return true;
  if (typeof a !== typeof b) return scalarsEqual(a, b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (depth > MAX_DEPTH || Array.isArray(a) !== Array.isArray(b)) return false;
  const entries = Object.entries(a);
  return entries.length === Object.keys(b).length &&
    entries.every(([key, value]) => Object.hasOwn(b, key) && isEqual(value, memberOf(b, key), depth + 1));
}

function memberOf(object: Json[] | { [key: string]: Json }, key: string): Json {
  return (Array.isArray(object) ? object[Number(key)] : object[key]) ?? null;
}

function scalarsEqual(a: Json, b: Json): boolean {
  if (typeof a === "boolean") return typeof b === "string" && b.trim().toLowerCase() === String(a);
  if (typeof b === "boolean") return scalarsEqual(b, a);
  const [left, right] = [numberOf(a), numberOf(b)];
  return left !== null && left === right;
}

/** Unknown: absent, null, blank text, an empty list or object. */
function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return typeof value === "object" && Object.keys(value).length === 0;
}

function isTrue(value: Json | undefined): boolean {
  if (typeof value === "string") return ["true", "yes", "on", "1"].includes(value.trim().toLowerCase());
  return value === true || value === 1;
}

function compare(a: Json, b: Json, decide: (a: number, b: number) => boolean): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  return left !== null && right !== null && decide(left, right);
}

function compareMoments(a: Json, b: Json, now: number, decide: (a: number, b: number) => boolean): boolean {
  const [left, right] = [momentOf(a, "UTC"), asMoment(b, now)];
  return left !== null && right !== null && decide(left, right);
}

/** `now` or a date; local dates are read in UTC. */
function asMoment(value: Json, now: number): number | null {
  return value === "now" ? now : momentOf(value, "UTC");
}

/** Both ends included; numbers, otherwise dates. */
function isBetween(actual: Json, value: Json, now: number): boolean {
  if (!Array.isArray(value)) return false;
  const [low = null, high = null] = value;
  if (compare(actual, low, (a, b) => a >= b) && compare(actual, high, (a, b) => a <= b)) return true;
  if (numberOf(low) !== null || numberOf(high) !== null) return false;
  return compareMoments(actual, low, now, (a, b) => a >= b) &&
    compareMoments(actual, high, now, (a, b) => a <= b);
}

/** The choices of `in`: a list, or a text with commas. */
export function choicesOf(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return typeof value === "string" ? value.split(",").map((each) => each.trim()) : [value];
}

function isIn(actual: Json, value: Json): boolean {
  const choices = choicesOf(value);
  const found = Array.isArray(actual) ? actual : [actual];
  return found.some((each) => choices.some((choice) => isEqual(each, choice)));
}

function contains(actual: Json, value: Json): boolean {
  if (Array.isArray(actual)) return actual.some((each) => isEqual(each, value));
  return typeof actual !== "object" && textOf(actual).includes(textOf(value));
}

function hasTag(actual: Json, value: Json): boolean {
  const tags =
    typeof actual === "object" && actual !== null && !Array.isArray(actual) && Object.hasOwn(actual, "tags")
      ? actual.tags ?? null
      : actual;
  const wanted = textOf(value).trim().toLowerCase();
  return Array.isArray(tags) &&
    tags.some((tag) => typeof tag === "string" && tag.trim().toLowerCase() === wanted);
}

function onText(actual: Json, value: Json, decide: (actual: string, value: string) => boolean): boolean {
  return typeof actual !== "object" && decide(textOf(actual), textOf(value));
}

/**
 * One operator. `actual` undefined: nothing lies there. Then `not_exists`, `empty`, `is_false` and the negations
 * hold and nothing else does; each negation is exactly the opposite of its operator.
 */
export function holds(op: ConditionOp, actual: Json | undefined, value: Json, now: number): boolean {
  switch (op) {
    case "exists":
      return actual !== undefined && actual !== null;
    case "not_exists":
      return !holds("exists", actual, value, now);
    case "empty":
      return isEmpty(actual);
    case "not_empty":
      return !isEmpty(actual);
    case "is_true":
      return isTrue(actual);
    case "is_false":
      return !isTrue(actual);
    case "neq":
      return !holds("eq", actual, value, now);
    case "not_in":
      return !holds("in", actual, value, now);
    case "not_contains":
      return !holds("contains", actual, value, now);
    default:
      return actual !== undefined && holdsOfValue(op, actual, value, now);
  }
}

type ValueOp = Exclude<
  ConditionOp,
  | "exists"
  | "not_exists"
  | "empty"
  | "not_empty"
  | "is_true"
  | "is_false"
  | "neq"
  | "not_in"
  | "not_contains"
>;

function holdsOfValue(op: ValueOp, actual: Json, value: Json, now: number): boolean {
  switch (op) {
    case "eq":
      return isEqual(actual, value);
    case "gt":
      return compare(actual, value, (a, b) => a > b);
    case "gte":
      return compare(actual, value, (a, b) => a >= b);
    case "lt":
      return compare(actual, value, (a, b) => a < b);
    case "lte":
      return compare(actual, value, (a, b) => a <= b);
    case "between":
      return isBetween(actual, value, now);
    case "in":
      return isIn(actual, value);
    case "contains":
      return contains(actual, value);
    case "starts_with":
      return onText(actual, value, (a, b) => a.startsWith(b));
    case "ends_with":
      return onText(actual, value, (a, b) => a.endsWith(b));
    case "before":
      return compareMoments(actual, value, now, (a, b) => a < b);
    case "after":
      return compareMoments(actual, value, now, (a, b) => a > b);
    case "has_tag":
      return hasTag(actual, value);
    default:
      return op satisfies never;
  }
}
