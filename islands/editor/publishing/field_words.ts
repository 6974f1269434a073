/** Where a value that differs stands, and what it is, in words: pure. */
import type { Json } from "../../../engine/schemas/json.ts";
import { humanize, isObject, propertiesOf, resolve, type Schema, wordOf } from "../inspector/schema.ts";

const NAMES: ReadonlyMap<string, string> = new Map([
  ["label", "Name"],
  ["position", "Place"],
  ["sourceHandle", "Port"],
]);

/** "Headers › 1 › Value" for `config.headers.0.value`, by the titles of the node type's form. */
export function fieldName(path: string, schema?: Schema): string {
  const [first = "", ...rest] = path.split(".");
  if (first !== "config" || !rest.length) {
    return [NAMES.get(first) ?? humanize(first), ...rest.map(partName)].join(" › ");
  }
  let at: Schema | undefined = schema;
  return rest.map((part) => {
    at = at && schema ? inside(resolve(at, schema), part) : undefined;
    return (at && wordOf(at, "title")) ?? partName(part);
  }).join(" › ");
}

function inside(schema: Schema, part: string): Schema | undefined {
  const { items } = schema;
  if (/^\d+$/.test(part)) return isObject(items) ? { ...items, title: partName(part) } : undefined;
  return propertiesOf(schema).find(([name]) => name === part)?.[1];
}

/** Lists are counted as people do. */
function partName(part: string): string {
  return /^\d+$/.test(part) ? String(Number(part) + 1) : humanize(part);
}

/** A text as it is, anything else as JSON; null for what is not there. */
export function valueText(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value as Json, null, 2);
}
