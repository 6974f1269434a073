import type { ConfigProblem } from "../../../engine/core/config.ts";
import type { Json, JsonObject } from "../../../engine/schemas/json.ts";

type Problem = Omit<ConfigProblem, "path">;

const TYPE_WORDS: { readonly [type: string]: string } = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "yes or no",
  array: "a list",
  object: "an object",
  null: "nothing",
};

/** The value as it is named in a message. */
export function words(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Is the value of another type than the schema's? */
export function typeProblem({ type }: JsonObject, value: Json | undefined): Problem | null {
  const types = (Array.isArray(type) ? type : [type]).filter((each): each is string =>
    typeof each === "string"
  );
  const accepted = types.map((each) => TYPE_WORDS[each] ?? each).join(" or ");
  if (value === undefined) return { message: "Is needed", ...(accepted ? { accepted } : {}) };
  if (types.length === 0 || types.some((each) => isOfType(value, each))) return null;
  return { message: `${words(value)} is not ${accepted}`, accepted };
}

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    default:
      return true;
  }
}

/** Too short, too long, or of another form. */
export function textProblem({ minLength, maxLength, pattern }: JsonObject, text: string): Problem | null {
  if (typeof minLength === "number" && text.length < minLength) {
    const accepted = minLength === 1 ? "at least one character" : `at least ${minLength} characters`;
    return { message: text === "" ? "Is empty" : `Has ${text.length} characters`, accepted };
  }
  if (typeof maxLength === "number" && text.length > maxLength) {
    return { message: `Has ${text.length} characters`, accepted: `at most ${maxLength} characters` };
  }
  if (typeof pattern !== "string" || matches(pattern, text)) return null;
  return { message: `${words(text)} does not have the form that is needed`, accepted: pattern };
}

/** A pattern that this browser cannot read refuses nothing: the server looks again. */
function matches(pattern: string, text: string): boolean {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags).test(text);
    } catch {
      // The other flags may do.
    }
  }
  return true;
}

/** Too small, too large, or between the steps. */
export function numberProblem(schema: JsonObject, value: number): Problem | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const message = `${value} is not accepted`;
  const low = typeof minimum === "number" && minimum > -Number.MAX_SAFE_INTEGER ? minimum : null;
  const high = typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? maximum : null;
  if (low !== null && value < low || high !== null && value > high) {
    const accepted = low === null
      ? `at most ${high}`
      : high === null
      ? `at least ${low}`
      : `${low} to ${high}`;
    return { message, accepted };
  }
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) {
    return { message, accepted: `more than ${exclusiveMinimum}` };
  }
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) {
    return { message, accepted: `less than ${exclusiveMaximum}` };
  }
  if (typeof multipleOf === "number" && multipleOf > 0 && value % multipleOf !== 0) {
    return { message, accepted: `a multiple of ${multipleOf}` };
  }
  return null;
}
