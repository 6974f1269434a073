import type { Json } from "../../../engine/schemas/json.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "./document.ts";

/**
 * The steps that name a secret which is not stored: nothing keeps them from being published, as it may be stored later,
 * but each would fail. Paths as in issues: `nodes.<id>.config.<field>`.
 */
export function missingSecrets(document: EditorDocument, stored: ReadonlySet<string>): Issue[] {
  return document.nodes.flatMap((node) =>
    secretPlaces(node.data.config).filter(({ name }) => !stored.has(name)).map(({ name, path }) => ({
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

/** Where a config refers to secrets, as the engine reads it: an object with the one key `secret`. */
function secretPlaces(
  value: Json,
  path: readonly string[] = [],
): { name: string; path: readonly string[] }[] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value);
  const [only, another] = entries;
  if (!Array.isArray(value) && !another && only?.[0] === "secret" && typeof only[1] === "string") {
    return [{ name: only[1], path }];
  }
  return entries.flatMap(([key, member]) => secretPlaces(member, [...path, key]));
}
