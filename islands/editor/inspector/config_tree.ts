import type { Encoding } from "../../../engine/schemas/node.ts";
import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { type FieldKind, kindOf } from "./kinds.ts";
import { branchOf, isObject, propertiesOf, resolve, type Schema, variantOf } from "./schema.ts";

/** Dotted places below a config: `headers.0.value`; "" is the config itself. */
export function below(path: string, key: string | number): string {
  return path === "" ? String(key) : `${path}.${key}`;
}

/** The config with another value at the path; undefined takes the key away. What is not on the way is shared. */
export function withValue(config: JsonObject, path: string, value: Json | undefined): JsonObject {
  if (path === "") return isObject(value) ? value : {};
  const changed = changeAt(config, path.split("."), value);
  return isObject(changed) ? changed : config;
}

function changeAt(parent: Json, [key = "", ...rest]: string[], value: Json | undefined): Json {
  if (Array.isArray(parent)) {
    const next = rest.length === 0 ? value : changeAt(parent[Number(key)] ?? {}, rest, value);
    return parent.flatMap((each, i) => i !== Number(key) ? [each] : next === undefined ? [] : [next]);
  }
  const object = isObject(parent) ? parent : {};
  const next = rest.length === 0 ? value : changeAt(object[key] ?? {}, rest, value);
  if (next !== undefined) return { ...object, [key]: next };
  const { [key]: _, ...others } = object;
  return others;
}

/** What of the value its schema has no field for: shown as JSON, so that nothing is lost. */
export function unknownKeys(schema: Schema, value: Json | undefined, kind: FieldKind): string[] {
  if (!isObject(value)) return [];
  const known = kind === "condition" ? ["all", "any"] : propertiesOf(schema).map(([name]) => name);
  return Object.keys(value).filter((key) => !known.includes(key));
}

/** What of a node type decides how the places of its config are drawn. */
export interface Places {
  root: Schema;
  templates: { readonly [pattern: string]: Encoding };
  conditions: readonly string[];
}

function matches(pattern: string, path: string): boolean {
  const [wanted, segments] = [pattern.split("."), path.split(".")];
  return wanted.length === segments.length && wanted.every((one, i) => one === "*" || one === segments[i]);
}

/** Does a condition lie there? */
export function isConditionAt({ conditions }: Places, path: string): boolean {
  return conditions.some((pattern) => matches(pattern, path));
}

/** How a template there is encoded; null when its text is taken literally. Below a pattern everything is a template. */
export function encodingAt({ templates }: Places, path: string): Encoding | null {
  for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
    const found = Object.entries(templates).find(([pattern]) => matches(pattern, path.slice(0, end)))?.[1];
    if (found) return end < path.length && found === "json" ? "value" : found;
  }
  return null;
}

/** Every place that the form draws, outermost first; what lies deeper belongs to the nearest of them. */
export function drawnPaths(schema: Schema, value: Json | undefined, places: Places, path = ""): string[] {
  const found = resolve(schema, places.root);
  const kind = kindOf(found, places.root, isConditionAt(places, path));
  const down = (one: Schema, key: string | number, member: Json | undefined): string[] =>
    drawnPaths(one, member, places, below(path, key));
  const membersOf = (one: Schema): string[] =>
    propertiesOf(one).filter(([, field]) => field.const === undefined)
      .flatMap(([key, field]) => down(field, key, isObject(value) ? value[key] : undefined));
  switch (kind) {
    case "condition":
      return [path, ...conditionPathsOf(value, path)];
    case "variant": {
      const variant = variantOf(found, places.root);
      const branch = variant ? branchOf(variant, value) : undefined;
      return [path, ...branch ? membersOf(branch.schema) : []];
    }
    case "object":
      return [path, ...membersOf(found)];
    case "objects": {
      const item = isObject(found.items) ? found.items : {};
      return [path, ...Array.isArray(value) ? value.flatMap((each, i) => down(item, i, each)) : []];
    }
    case "texts":
      return [path, ...Array.isArray(value) ? value.map((_, i) => below(path, i)) : []];
    default:
      return [path];
  }
}

function conditionPathsOf(value: Json | undefined, path: string): string[] {
  if (!isObject(value)) return [];
  const key = Array.isArray(value.all) ? "all" : "any";
  const members = value[key];
  return Array.isArray(members)
    ? members.flatMap((member, i) => {
      const place = below(path, `${key}.${i}`);
      return [place, ...conditionPathsOf(member, place)];
    })
    : [];
}

/** Each issue at the nearest place that the form draws; what concerns the node as a whole is under "". */
export function placeIssues(
  issues: readonly Issue[],
  nodeId: string,
  drawn: readonly string[],
): Map<string, Issue[]> {
  const known = new Set(drawn);
  const placed = new Map<string, Issue[]>();
  for (const issue of issues) {
    let place = fieldOf(issue.path, nodeId);
    while (place !== "" && !known.has(place)) place = place.slice(0, Math.max(0, place.lastIndexOf(".")));
    placed.set(place, [...placed.get(place) ?? [], issue]);
  }
  return placed;
}

/** `nodes.mail.config.to`, `config.to` and `to` are the field `to`; `nodes.mail.data.timeout`, beside the config, is `@timeout`. */
export function fieldOf(path: string, nodeId: string): string {
  const start = `nodes.${nodeId}`;
  const isWhole = path === start || path.startsWith(`${start}.`);
  const own = (isWhole ? path.slice(start.length + 1) : path).replace(/^data\./, "");
  if (own === "config") return "";
  if (own.startsWith("config.")) return own.slice("config.".length);
  const beside = /^(retry|timeout|label)\b/.test(own) && (isWhole || path.startsWith("data."));
  return beside ? `@${own}` : own;
}
