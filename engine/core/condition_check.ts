import { CONDITION_OPS, type ConditionOp } from "../schemas/condition_ops.ts";
import { compileField, compileValue, MAX_CONDITION_DEPTH, MAX_CONDITION_TERMS } from "./condition_compile.ts";
import { momentOf, numberOf } from "./template_values.ts";

/** What is wrong in a condition, and where in it (`all.0.value`). `limit`: too large even to be kept. */
export interface ConditionProblem {
  path: string;
  message: string;
  accepted?: string;
  limit?: true;
}

const MAX_PROBLEMS = 50;
const MAX_FIELD_LENGTH = 500;
const MAX_CHOICES = 1_000;
const OPS: ReadonlySet<unknown> = new Set(CONDITION_OPS);

interface Open {
  readonly node: unknown;
  readonly path: string;
  readonly depth: number;
}

/**
 * What keeps the condition from being evaluated. Takes anything, so that it can look before a schema does: it walks
 * without recursion and stops at the first breach of a limit, however deep the rest goes.
 */
export function conditionProblems(condition: unknown): ConditionProblem[] {
  const problems: ConditionProblem[] = [];
  const open: Open[] = [{ node: condition, path: "", depth: 1 }];
  let terms = 0;
  for (let next = open.pop(); next && problems.length < MAX_PROBLEMS; next = open.pop()) {
    const { node, path, depth } = next;
    const group = groupOf(node);
    if (depth > 1 && !group) {
      problems.push(...termProblems(node, path));
      if (++terms > MAX_CONDITION_TERMS) return [tooMany(path)];
    } else if (!group) problems.push({ path, ...NO_GROUP });
    else if (depth > MAX_CONDITION_DEPTH) return [tooDeep(path)];
    else if (group.nodes.length > MAX_CONDITION_TERMS) return [tooMany(at(path, group.key))];
    else if (group.nodes.length === 0) {
      problems.push({ path: at(path, group.key), message: "Has no comparison", accepted: TERM });
    } else {
      // Backwards, so that problems come out in reading order.
      for (let i = group.nodes.length - 1; i >= 0; i--) {
        open.push({ node: group.nodes[i], path: at(path, `${group.key}.${i}`), depth: depth + 1 });
      }
    }
  }
  return problems;
}

const TERM = "{ field, op, value }, such as lead.score gte 70";
const NO_GROUP = {
  message: "Is no condition",
  accepted: "{ all: [ … ] } or { any: [ … ] } of { field, op, value }",
};

function tooDeep(path: string): ConditionProblem {
  return { path, message: `Conditions are nested more than ${MAX_CONDITION_DEPTH} deep`, limit: true };
}

function tooMany(path: string): ConditionProblem {
  return { path, message: `A condition has more than ${MAX_CONDITION_TERMS} terms`, limit: true };
}

function at(path: string, below: string): string {
  return path === "" ? below : `${path}.${below}`;
}

/** The group's members, when it is one: exactly one key, `all` or `any`, with a list. */
function groupOf(node: unknown): { key: "all" | "any"; nodes: readonly unknown[] } | null {
  if (typeof node !== "object" || node === null || Object.keys(node).length !== 1) return null;
  if ("all" in node && Array.isArray(node.all)) return { key: "all", nodes: node.all };
  if ("any" in node && Array.isArray(node.any)) return { key: "any", nodes: node.any };
  return null;
}

function termProblems(node: unknown, path: string): ConditionProblem[] {
  if (typeof node !== "object" || node === null || !("field" in node) || !("op" in node)) {
    return [{ path, message: "Is no comparison", accepted: TERM }];
  }
  const problems: ConditionProblem[] = [];
  const add = (key: string, message: string, accepted?: string): void => {
    problems.push({ path: at(path, key), message, ...(accepted ? { accepted } : {}) });
  };
  const unknown = Object.keys(node).find((key) => key !== "field" && key !== "op" && key !== "value");
  if (unknown !== undefined) add(unknown.slice(0, 40), "Is not known here", "field, op, value");
  const fieldProblem = problemOfField(node.field);
  if (fieldProblem) add("field", fieldProblem, "a path such as lead.score");
  if (!isOp(node.op)) {
    add("op", `There is no operator "${String(node.op).slice(0, 40)}"`, CONDITION_OPS.join(", "));
    return problems;
  }
  const valueProblem = problemOfValue(node.op, "value" in node ? node.value : undefined);
  if (valueProblem) add("value", valueProblem.message, valueProblem.accepted);
  return problems;
}

function isOp(op: unknown): op is ConditionOp {
  return OPS.has(op);
}

function problemOfField(field: unknown): string | null {
  if (typeof field !== "string" || field.trim() === "") return "Says no field";
  if (field.length > MAX_FIELD_LENGTH) return `Has more than ${MAX_FIELD_LENGTH} characters`;
  const compiled = compileField(field);
  return "problem" in compiled ? compiled.problem : null;
}

interface ValueProblem {
  message: string;
  accepted?: string;
}

function problemOfValue(op: ConditionOp, value: unknown): ValueProblem | null {
  const broken = brokenTemplate(value);
  if (broken !== null) return { message: broken };
  switch (op) {
    case "exists":
    case "not_exists":
    case "empty":
    case "not_empty":
      return needs(isAbsent(value), op, "no value");
    case "is_true":
    case "is_false":
      // A form may send what the operator says anyway.
      return needs(isAbsent(value) || value === (op === "is_true"), op, "no value");
    case "eq":
    case "neq":
      return needs(value !== undefined, op, "a value");
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return needs(isNumeric(value), op, "a number");
    case "between":
      return needs(isRange(value), op, "a list of two numbers or two dates, the lower first");
    case "in":
    case "not_in":
      return needs(isList(value), op, `a list of 1 to ${MAX_CHOICES} values, or a text with commas`);
    case "before":
    case "after":
      return needs(isDate(value), op, 'a date such as 2026-12-01 or 2026-12-01T09:00:00Z, or "now"');
    case "contains":
    case "not_contains":
      return needs(isFilled(value), op, "a text or a number");
    case "starts_with":
    case "ends_with":
    case "has_tag":
      return needs(isFilled(value), op, "a text");
    default:
      return op satisfies never;
  }
}

function needs(good: boolean, op: ConditionOp, accepted: string): ValueProblem | null {
  return good ? null : { message: `${op} takes ${accepted}`, accepted };
}

function brokenTemplate(value: unknown): string | null {
  for (const each of Array.isArray(value) ? value : [value]) {
    if (typeof each !== "string" || !each.includes("{{")) continue;
    const compiled = compileValue(each);
    if ("problem" in compiled) return compiled.problem;
  }
  return null;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** What a template will give is not known before it is rendered. */
function isTemplate(value: unknown): boolean {
  return typeof value === "string" && value.includes("{{");
}

function isNumeric(value: unknown): boolean {
  if (isTemplate(value)) return true;
  return (typeof value === "number" || typeof value === "string") && numberOf(value) !== null;
}

function isDate(value: unknown): boolean {
  if (isTemplate(value) || value === "now") return true;
  return (typeof value === "number" || typeof value === "string") && momentOf(value, "UTC") !== null;
}

function isRange(value: unknown): boolean {
  if (isTemplate(value)) return true;
  if (!Array.isArray(value) || value.length !== 2) return false;
  return value.every(isNumeric) || value.every(isDate);
}

function isList(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.length <= MAX_CHOICES : isFilled(value);
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" ? value !== "" : typeof value === "number" || typeof value === "boolean";
}
