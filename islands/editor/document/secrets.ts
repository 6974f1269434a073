import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { branchOf, isObject, propertiesOf, resolve, type Schema, variantOf } from "../inspector/schema.ts";
import type { EditorDocument } from "./document.ts";

/**
 * The steps that name a secret which is not stored: nothing keeps them from being published, as it may be stored later,
 * but each would fail. Paths as in issues: `nodes.<id>.config.<field>`.
 */
export function missingSecrets(
  document: EditorDocument,
  stored: ReadonlySet<string>,
  schemaOf: (type: string) => Schema | undefined,
): Issue[] {
  const placesIn = (type: string, config: JsonObject): Named[] => {
    const schema = schemaOf(type);
    return [...namedIn(config), ...schema ? namedByDefault(schema, schema, config) : []];
  };
  return document.nodes.flatMap((node) =>
    placesIn(node.type, node.data.config).filter(({ name }) => !stored.has(name)).map(({ name, path }) => ({
      path: ["nodes", node.id, "config", ...path].join("."),
      nodeId: node.id,
      message: missingWords(name),
    }))
  );
}

/** What is wrong where a name stands that no secret has. */
export function missingWords(name: string): string {
  return name === ""
    ? "No secret is chosen: it would fail"
    : `No secret has the name "${name}": it would fail`;
}

/** "one step would fail", "3 steps would fail". */
export function failWords(missing: readonly Issue[]): string {
  const steps = new Set(missing.map(({ nodeId }) => nodeId)).size;
  return steps === 1 ? "one step would fail" : `${steps} steps would fail`;
}

interface Named {
  name: string;
  path: readonly string[];
}

/** Where a config refers to secrets, as the engine reads it: an object with the one key `secret`. */
function namedIn(value: Json, path: readonly string[] = []): Named[] {
  if (typeof value !== "object" || value === null) return [];
  const name = nameIn(value);
  if (name !== null) return [{ name, path }];
  return Object.entries(value).flatMap(([key, member]) => namedIn(member, [...path, key]));
}

/** Names that the node type gives to fields which the config leaves out. */
function namedByDefault(
  schema: Schema,
  root: Schema,
  value: JsonObject,
  path: readonly string[] = [],
): Named[] {
  const found = resolve(schema, root);
  const variant = variantOf(found, root);
  const shape = variant ? branchOf(variant, value)?.schema ?? {} : found;
  return propertiesOf(shape).flatMap(([key, part]) => {
    const member = value[key];
    if (isObject(member)) return namedByDefault(part, root, member, [...path, key]);
    const name = member === undefined ? nameIn(resolve(part, root).default) : null;
    return name === null ? [] : [{ name, path: [...path, key] }];
  });
}

function nameIn(value: Json | undefined): string | null {
  if (!isObject(value) || Object.keys(value).length !== 1) return null;
  return typeof value.secret === "string" ? value.secret : null;
}
