/**
 * Fields by which records are found. A field that is declared for a collection with records is built: first the
 * collection says that it is being built, so that whoever writes from then on writes its entry; then those of before get
 * theirs. A process that dies meanwhile leaves the rest to whoever declares or asks next.
 */
import { EngineError, invalid } from "../errors.ts";
import { MAX_INDEXES } from "../schemas/collection.ts";
import { keys } from "../store/keys.ts";
import { EMPTY, encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import { entriesOf, entryKeys } from "./record.ts";
import type { CollectionMeta, StoredRecord } from "./record.ts";
import type { CollectionDeps } from "./write.ts";

/** A field may still be declared for so many records. */
export const MAX_BUILT = 10_000;
const MAX_TRIES = 50;

export async function countOf(store: Store, collection: string): Promise<number> {
  const { value } = await store.kv.get<Deno.KvU64>(keys.recordCount(collection));
  return value === null ? 0 : Number(value.value);
}

/** The collection with these fields declared; made when it is not there. Throws 422 when there are too many. */
export async function withIndexes(
  deps: CollectionDeps,
  collection: string,
  fields: readonly string[],
): Promise<Entry<CollectionMeta>> {
  const { store, now } = deps;
  const key = keys.collection(collection);
  for (let i = 0; i < MAX_TRIES; i++) {
    const known = await store.get<CollectionMeta>(key);
    const missing = fields.filter((field) => !known?.value.indexes.includes(field));
    if (known && missing.length === 0) return known;
    const indexes = [...known?.value.indexes ?? [], ...missing];
    if (indexes.length > MAX_INDEXES) throw tooMany(collection, indexes);
    const count = known && missing.length > 0 ? await countOf(store, collection) : 0;
    if (count > MAX_BUILT) throw tooLate(collection, count, missing);
    const building = [...known?.value.building ?? [], ...known ? missing : []];
    const meta: CollectionMeta = { v: 1, indexes, building, createdAt: known?.value.createdAt ?? now() };
    const result = await store.commit({
      name: "collection",
      checks: [{ key, versionstamp: known?.versionstamp ?? null }],
      sets: [{ key, value: encode(meta) }],
    });
    if (result.ok) return { value: meta, versionstamp: result.versionstamp };
  }
  throw new EngineError(
    "busy",
    409,
    "Conflict with the present state",
    `The collection ${collection} is being changed`,
  );
}

/** Gives the records of before their entries for fields that are being built. */
export async function finishIndexes(deps: CollectionDeps, collection: string): Promise<void> {
  const { store } = deps;
  const key = keys.collection(collection);
  for (let i = 0; i < MAX_TRIES; i++) {
    const meta = await store.get<CollectionMeta>(key);
    if (!meta || meta.value.building.length === 0) return;
    await build(store, collection, meta.value.indexes);
    const done: CollectionMeta = { ...meta.value, building: [] };
    const checks = [{ key, versionstamp: meta.versionstamp }];
    const result = await store.commit({ name: "collection", checks, sets: [{ key, value: encode(done) }] });
    // A field that was declared meanwhile is built in the next turn.
    if (result.ok) return;
  }
}

async function build(store: Store, collection: string, fields: readonly string[]): Promise<void> {
  const selector = { prefix: keys.record(collection, "").slice(0, 2) };
  for await (const { key, value, versionstamp } of store.list<StoredRecord>({ selector })) {
    const id = String(key[2]);
    const has = new Set(value.entries.map(([field]) => field));
    const missing = fields.filter((field) => !has.has(field));
    const entries = missing.flatMap((field) => fitting(value, field));
    if (entries.length === 0) continue;
    // Whoever wrote it meanwhile knew of the fields already: nothing is to be done again.
    await store.commit({
      name: "collection",
      checks: [{ key, versionstamp }],
      sets: [
        { key, value: encode({ ...value, entries: [...value.entries, ...entries] } satisfies StoredRecord) },
        ...entryKeys(collection, id, entries).map((each) => ({ key: each, value: EMPTY })),
      ],
    });
  }
}

/** A record of before cannot be refused any more: what nothing can be found by is left out. */
function fitting({ value }: StoredRecord, field: string): StoredRecord["entries"] {
  try {
    return entriesOf(value, [field]);
  } catch {
    return [];
  }
}

function tooMany(collection: string, fields: readonly string[]): Error {
  return invalid(`"${collection}" would be found by ${fields.length} fields`, [{
    path: "indexes",
    message: `The collection would have ${fields.length} indexed fields`,
    accepted: `at most ${MAX_INDEXES}`,
  }]);
}

function tooLate(collection: string, count: number, fields: readonly string[]): Error {
  return invalid(`"${collection}" has ${count} records already`, [{
    path: "indexes",
    message: `${fields.join(", ")} cannot be declared any more: the collection has ${count} records`,
    accepted: `fields that are declared before there are ${MAX_BUILT} records`,
  }]);
}
