import type { Collections } from "../contract.ts";
import { EngineError, invalid, notFound } from "../errors.ts";
import { CollectionName, RecordKey } from "../schemas/collection.ts";
import type {
  CollectionAct,
  CollectionAnswer,
  CollectionInfo,
  CollectionRecord,
  IndexValue,
} from "../schemas/collection.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import { badCursor } from "../store/pages.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import { countOf, finishIndexes } from "./indexes.ts";
import { toInfo, toRecord } from "./record.ts";
import type { CollectionMeta, StoredRecord } from "./record.ts";
import { putRecord, removeRecord } from "./write.ts";
import type { CollectionDeps } from "./write.ts";

/** The subject with what steps ask of it. */
export interface CollectionSubject extends Collections {
  /** One act of a step; what it writes is written once for its key. Throws EngineError. */
  act(act: CollectionAct, idempotencyKey: string): Promise<CollectionAnswer>;
}

/** The team's own records over the store (contract: `Collections`): nothing here reads a collection from end to end. */
export function createCollections(deps: CollectionDeps): CollectionSubject {
  const { store } = deps;
  return {
    list: (paging) => listCollections(store, paging),
    async get(name): Promise<CollectionInfo> {
      return await infoOf(store, nameOf(name));
    },
    records: async (name, paging) => await listRecords(store, nameOf(name), paging),
    find: async (name, by, paging) => await findRecords(deps, nameOf(name), { ...by, ...paging }),
    async record(name, key): Promise<CollectionRecord> {
      const found = await recordOf(store, nameOf(name), keyOf(key));
      return found ?? missing(key);
    },
    put: async (name, key, input) =>
      await putRecord(deps, { collection: nameOf(name), key: keyOf(key) }, input),
    async remove(name, key): Promise<void> {
      if (!await removeRecord(deps, { collection: nameOf(name), key: keyOf(key) })) missing(key);
    },
    act: (act, idempotencyKey) => perform(deps, act, idempotencyKey),
  };
}

async function perform(
  deps: CollectionDeps,
  act: CollectionAct,
  idempotencyKey: string,
): Promise<CollectionAnswer> {
  const { store } = deps;
  const collection = nameOf(act.collection);
  switch (act.action) {
    case "get": {
      const record = await recordOf(store, collection, keyOf(act.key));
      return { found: record !== null, record };
    }
    case "put":
      return await putRecord(deps, { collection, key: keyOf(act.key), idempotencyKey }, act.input);
    case "delete":
      return { deleted: await removeRecord(deps, { collection, key: keyOf(act.key), idempotencyKey }) };
    case "count":
      return { count: await countOf(store, collection) };
    case "list":
      return await listRecords(store, collection, act);
    case "find":
      return await findRecords(deps, collection, act);
    default:
      return act satisfies never;
  }
}

function missing(key: string): never {
  throw notFound("record", key);
}

function nameOf(name: string): string {
  const parsed = CollectionName.safeParse(name);
  if (parsed.success) return parsed.data;
  const message = `"${name.slice(0, 80)}" is no name of a collection`;
  throw invalid(message, [{ path: "collection", message, accepted: "1 to 64 of a–z 0–9 _ -" }]);
}

function keyOf(key: string): string {
  const parsed = RecordKey.safeParse(key);
  if (parsed.success) return parsed.data;
  const message = key.trim() === "" ? "The key is empty" : `The key has ${key.length} characters`;
  throw invalid(message, [{ path: "key", message, accepted: "1 to 200 characters" }]);
}

async function recordOf(store: Store, collection: string, key: string): Promise<CollectionRecord | null> {
  const entry = await store.get<StoredRecord>(keys.record(collection, key));
  return entry && toRecord(key, entry.value);
}

async function infoOf(store: Store, name: string): Promise<CollectionInfo> {
  const meta = await store.get<CollectionMeta>(keys.collection(name));
  if (!meta) throw notFound("collection", name);
  return toInfo(name, meta.value, await countOf(store, name));
}

async function listCollections(store: Store, paging: Paging): Promise<Page<CollectionInfo>> {
  const { items, nextCursor } = await pageOfKeys(store, keys.collection("").slice(0, 1), paging);
  const metas = await store.getMany<CollectionMeta>(items.map(keys.collection));
  const infos = await Promise.all(items.map(async (name, i) => {
    const meta = metas[i];
    return meta ? [toInfo(name, meta.value, await countOf(store, name))] : [];
  }));
  return { items: infos.flat(), nextCursor };
}

/** In the order of their keys. */
async function listRecords(
  store: Store,
  collection: string,
  paging: { limit: number; cursor?: string | null | undefined },
): Promise<Page<CollectionRecord>> {
  return await readPage(store, collection, keys.record(collection, "").slice(0, 2), paging);
}

/** Those whose field has this value, in the order of their keys; 422 naming the field when it is not indexed. */
async function findRecords(
  deps: CollectionDeps,
  collection: string,
  by: { field: string; value: IndexValue; limit: number; cursor?: string | null | undefined },
): Promise<Page<CollectionRecord>> {
  const { store } = deps;
  const { field, value } = by;
  const meta = await store.get<CollectionMeta>(keys.collection(collection));
  const indexes = meta?.value.indexes ?? [];
  // Of a collection that nobody has written yet nothing is known, and nothing is in it.
  if (!meta) return { items: [], nextCursor: null };
  if (!indexes.includes(field)) {
    throw new EngineError(
      "not-indexed",
      422,
      "Not indexed",
      `"${collection}" cannot be searched by ${field}`,
      {
        issues: [{
          path: "field",
          message: `"${field.slice(0, 100)}" is no indexed field of "${collection}"`,
          accepted: indexes.join(", ") || "none yet: a put declares fields",
        }],
      },
    );
  }
  if (meta.value.building.includes(field)) await finishIndexes(deps, collection);
  return await readPage(store, collection, keys.recordIndex(collection, field, value, "").slice(0, 4), by);
}

/** One page of records whose keys end keys under this prefix. */
async function readPage(
  store: Store,
  collection: string,
  prefix: Key,
  paging: { limit: number; cursor?: string | null | undefined },
): Promise<Page<CollectionRecord>> {
  const { items, nextCursor } = await pageOfKeys(store, prefix, paging);
  const records = await store.getMany<StoredRecord>(items.map((key) => keys.record(collection, key)));
  // A record may have gone since its entry was read.
  const found = items.flatMap((key, i) => records[i] ? [toRecord(key, records[i].value)] : []);
  return { items: found, nextCursor };
}

async function pageOfKeys(
  store: Store,
  prefix: Key,
  { limit, cursor }: { limit: number; cursor?: string | null | undefined },
): Promise<{ items: string[]; nextCursor: string | null }> {
  if (cursor && cursor.length > 200) throw badCursor();
  const selector = cursor ? { prefix, start: [...prefix, `${cursor}\u0000`] } : { prefix };
  const found = await store.keys({ selector, limit: limit + 1 });
  const items = found.slice(0, limit).map((key) => String(key.at(-1)));
  return { items, nextCursor: found.length > limit ? items.at(-1) ?? null : null };
}
