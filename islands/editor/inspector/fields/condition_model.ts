import { evaluateCondition } from "../../../../engine/core/condition.ts";
import type { ConditionGroup, ConditionNode, ConditionTerm } from "../../../../engine/schemas/condition.ts";
import { CONDITION_OPS, type ConditionOp } from "../../../../engine/schemas/condition_ops.ts";
import type { Json, JsonObject } from "../../../../engine/schemas/json.ts";
import type { View } from "../../../../engine/schemas/node.ts";
import { isObject } from "../schema.ts";

/** What is compared with: it decides the control. */
export type ValueKind = "none" | "text" | "number" | "date" | "range" | "list";

const KINDS: { readonly [op in ConditionOp]?: ValueKind } = {
  gt: "number",
  gte: "number",
  lt: "number",
  lte: "number",
  between: "range",
  in: "list",
  not_in: "list",
  exists: "none",
  not_exists: "none",
  empty: "none",
  not_empty: "none",
  is_true: "none",
  is_false: "none",
  before: "date",
  after: "date",
};

export function valueKindOf(op: Json | undefined): ValueKind {
  return isOp(op) ? KINDS[op] ?? "text" : "text";
}

export function isOp(op: Json | undefined): op is ConditionOp {
  return CONDITION_OPS.some((one) => one === op);
}

/** A draft's condition may be anything; what is no group yet is drawn as an empty one. */
export interface GroupShape {
  key: "all" | "any";
  members: Json[];
}

export function groupOf(value: Json | undefined): GroupShape {
  if (isObject(value)) {
    if (Array.isArray(value.all)) return { key: "all", members: value.all };
    if (Array.isArray(value.any)) return { key: "any", members: value.any };
  }
  return { key: "all", members: [] };
}

export function isGroupNode(value: Json): boolean {
  return isObject(value) && (Array.isArray(value.all) || Array.isArray(value.any));
}

/** The group with other members or another word; what else the value has stays where it is. */
export function withGroup(value: Json | undefined, { key, members }: GroupShape): JsonObject {
  const { all: _all, any: _any, ...rest } = isObject(value) ? value : {};
  return { [key]: members, ...rest };
}

export function newTerm(): JsonObject {
  return { field: "", op: "eq", value: "" };
}

/** The comparison by another operator: the value stays where it can mean the same. */
export function withOp(term: JsonObject, op: ConditionOp): JsonObject {
  const { value, ...rest } = term;
  const kind = valueKindOf(op);
  if (kind === "none") return { ...rest, op };
  if (kind === "range") {
    return { ...rest, op, value: Array.isArray(value) ? value.slice(0, 2) : [value ?? "", ""] };
  }
  if (kind === "list") {
    return { ...rest, op, value: Array.isArray(value) ? value : isBlank(value) ? [] : [value ?? ""] };
  }
  return { ...rest, op, value: Array.isArray(value) ? value[0] ?? "" : value ?? "" };
}

/** Values that are yes or no also where the sample has none: what became of a message. */
const YES_OR_NO = /^messages\.[\w-]+\.(sent|opened|clicked|replied)$/;

/**
 * The comparison of another field by an operator that can hold of it: "opened ≥ 70" never would. Null where the operator
 * fits already, or where nothing is known of the field.
 */
export function withField(term: JsonObject, field: string, sample: View): JsonObject | null {
  const lies = holdsOn({ field, op: "exists" }, sample)?.actual ?? null;
  const isTruth = typeof lies === "boolean" || YES_OR_NO.test(field);
  const kind = valueKindOf(term.op);
  if (isTruth) return kind === "none" ? null : withOp({ ...term, field }, "is_true");
  if (lies === null) return null;
  if (Array.isArray(lies)) return kind === "text" || kind === "none" ? null : plain(field, "contains");
  const isNumber = typeof lies === "number" || lies !== "" && !Number.isNaN(Number(lies));
  if ((kind === "number" || kind === "range") && !isNumber) return plain(field, "eq");
  if ((term.op === "is_true" || term.op === "is_false") && !isTruth) return plain(field, "eq");
  return null;
}

function plain(field: string, op: ConditionOp): JsonObject {
  return { field, op, value: "" };
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "";
}

/** The typed text as the operator takes it: numbers as numbers where a number is meant, or where one stood. */
export function valueIn(text: string, kind: ValueKind, before: Json | undefined): Json {
  const trimmed = text.trim();
  const asNumber = kind === "number" || kind === "range" || typeof before === "number";
  if (asNumber && trimmed !== "" && String(Number(trimmed)) === trimmed) return Number(trimmed);
  if (typeof before === "boolean" && (trimmed === "true" || trimmed === "false")) return trimmed === "true";
  return text;
}

/** Does it hold on the sample, and what lies there? Null: it cannot be said of an unfinished or broken condition. */
export function holdsOn(value: Json, sample: View): { pass: boolean; actual: Json | null } | null {
  const node = conditionIn(value);
  if (!node) return null;
  try {
    const group = "field" in node ? { all: [node] } : node;
    const { pass, comparisons } = evaluateCondition(group, sample, Date.parse(sample.now));
    return { pass, actual: comparisons[0]?.actual ?? null };
  } catch {
    return null;
  }
}

/** The value as a condition when all of it is one. */
function conditionIn(value: Json): ConditionNode | null {
  if (!isObject(value)) return null;
  if (isGroupNode(value)) {
    const { key, members } = groupOf(value);
    const nodes = members.flatMap((member) => conditionIn(member) ?? []);
    if (nodes.length < members.length || nodes.length === 0) return null;
    const group: ConditionGroup = key === "all" ? { all: nodes } : { any: nodes };
    return group;
  }
  const { field, op } = value;
  if (typeof field !== "string" || field.trim() === "" || !isOp(op)) return null;
  const term: ConditionTerm = { field, op, ...(value.value === undefined ? {} : { value: value.value }) };
  return term;
}
