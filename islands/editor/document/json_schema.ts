/** Checks a value against the part of JSON Schema that zod writes for the node types' configs. */
import type { ConfigProblem } from "../../../engine/core/config.ts";
import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import { sameJson } from "./json_value.ts";
import { alternativeProblems } from "./json_schema_choice.ts";
import { numberProblem, textProblem, typeProblem, words } from "./json_schema_words.ts";

const MAX_DEPTH = 64;
const MAX_PROBLEMS = 20;

export interface Checking {
  root: JsonObject;
  depth: number;
}

/** Every way in which the value is not what the schema asks for; paths are dotted, the messages say what is accepted. */
export function schemaProblems(schema: JsonObject, value: Json | undefined): ConfigProblem[] {
  return problemsAt(schema, value, "", { root: schema, depth: 0 }).slice(0, MAX_PROBLEMS);
}

/** As schemaProblems, somewhere inside the schema. */
export function problemsAt(
  schema: JsonObject,
  value: Json | undefined,
  path: string,
  checking: Checking,
): ConfigProblem[] {
  if (checking.depth > MAX_DEPTH) return [{ path, message: "The config is nested too deep" }];
  const inside = { ...checking, depth: checking.depth + 1 };
  const target = resolved(schema, checking.root);
  const choices = objectsOf(target.anyOf) ?? objectsOf(target.oneOf);
  if (choices) {
    return alternativeProblems(
      choices.map((each) => resolved(each, checking.root)),
      value,
      (choice) => problemsAt(choice, value, path, inside),
      path,
    );
  }
  const all = objectsOf(target.allOf) ?? [];
  const own = ownProblems(target, value, path, inside);
  return [...own, ...all.flatMap((each) => problemsAt(each, value, path, inside))];
}

/** What a `$ref` inside the same schema points to; other members beside it count as well. */
function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  const { $ref, ...others } = schema;
  if (typeof $ref !== "string" || !$ref.startsWith("#")) return schema;
  let found: Json | undefined = root;
  for (const part of $ref.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const parent: Json | undefined = found;
    if (!isObject(parent) || !Object.hasOwn(parent, key)) return others;
    found = parent[key];
  }
  if (!isObject(found)) return others;
  // A reference to itself would be looked up for ever.
  return found === schema ? others : { ...("$ref" in found ? resolved(found, root) : found), ...others };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectsOf(value: Json | undefined): JsonObject[] | null {
  return Array.isArray(value) && value.length > 0 ? value.filter(isObject) : null;
}

function ownProblems(
  schema: JsonObject,
  value: Json | undefined,
  path: string,
  checking: Checking,
): ConfigProblem[] {
  if ("const" in schema) {
    if (sameJson(schema.const, value)) return [];
    return [{ path, message: `Is not ${words(schema.const)}`, accepted: words(schema.const) }];
  }
  if (Array.isArray(schema.enum)) {
    if (schema.enum.some((each) => sameJson(each, value))) return [];
    const accepted = schema.enum.map(words).join(", ");
    const message = value === undefined ? "Is needed" : `${words(value)} is none of the choices`;
    return [{ path, message, accepted }];
  }
  const wrong = typeProblem(schema, value);
  if (wrong) return [{ path, ...wrong }];
  if (typeof value === "string") return listed(path, textProblem(schema, value));
  if (typeof value === "number") return listed(path, numberProblem(schema, value));
  if (Array.isArray(value)) return listProblems(schema, value, path, checking);
  return isObject(value) ? objectProblems(schema, value, path, checking) : [];
}

function listed(path: string, problem: Omit<ConfigProblem, "path"> | null): ConfigProblem[] {
  return problem ? [{ path, ...problem }] : [];
}

function listProblems(
  schema: JsonObject,
  list: readonly Json[],
  path: string,
  checking: Checking,
): ConfigProblem[] {
  const { minItems, maxItems, items, prefixItems, uniqueItems } = schema;
  const problems: ConfigProblem[] = [];
  const add = (message: string, accepted: string): void => void problems.push({ path, message, accepted });
  if (typeof minItems === "number" && list.length < minItems) {
    add(list.length === 0 ? "Is empty" : `Has ${list.length} entries`, `at least ${minItems}`);
  }
  if (typeof maxItems === "number" && list.length > maxItems) {
    add(`Has ${list.length} entries`, `at most ${maxItems}`);
  }
  if (uniqueItems === true && new Set(list.map((each) => JSON.stringify(each))).size < list.length) {
    add("Has the same entry twice", "entries that differ from each other");
  }
  const first = Array.isArray(prefixItems) ? prefixItems.filter(isObject) : [];
  const rest = isObject(items) ? items : null;
  for (const [index, item] of list.entries()) {
    const schemaOfItem = first[index] ?? rest;
    if (schemaOfItem) problems.push(...problemsAt(schemaOfItem, item, below(path, String(index)), checking));
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems;
}

function objectProblems(
  schema: JsonObject,
  object: JsonObject,
  path: string,
  checking: Checking,
): ConfigProblem[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const problems: ConfigProblem[] = [];
  for (const name of required) {
    if (typeof name !== "string" || Object.hasOwn(object, name)) continue;
    const member = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const found = isObject(member) ? problemsAt(member, undefined, below(path, name), checking) : [];
    problems.push({ path: below(path, name), message: "Is needed", ...accepted(found[0]?.accepted) });
  }
  const { additionalProperties, propertyNames } = schema;
  for (const [name, value] of Object.entries(object)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const place = below(path, name);
    if (isObject(own)) problems.push(...problemsAt(own, value, place, checking));
    else if (own === false) {
      const known = Object.keys(properties).join(", ");
      problems.push({ path: place, message: `There is no field "${name.slice(0, 40)}"`, ...accepted(known) });
    }
    if (isObject(propertyNames)) problems.push(...problemsAt(propertyNames, name, place, checking));
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems;
}

function accepted(text: string | undefined): { accepted?: string } {
  return text ? { accepted: text } : {};
}

function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
