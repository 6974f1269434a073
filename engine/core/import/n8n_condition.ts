import type { ConditionOp } from "../../schemas/condition_ops.ts";
import type { Json, JsonObject } from "../../schemas/json.ts";
import { at, listAt, textAt } from "./n8n_file.ts";
import { convertText, pathOf } from "./n8n_text.ts";
import type { Locate } from "./n8n_text.ts";

/** A condition as it stands in a config: where an operator is not known here, publishing says so. */
export interface ConvertedCondition {
  condition: JsonObject;
  notes: string[];
}

/** By the operation's name, of both generations. */
const OPS: ReadonlyMap<string, ConditionOp> = new Map([
  ["equal", "eq"],
  ["equals", "eq"],
  ["notEqual", "neq"],
  ["notEquals", "neq"],
  ["larger", "gt"],
  ["gt", "gt"],
  ["largerEqual", "gte"],
  ["gte", "gte"],
  ["smaller", "lt"],
  ["lt", "lt"],
  ["smallerEqual", "lte"],
  ["lte", "lte"],
  ["contains", "contains"],
  ["notContains", "not_contains"],
  ["startsWith", "starts_with"],
  ["endsWith", "ends_with"],
  ["exists", "exists"],
  ["notExists", "not_exists"],
  ["empty", "empty"],
  ["isEmpty", "empty"],
  ["notEmpty", "not_empty"],
  ["isNotEmpty", "not_empty"],
  ["true", "is_true"],
  ["false", "is_false"],
  ["before", "before"],
  ["after", "after"],
]);
const WITHOUT_VALUE: ReadonlySet<string> = new Set([
  "exists",
  "not_exists",
  "empty",
  "not_empty",
  "is_true",
  "is_false",
]);

/** The conditions of an IF, a filter or a rule of a switch. */
export function convertConditions(
  conditions: Json | undefined,
  how: string,
  locate: Locate,
): ConvertedCondition {
  const notes: string[] = [];
  const terms = listAt(conditions, "conditions").map((each) =>
    term(
      {
        left: at(each, "leftValue"),
        operation: textAt(each, "operator", "operation"),
        right: at(each, "rightValue"),
      },
      locate,
      notes,
    )
  );
  // The first generation lies by the type of what is compared.
  for (const type of ["string", "number", "boolean", "dateTime"]) {
    for (const each of listAt(conditions, type)) {
      const left = at(each, "value1");
      terms.push(
        term(
          { left, operation: textAt(each, "operation") || "equal", right: at(each, "value2") },
          locate,
          notes,
        ),
      );
    }
  }
  if (terms.length === 0) notes.push("It compares nothing: say what it decides by");
  const any = how === "any" || textAt(conditions, "combinator") === "or";
  return { condition: { [any ? "any" : "all"]: terms }, notes };
}

/** One comparison, as a switch of the first generation has it: one value against many. */
export function term(
  { left, operation, right }: { left: Json | undefined; operation: string; right: Json | undefined },
  locate: Locate,
  notes: string[],
): JsonObject {
  const op = OPS.get(operation);
  if (op === undefined) notes.push(`The comparison "${operation}" is not known here: choose another`);
  const field = fieldOf(left, locate, notes);
  if (op !== undefined && WITHOUT_VALUE.has(op)) return { field, op };
  return { field, op: op ?? operation, value: valueOf(right, locate, notes) };
}

function fieldOf(left: Json | undefined, locate: Locate, notes: string[]): string {
  const text = typeof left === "string" ? left : "";
  const [, expression] = /^=\s*\{\{([\s\S]*)\}\}\s*$/.exec(text) ?? [];
  const path = expression === undefined ? null : pathOf(expression, locate);
  if (path !== null) return path;
  const shown = JSON.stringify(left ?? "").slice(0, 120);
  notes.push(`It compares ${shown}, which is no plain path: say which field`);
  return "";
}

function valueOf(right: Json | undefined, locate: Locate, notes: string[]): Json {
  if (typeof right !== "string") return right ?? "";
  const converted = convertText(right, locate);
  notes.push(...converted.notes);
  return converted.text;
}
