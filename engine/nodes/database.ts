import { z } from "zod";
import { CollectionName, Indexes, IndexField, IndexValue, WRITE_MODES } from "../schemas/collection.ts";
import type { CollectionAct } from "../schemas/collection.ts";
import { Json } from "../schemas/json.ts";
import { StepError } from "../errors.ts";
import { defineNode } from "./define.ts";
import type { Outcome, StepContext } from "./define.ts";

const MOST = 100;

const collection = CollectionName.meta({
  title: "Collection",
  description: "Its name: a–z 0–9 _ -. It is made when something is put into it.",
});
const key = z.string().max(2_000).meta({
  title: "Key",
  description: "What the record is known by, such as {{ lead.email }}.",
});
const limit = z.number().int().min(1).max(MOST).default(20).meta({
  title: "At most",
  description: "So many records; nextCursor of the output leads on.",
});
const cursor = z.string().max(500).default("").meta({
  title: "From behind",
  description: "nextCursor of an earlier step; empty: from the first.",
});

const config = z.discriminatedUnion("action", [
  z.strictObject({
    action: z.literal("put"),
    collection,
    key,
    value: Json.meta({ title: "Value", description: "What is kept, at most 60 KiB; texts may hold {{ }}." }),
    mode: z.enum(WRITE_MODES).default("replace").meta({
      title: "If it is there",
      description:
        "replace: the new value stands alone. merge: its fields are added to those that are there.",
    }),
    indexes: Indexes.default([]).meta({
      title: "Found by",
      description: "Fields of the value by which records can be found, such as email or company.name.",
      uniqueItems: true,
    }),
  }).meta({ title: "Put a record" }),
  z.strictObject({ action: z.literal("get"), collection, key }).meta({ title: "Get a record" }),
  z.strictObject({
    action: z.literal("find"),
    collection,
    field: IndexField.meta({
      title: "Field",
      description: "One by which the collection's records are found.",
    }),
    value: Json.meta({ title: "Is", description: "Exactly this text or number; may hold {{ }}." }),
    limit,
    cursor,
  }).meta({ title: "Find records" }),
  z.strictObject({ action: z.literal("list"), collection, limit, cursor }).meta({ title: "List records" }),
  z.strictObject({ action: z.literal("count"), collection }).meta({ title: "Count the records" }),
  z.strictObject({ action: z.literal("delete"), collection, key }).meta({ title: "Delete a record" }),
]);
type Config = z.infer<typeof config>;

function bad(code: string, field: string, message: string): never {
  throw new StepError({ code, message, retryable: false, details: { field } });
}

/** Checked after rendering, because a lead's data may hold anything. */
function keyOf(given: string): string {
  const trimmed = given.trim();
  if (trimmed === "" || trimmed.length > 200) {
    const found = trimmed === "" ? "is empty" : `has ${trimmed.length} characters`;
    bad("bad_key", "key", `The key ${found}, 1 to 200 characters are accepted`);
  }
  return trimmed;
}

function actOf(config: Config): CollectionAct {
  switch (config.action) {
    case "put": {
      const { value, mode, indexes } = config;
      return { ...config, key: keyOf(config.key), input: { value, mode, indexes } };
    }
    case "get":
    case "delete":
      return { ...config, key: keyOf(config.key) };
    case "count":
      return config;
    case "list":
      return { ...config, cursor: config.cursor || null };
    case "find": {
      const value = IndexValue.safeParse(config.value);
      if (!value.success) bad("bad_value", "value", "Only a text, a number, true or false can be looked for");
      return { ...config, value: value.data, cursor: config.cursor || null };
    }
    default:
      return config satisfies never;
  }
}

async function run(config: Config, context: StepContext): Promise<Outcome> {
  return { kind: "done", output: { ...await context.collections(actOf(config)) } };
}

/**
 * Keeps and looks up the team's own records. A put or delete happens once, however often its attempt is repeated. Fails with
 * `bad_key`, `bad_value`, `invalid` (naming the field), `not_indexed` or `busy`.
 */
export default defineNode({
  type: "database",
  version: 1,
  kind: "effect",
  ledger: false,
  title: "Database",
  description: "Keeps records of your own and finds them again.",
  help: [
    "Keeps records in collections that are built in: nothing has to be installed. Every workflow of the team sees the same ones; you see them under Data.",
    'Example: put into the collection “customers” with the key {{ lead.email }} the value {"company": "{{ lead.company }}", "plan": "trial"}, found by company. A later workflow finds all where company is Acme.',
    "get puts out found and record, find and list put out items and nextCursor, count puts out count. Looking by a field is possible once a put has named it; the comparison is exact.",
  ].join("\n\n"),
  category: "data",
  keywords: ["record", "table", "store", "save", "spreadsheet"],
  icon: "database",
  config,
  example: {
    action: "put",
    collection: "customers",
    key: "{{ lead.email }}",
    value: { company: "{{ lead.company }}" },
    mode: "merge",
    indexes: ["company"],
  },
  ports: [{ id: "out", label: "Done" }, { id: "error", label: "Failed" }],
  summary: "{{ action | capitalize }} {{ key | truncate: 40 }}{{ field }} in {{ collection }}",
  templates: { key: "text", value: "value", cursor: "text" },
  check(given): { path: string; message: string; accepted?: string }[] {
    if (!("key" in given) || given.key.trim() !== "") return [];
    return [{ path: "key", message: "The record needs a key", accepted: "a text, or {{ lead.email }}" }];
  },
  run,
});
