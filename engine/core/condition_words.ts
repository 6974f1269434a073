import type { ConditionOp } from "../schemas/condition.ts";
import { parsePath } from "./path.ts";

/** What an operator is called between a field and a value. */
export const OP_WORDS: { readonly [op in ConditionOp]: string } = {
  eq: "is",
  neq: "is not",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
  between: "is between",
  in: "is one of",
  not_in: "is none of",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  exists: "exists",
  not_exists: "does not exist",
  empty: "is empty",
  not_empty: "is not empty",
  is_true: "is true",
  is_false: "is false",
  before: "is before",
  after: "is after",
  has_tag: "include",
};

const WITHOUT_VALUE: readonly string[] = [
  "exists",
  "not_exists",
  "empty",
  "not_empty",
  "is_true",
  "is_false",
];
const MAX_DEPTH = 8;
const MAX_TERMS = 20;
const MAX_VALUE_LENGTH = 40;

/**
 * The condition as a sentence for a card: `score ≥ 70 and company is not empty`. Takes anything, since drafts are
 * drawn too; what is no condition yet gives an empty text.
 */
export function conditionWords(condition: unknown): string {
  return groupWords(condition, 1);
}

function groupWords(node: unknown, depth: number): string {
  if (typeof node !== "object" || node === null || depth > MAX_DEPTH) return "";
  const all = "all" in node;
  const members = "all" in node ? node.all : "any" in node ? node.any : null;
  if (!Array.isArray(members)) return termWords(node);
  const words = members.slice(0, MAX_TERMS).map((member: unknown) => groupWords(member, depth + 1)).filter(
    Boolean,
  );
  if (members.length > MAX_TERMS) words.push("…");
  const text = words.join(all ? " and " : " or ");
  return depth > 1 && words.length > 1 ? `(${text})` : text;
}

function termWords(term: object): string {
  if (!("field" in term) || typeof term.field !== "string" || term.field.trim() === "") return "";
  if (!("op" in term) || !isOp(term.op)) return "";
  const start = `${fieldWords(term.field)} ${OP_WORDS[term.op]}`;
  if (WITHOUT_VALUE.includes(term.op)) return start;
  const value = "value" in term ? term.value : undefined;
  if (term.op === "between" && Array.isArray(value)) return `${start} ${value.map(valueWords).join(" and ")}`;
  return `${start} ${valueWords(value)}`;
}

function isOp(op: unknown): op is ConditionOp {
  return typeof op === "string" && Object.hasOwn(OP_WORDS, op);
}

/** The names that say something: `lead.score` is "score", `steps.check.output.ok` is "check ok". */
function fieldWords(field: string): string {
  const inner = /^\s*\{\{([^{}|]*)(\|[^{}]*)?\}\}\s*$/.exec(field)?.[1] ?? field;
  const parsed = parsePath(inner);
  if ("message" in parsed) return field.slice(0, MAX_VALUE_LENGTH);
  const [root = "", ...rest] = parsed.path;
  if (rest.length === 0) return root;
  if (root === "lead") {
    return (rest[0] === "fields" && rest.length > 1 ? rest.slice(1) : rest).map(spaced).join(" ");
  }
  if (root === "trigger") {
    return rest[0] === "body" && rest.length > 1 ? rest.slice(1).join(" ") : rest.join(" ");
  }
  if (root === "steps") return rest.filter((name, index) => index !== 1 || name !== "output").join(" ");
  return root === "messages" ? rest.join(" ") : parsed.path.join(" ");
}

/** `firstName` → `first name`. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
}

function valueWords(value: unknown): string {
  if (value === undefined || value === null || value === "") return "…";
  return cut(
    Array.isArray(value) ? value.slice(0, MAX_TERMS).map(scalarWords).join(", ") : scalarWords(value),
  );
}

function scalarWords(value: unknown): string {
  return typeof value === "object" && value !== null ? "{…}" : String(value);
}

function cut(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text;
}
