import {
  choicesOf,
  isObject,
  propertiesOf,
  resolve,
  type Schema,
  typesOf,
  variantOf,
  wordOf,
} from "./schema.ts";

/** How a place of a config is drawn. `value` is a text, or JSON of the kinds that the schema takes. */
export type FieldKind =
  | "condition"
  | "variant"
  | "choice"
  | "switch"
  | "number"
  | "text"
  | "multiline"
  | "code"
  | "cron"
  | "lead-field"
  | "timezone"
  | "workflow"
  | "secret"
  | "duration"
  | "window"
  | "toggles"
  | "texts"
  | "objects"
  | "object"
  | "value"
  | "json";

const TEXT_FORMATS: ReadonlyMap<string | undefined, FieldKind> = new Map<string, FieldKind>([
  ["multiline", "multiline"],
  ["html", "multiline"],
  ["markdown", "multiline"],
  ["code", "code"],
  ["javascript", "code"],
  ["cron", "cron"],
  ["lead-field", "lead-field"],
  ["timezone", "timezone"],
  ["workflow", "workflow"],
  ["secret", "secret"],
]);

/** The kind of a resolved schema. Formats say it; what has none, or one that is not known, goes by its JSON type. */
export function kindOf(schema: Schema, root: Schema, isCondition: boolean): FieldKind {
  const format = wordOf(schema, "format");
  if (isCondition || format === "condition") return "condition";
  if (variantOf(schema, root)) return "variant";
  if (choicesOf(schema)) return "choice";
  const types = typesOf(schema, root);
  if (types.size > 1) types.delete("null");
  if (types.size > 1) return types.has("string") ? "value" : "json";
  switch ([...types][0]) {
    case "string":
      return TEXT_FORMATS.get(format) ?? "text";
    case "boolean":
      return "switch";
    case "number":
      return "number";
    case "array":
      return listKind(schema, root);
    case "object":
      if (format === "duration" || format === "window" || format === "secret") return format;
      return propertiesOf(schema).length > 0 ? "object" : "json";
    default:
      return "json";
  }
}

function listKind(schema: Schema, root: Schema): FieldKind {
  const items = isObject(schema.items) ? resolve(schema.items, root) : {};
  if (choicesOf(items)) return "toggles";
  const types = typesOf(items, root);
  if (types.size !== 1) return "json";
  if (types.has("string") || types.has("number")) return "texts";
  return types.has("object") && propertiesOf(items).length > 0 ? "objects" : "json";
}

/** Kinds that are a control of several parts: named by a legend and not by a label. */
export function isGroup(kind: FieldKind): boolean {
  return ["condition", "variant", "duration", "window", "toggles", "texts", "objects", "object"].includes(
    kind,
  );
}
