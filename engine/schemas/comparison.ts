import type { Comparison } from "./condition.ts";

const WORDS: { [op in Comparison["op"]]: string } = {
  eq: "=",
  neq: "≠",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
  between: "between",
  in: "one of",
  not_in: "none of",
  contains: "to contain",
  not_contains: "not to contain",
  starts_with: "to start with",
  ends_with: "to end with",
  exists: "to exist",
  not_exists: "not to exist",
  empty: "to be empty",
  not_empty: "not to be empty",
  is_true: "true",
  is_false: "false",
  before: "before",
  after: "after",
  has_tag: "to have the tag",
};

/** "score was 42, needed ≥ 70": the comparison that decided. */
function sentence({ field, op, value, actual }: Comparison): string {
  const needed = value === null ? WORDS[op] : `${WORDS[op]} ${show(value)}`;
  return `${field} was ${actual === null ? "missing" : show(actual)}, needed ${needed}`;
}

function show(value: Comparison["value"]): string {
  const text = typeof value === "string" ? `"${value}"` : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/**
 * The comparisons that decided, at most three, in words: a refusal shows what failed, a pass what held; where none of
 * them agrees with the result, the first ones. "nothing to compare" when there are none.
 */
export function comparisonsInWords(pass: boolean, comparisons: readonly Comparison[]): string {
  const telling = comparisons.filter((comparison) => comparison.pass === pass);
  const shown = (telling.length > 0 ? telling : comparisons).slice(0, 3).map(sentence).join("; ");
  return shown || "nothing to compare";
}
