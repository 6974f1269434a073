import type { Json, JsonObject } from "../../../engine/schemas/json.ts";

/** A JSON Schema as a node type's descriptor carries it. */
export type Schema = JsonObject;

const MAX_REFS = 20;
const MAX_DEPTH = 6;
export const JSON_TYPES = ["string", "number", "boolean", "null", "array", "object"] as const;
export type JsonType = (typeof JSON_TYPES)[number];

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, number, … of the schema itself; undefined when it is of another kind. */
export function wordOf(
  schema: Schema,
  name: "title" | "description" | "format" | "pattern",
): string | undefined {
  const value = schema[name];
  return typeof value === "string" ? value : undefined;
}

export function limitOf(
  schema: Schema,
  name: "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems",
): number | undefined {
  const value = schema[name];
  return typeof value === "number" ? value : undefined;
}

/** The schema with its `$ref` followed; what stands beside the reference (title, description) wins. */
export function resolve(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let i = 0; i < MAX_REFS && typeof found.$ref === "string"; i++) {
    const { $ref, ...rest } = found;
    found = { ...targetOf(String($ref), root), ...rest };
  }
  return found;
}

function targetOf(ref: string, root: Schema): Schema {
  let found: Json = root;
  for (const part of ref.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    found = isObject(found) && Object.hasOwn(found, part) ? found[part] ?? null : null;
  }
  return isObject(found) ? found : {};
}

/** Its fields in the order in which the node type declares them. */
export function propertiesOf(schema: Schema): [name: string, schema: Schema][] {
  return isObject(schema.properties)
    ? Object.entries(schema.properties).flatMap(([name, one]) => isObject(one) ? [[name, one]] : [])
    : [];
}

export function isRequired(schema: Schema, name: string): boolean {
  return Array.isArray(schema.required) && schema.required.includes(name);
}

/** The values of an enum of texts and numbers; null when it is none. */
export function choicesOf(schema: Schema): (string | number)[] | null {
  if (!Array.isArray(schema.enum) || schema.enum.length === 0) return null;
  const values = schema.enum.filter((value) => typeof value === "string" || typeof value === "number");
  return values.length === schema.enum.length ? values : null;
}

export interface Branch {
  /** What the discriminator says when this branch is meant. */
  value: Json;
  title: string;
  schema: Schema;
}
export interface Variant {
  /** The field that says which branch it is. */
  key: string;
  branches: Branch[];
}

/** The branches of a union whose members are told apart by one constant field; null when it is no such union. */
export function variantOf(schema: Schema, root: Schema): Variant | null {
  const options = alternatives(schema).map((option) => resolve(option, root));
  const [first] = options;
  if (!first || options.length < 2) return null;
  for (const [key] of propertiesOf(first)) {
    const values = options.map((option) => constantAt(option, key));
    if (values.includes(undefined) || new Set(values).size < values.length) continue;
    const branches = options.map((option, i) => ({
      value: values[i] ?? null,
      title: wordOf(option, "title") ?? humanize(String(values[i])),
      schema: option,
    }));
    return { key, branches };
  }
  return null;
}

/** The branch that the value says it is; undefined when it says none. */
export function branchOf(variant: Variant, value: Json | undefined): Branch | undefined {
  const said = isObject(value) ? value[variant.key] : undefined;
  return variant.branches.find((branch) => branch.value === said);
}

function alternatives(schema: Schema): Schema[] {
  const list = Array.isArray(schema.oneOf) ? schema.oneOf : Array.isArray(schema.anyOf) ? schema.anyOf : [];
  return list.filter(isObject);
}

function constantAt(schema: Schema, key: string): Json | undefined {
  return propertiesOf(schema).find(([name]) => name === key)?.[1].const;
}

/** Kinds of JSON that the schema takes; an empty schema takes all. `integer` counts as number. */
export function typesOf(schema: Schema, root: Schema, depth = 0): Set<JsonType> {
  const found = resolve(schema, root);
  if (found.type !== undefined) return new Set([found.type].flat().flatMap(asType));
  if (found.const !== undefined) return new Set([typeOf(found.const)]);
  if (Array.isArray(found.enum)) return new Set(found.enum.map(typeOf));
  const options = alternatives(found);
  if (options.length === 0) return new Set(JSON_TYPES);
  return depth > MAX_DEPTH
    ? new Set()
    : new Set(options.flatMap((one) => [...typesOf(one, root, depth + 1)]));
}

function asType(name: Json): JsonType[] {
  const wanted = name === "integer" ? "number" : name;
  return JSON_TYPES.filter((type) => type === wanted);
}

export function typeOf(value: Json): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "object"
    ? "object"
    : typeof value === "string"
    ? "string"
    : typeof value === "number"
    ? "number"
    : "boolean";
}

/** What an unset field begins with: its default, else what a person sees as empty. */
export function blankOf(schema: Schema, root: Schema): Json {
  const found = resolve(schema, root);
  if (found.default !== undefined) return found.default;
  if (found.const !== undefined) return found.const;
  const variant = variantOf(found, root);
  if (variant?.branches[0]) return blankOf(variant.branches[0].schema, root);
  const [first] = choicesOf(found) ?? [];
  if (first !== undefined) return first;
  const types = typesOf(found, root);
  if (types.has("string")) return "";
  if (types.has("boolean")) return false;
  if (types.has("number")) return limitOf(found, "minimum") ?? 0;
  if (types.has("array")) return [];
  return blankObject(found, root);
}

function blankObject(schema: Schema, root: Schema): JsonObject {
  const fields = propertiesOf(schema).filter(([name]) => isRequired(schema, name));
  return Object.fromEntries(fields.map(([name, one]) => [name, blankOf(one, root)]));
}

/** `once_after_exit` → "Once after exit"; what is written in capitals stays. */
export function humanize(name: string): string {
  const spaced = name.replaceAll(/[_-]+/g, " ").replaceAll(
    /([a-z\d])([A-Z])/g,
    (_, a, b) => `${a} ${b.toLowerCase()}`,
  );
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
