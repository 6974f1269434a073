import type { CollectionInfo, CollectionRecord, IndexValue } from "../schemas/collection.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import { invalid } from "../errors.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { encode } from "../store/store.ts";

/** `["collection", name]`. Times are epoch ms. */
export interface CollectionMeta {
  v: 1;
  /** Fields that every record is found by. */
  indexes: string[];
  /** Those of them whose entries are still being made for records that were there before. */
  building: string[];
  createdAt: number;
}

/** `["record", collection, key]`. */
export interface StoredRecord {
  v: 1;
  value: Json;
  /** The index entries that it has: what is written anew takes these out. */
  entries: [field: string, value: IndexValue][];
  createdAt: number;
  updatedAt: number;
  /** Tells after an unknown throw whether a write was applied. */
  commit: string;
}

/** A value ends at 64 KiB, and the record's own words are in it. */
const MAX_VALUE_BYTES = 60 * 1_024;
const MAX_TEXT = 200;
const MAX_LIST = 20;

/** Throws 422 naming `value` for what does not fit into one record. */
export function checkSize(value: Json): void {
  const { length } = encode(value);
  if (length <= MAX_VALUE_BYTES) return;
  throw invalid("The record is too large", [{
    path: "value",
    message: `has ${length} bytes as JSON`,
    accepted: `at most ${MAX_VALUE_BYTES} bytes (60 KiB)`,
  }]);
}

/**
 * What a record is found by: each field's text, number or yes/no, or each of a list's. Null and what is missing are not
 * found. Throws 422 naming the field for objects, texts over 200 characters and lists over 20.
 */
export function entriesOf(value: Json, fields: readonly string[]): StoredRecord["entries"] {
  return fields.flatMap((field) => {
    const found = memberAt(value, field.split("."));
    if (found === undefined || found === null) return [];
    const list = Array.isArray(found) ? found : [found];
    if (list.length > MAX_LIST) throw unfit(field, `is a list of ${list.length}`);
    const values = list.map((each) => {
      if (typeof each === "number" || typeof each === "boolean") return each;
      if (typeof each === "string" && each.length <= MAX_TEXT) return each;
      throw unfit(field, typeof each === "string" ? `has ${each.length} characters` : "is no text or number");
    });
    return [...new Set(values)].map((each): [string, IndexValue] => [field, each]);
  });
}

function unfit(field: string, what: string): Error {
  return invalid(`"${field}" ${what}, so that nothing can be found by it`, [{
    path: `value.${field}`,
    message: what,
    accepted:
      `a text of at most ${MAX_TEXT} characters, a number, true or false, or a list of ${MAX_LIST} of them`,
  }]);
}

function memberAt(value: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at) || !Object.hasOwn(at, name)) {
      return undefined;
    }
    at = at[name];
  }
  return at;
}

/** The keys of a record's index entries. */
export function entryKeys(collection: string, key: string, entries: StoredRecord["entries"]): Key[] {
  return entries.map(([field, value]) => keys.recordIndex(collection, field, value, key));
}

/** Members of objects are added; anything else is replaced. */
export function merged(before: Json | undefined, value: Json): Json {
  if (!isObject(before) || !isObject(value)) return value;
  return { ...before, ...value };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As the API shows it. */
export function toRecord(key: string, { value, createdAt, updatedAt }: StoredRecord): CollectionRecord {
  return {
    key,
    value,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

/** As the API shows it. */
export function toInfo(name: string, { indexes, createdAt }: CollectionMeta, count: number): CollectionInfo {
  return { name, count, indexes, createdAt: new Date(createdAt).toISOString() };
}
