import type { ConfigProblem } from "../../../engine/core/config.ts";
import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import { sameJson } from "./json_value.ts";
import { typeProblem } from "./json_schema_words.ts";

/**
 * Problems of a value that may be one of several things: none when one of them takes it. Otherwise those of the thing
 * that is meant (by its constant, such as `kind`, else by its keys, else by its type), so that the message is about one field.
 */
export function alternativeProblems(
  choices: readonly JsonObject[],
  value: Json | undefined,
  check: (choice: JsonObject) => ConfigProblem[],
  path: string,
): ConfigProblem[] {
  const results = choices.map((choice) => ({ choice, problems: check(choice) }));
  if (results.some(({ problems }) => problems.length === 0)) return [];
  const near = results.filter(({ choice }) => hasType(choice, value));
  if (near.length === 0) return [noneOf(results, value, path)];
  const marked = near.filter(({ choice }) => hasConstants(choice, value));
  const named = (marked.length > 0 ? marked : near).toSorted((a, b) =>
    strangers(a.choice, value) - strangers(b.choice, value) || a.problems.length - b.problems.length
  );
  const tag = marked.length === 0 ? tagProblem(near.map(({ choice }) => choice), value, path) : null;
  return tag ? [tag] : named[0]?.problems ?? [];
}

function hasType(choice: JsonObject, value: Json | undefined): boolean {
  if ("const" in choice || Array.isArray(choice.enum)) {
    const example = "const" in choice
      ? choice.const
      : Array.isArray(choice.enum)
      ? choice.enum[0]
      : undefined;
    return typeof example === typeof value;
  }
  return typeProblem(choice, value) === null;
}

function noneOf(
  results: readonly { problems: readonly ConfigProblem[] }[],
  value: Json | undefined,
  path: string,
): ConfigProblem {
  const accepted = [...new Set(results.flatMap(({ problems }) => problems[0]?.accepted ?? []))].join(" or ");
  const message = value === undefined ? "Is needed" : "Is nothing that is accepted here";
  return { path, message, ...(accepted ? { accepted } : {}) };
}

/** The constants that a choice's members must have, such as `{ kind: "text" }`. */
function constantsOf({ properties }: JsonObject): Map<string, Json[]> {
  const found = new Map<string, Json[]>();
  if (!isObject(properties)) return found;
  for (const [name, schema] of Object.entries(properties)) {
    if (!isObject(schema)) continue;
    if (schema.const !== undefined) found.set(name, [schema.const]);
    else if (Array.isArray(schema.enum)) found.set(name, schema.enum);
  }
  return found;
}

function hasConstants(choice: JsonObject, value: Json | undefined): boolean {
  const constants = constantsOf(choice);
  if (constants.size === 0 || !isObject(value)) return false;
  return [...constants].every(([name, accepted]) => accepted.some((each) => sameJson(each, value[name])));
}

/** A member that says which of the choices is meant, where it says something that none has. */
function tagProblem(
  choices: readonly JsonObject[],
  value: Json | undefined,
  path: string,
): ConfigProblem | null {
  if (choices.length < 2 || !isObject(value)) return null;
  const tables = choices.map(constantsOf);
  const name = [...tables[0]?.keys() ?? []].find((each) => tables.every((table) => table.has(each)));
  if (name === undefined) return null;
  const accepted = [...new Set(tables.flatMap((table) => table.get(name) ?? []))];
  if (accepted.some((each) => sameJson(each, value[name]))) return null;
  const found = value[name];
  return {
    path: path === "" ? name : `${path}.${name}`,
    message: found === undefined
      ? "Is needed"
      : `${JSON.stringify(found).slice(0, 60)} is none of the choices`,
    accepted: accepted.map((each) => JSON.stringify(each)).join(", "),
  };
}

/** How many of the value's members the choice does not know, and of its own the value does not have. */
function strangers({ properties, required }: JsonObject, value: Json | undefined): number {
  if (!isObject(value)) return 0;
  const known = isObject(properties) ? properties : {};
  const missing = Array.isArray(required)
    ? required.filter((name) => typeof name === "string" && !Object.hasOwn(value, name)).length
    : 0;
  return Object.keys(value).filter((name) => !Object.hasOwn(known, name)).length + missing;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
