import type {
  ConditionGroup,
  ConditionNode,
  ConditionOp,
  ConditionTerm,
} from "../../engine/schemas/condition.ts";
import type { Json } from "../../engine/schemas/json.ts";
import type { EndRule } from "../../engine/schemas/workflow.ts";
import { partsOf } from "./typed.ts";

/** One comparison as the form holds it. */
export interface TermValues {
  field: string;
  op: ConditionOp;
  value: string;
  /** As it was read: kept as it is while nobody types. */
  was?: { text: string; value: Json };
}

/** A goal or an exit as the form holds it. */
export interface EndValues {
  name: string;
  signal: string;
  how: "all" | "any";
  terms: readonly TermValues[];
  /** A condition with groups inside, which rows do not show: kept as it is. */
  nested?: ConditionGroup;
}

export const NEW_TERM: TermValues = { field: "", op: "eq", value: "" };
export const NEW_END: EndValues = { name: "", signal: "", how: "all", terms: [] };

const WITHOUT_VALUE: ReadonlySet<ConditionOp> = new Set([
  "exists",
  "not_exists",
  "empty",
  "not_empty",
  "is_true",
  "is_false",
]);

export function takesValue(op: ConditionOp): boolean {
  return !WITHOUT_VALUE.has(op);
}

export function endValuesOf({ name, signal = "", when }: EndRule): EndValues {
  if (!when) return { ...NEW_END, name, signal };
  const how = "all" in when ? "all" : "any";
  const members = "all" in when ? when.all : when.any;
  if (!members.every(isTerm)) return { ...NEW_END, name, signal, nested: when };
  return { name, signal, how, terms: members.map(termValuesOf) };
}

function isTerm(member: ConditionNode): member is ConditionTerm {
  return "field" in member;
}

function termValuesOf({ field, op, value }: ConditionTerm): TermValues {
  if (value === undefined) return { field, op, value: "" };
  const text = Array.isArray(value) ? value.map(textOf).join(", ") : textOf(value);
  return { field, op, value: text, was: { text, value } };
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** As it is sent: what a person left out is left out, so that the answer names it. */
export function endOf({ name, signal, how, terms, nested }: EndValues): { [name: string]: unknown } {
  const asked = nested ?? (terms.length > 0 ? { [how]: terms.map(termOf) } : undefined);
  return {
    name: name.trim(),
    ...(signal.trim() === "" ? {} : { signal: signal.trim() }),
    ...(asked ? { when: asked } : {}),
  };
}

function termOf({ field, op, value, was }: TermValues): { [name: string]: unknown } {
  const head = { field: field.trim(), op };
  if (!takesValue(op)) return head;
  if (was && was.text === value) return { ...head, value: was.value };
  return value.trim() === "" ? head : { ...head, value: valueOf(op, value.trim()) };
}

/** Numbers and yes or no as such; what `between` takes as two; a text that `in` splits by itself. */
function valueOf(op: ConditionOp, text: string): Json {
  if (op === "between") return partsOf(text).map(scalarOf);
  return op === "in" || op === "not_in" || op === "has_tag" ? text : scalarOf(text);
}

function scalarOf(text: string): Json {
  if (text === "true" || text === "false") return text === "true";
  return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
}
