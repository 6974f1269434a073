import { z } from "zod";
import { Json } from "./json.ts";

/** Of all collections alike: part of an address and of a key. */
export const CollectionName = z.string().regex(/^[a-z0-9_-]{1,64}$/, "1 to 64 of a–z 0–9 _ -");

export const RecordKey = z.string().trim().min(1, "1 to 200 characters").max(200, "1 to 200 characters");

/** A field of a record's value, dotted: `email`, `company.name`. */
export const IndexField = z.string().max(100).regex(
  /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,4}$/,
  "a field such as email or company.name",
);

export const MAX_INDEXES = 10;
export const Indexes = z.array(IndexField).max(MAX_INDEXES, "at most 10 fields")
  .refine((list) => new Set(list).size === list.length, "fields that differ from each other");

/** What a field can be found by. */
export const IndexValue = z.union([z.string(), z.number(), z.boolean()]);
export type IndexValue = z.infer<typeof IndexValue>;

/** What a text in an address means: `5`, `true` and `"5"` are what they are as JSON; anything else is a text. */
export function indexValueOf(text: string): IndexValue {
  try {
    const parsed = IndexValue.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : text;
  } catch {
    return text;
  }
}

export const WRITE_MODES = ["replace", "merge"] as const;

export const PutInput = z.strictObject({
  value: Json,
  /** merge: fields of an object are added to those that are there. */
  mode: z.enum(WRITE_MODES).default("replace"),
  /** Fields to find it by, from now on for every record of the collection. */
  indexes: Indexes.default([]),
}).meta({ id: "CollectionPut" });
export type PutInput = z.infer<typeof PutInput>;

export const CollectionInfo = z.object({
  name: z.string(),
  count: z.number().int(),
  /** Fields by which its records can be found. */
  indexes: z.array(z.string()),
  createdAt: z.string(),
}).meta({ id: "Collection" });
export type CollectionInfo = z.infer<typeof CollectionInfo>;

export const CollectionRecord = z.object({
  key: z.string(),
  value: Json,
  createdAt: z.string(),
  updatedAt: z.string(),
}).meta({ id: "CollectionRecord" });
export type CollectionRecord = z.infer<typeof CollectionRecord>;

/** What a step asks of a collection. */
export type CollectionAct =
  | { action: "get"; collection: string; key: string }
  | { action: "put"; collection: string; key: string; input: PutInput }
  | { action: "delete"; collection: string; key: string }
  | { action: "count"; collection: string }
  | { action: "list"; collection: string; limit: number; cursor: string | null }
  | {
    action: "find";
    collection: string;
    field: string;
    value: IndexValue;
    limit: number;
    cursor: string | null;
  };

/** What it gets: plain JSON, as later steps read it. */
export type CollectionAnswer =
  | { found: boolean; record: CollectionRecord | null }
  | { created: boolean; record: CollectionRecord }
  | { deleted: boolean }
  | { count: number }
  | { items: CollectionRecord[]; nextCursor: string | null };
