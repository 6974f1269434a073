import { conflict } from "../errors.ts";
import { PutInput } from "../schemas/collection.ts";
import type { CollectionRecord } from "../schemas/collection.ts";
import type { Write } from "../store/commit.ts";
import { deliveryOf, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import { keys } from "../store/keys.ts";
import { EMPTY, encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import { finishIndexes, withIndexes } from "./indexes.ts";
import { checkSize, entriesOf, entryKeys, merged, toRecord } from "./record.ts";
import type { CollectionMeta, StoredRecord } from "./record.ts";

export interface CollectionDeps {
  store: Store;
  /** Epoch ms. */
  now(): number;
  /** Monotonic ULIDs. */
  newId(): string;
}

const MAX_TRIES = 50;

/** What makes an act happen once: the delivery record that its commit carries. */
type Once = Required<Pick<Write, "checks" | "sets">>;

/**
 * Writes a record with its index entries and the collection's count in one commit. The same `idempotencyKey` writes once:
 * again, it answers with the record as it is by then. Throws 422 naming the field, 409 `busy`.
 */
export async function putRecord(
  deps: CollectionDeps,
  at: { collection: string; key: string; idempotencyKey?: string | undefined },
  given: PutInput,
): Promise<{ created: boolean; record: CollectionRecord }> {
  const { collection, key } = at;
  const input = PutInput.parse(given);
  for (let i = 0; i < MAX_TRIES; i++) {
    const once = await onceOf(deps, at.idempotencyKey, "put");
    const before = await deps.store.get<StoredRecord>(keys.record(collection, key));
    if (once === "done") return { created: false, record: recordAgain(key, before, input, deps.now()) };
    const meta = await withIndexes(deps, collection, input.indexes);
    const { write, record } = putWrite(deps, { collection, key, before, meta, input });
    const result = await deps.store.commit({
      ...write,
      checks: [...write.checks, ...once?.checks ?? []],
      sets: [...write.sets, ...once?.sets ?? []],
    });
    if (!result.ok) continue;
    // Whoever declared a field answers once records of before are found by it too.
    if (meta.value.building.length > 0) await finishIndexes(deps, collection);
    return { created: before === null, record: toRecord(key, record) };
  }
  throw busy(collection);
}

/** Of an act that was done before: what is there by now, or what was written when it has been deleted since. */
function recordAgain(
  key: string,
  before: Entry<StoredRecord> | null,
  { value }: PutInput,
  now: number,
): CollectionRecord {
  if (before) return toRecord(key, before.value);
  return toRecord(key, { v: 1, value, entries: [], createdAt: now, updatedAt: now, commit: "" });
}

function putWrite(
  { now, newId }: CollectionDeps,
  about: {
    collection: string;
    key: string;
    before: Entry<StoredRecord> | null;
    meta: Entry<CollectionMeta>;
    input: PutInput;
  },
): { write: Write & Required<Pick<Write, "checks" | "sets">>; record: StoredRecord } {
  const { collection, key, before, meta, input } = about;
  const value = input.mode === "merge" ? merged(before?.value.value, input.value) : input.value;
  checkSize(value);
  const entries = entriesOf(value, meta.value.indexes);
  const at = now();
  const commit = newId();
  const record = {
    v: 1 as const,
    value,
    entries,
    createdAt: before?.value.createdAt ?? at,
    updatedAt: at,
    commit,
  };
  const [added, gone] = changedEntries({ collection, key }, before?.value.entries ?? [], entries);
  return {
    record,
    write: {
      name: "collection",
      checks: [
        { key: keys.record(collection, key), versionstamp: before?.versionstamp ?? null },
        // A field that is declared meanwhile must find this record too.
        { key: keys.collection(collection), versionstamp: meta.versionstamp },
      ],
      sets: [
        { key: keys.record(collection, key), value: encode(record) },
        ...added.map((each) => ({ key: each, value: EMPTY })),
      ],
      deletes: gone,
      sums: before ? [] : [{ key: keys.recordCount(collection), add: 1 }],
      proof: { key: keys.record(collection, key), id: commit },
    },
  };
}

function changedEntries(
  { collection, key }: { collection: string; key: string },
  before: StoredRecord["entries"],
  after: StoredRecord["entries"],
): [added: Deno.KvKey[], gone: Deno.KvKey[]] {
  const has = (list: StoredRecord["entries"], [field, value]: StoredRecord["entries"][number]): boolean =>
    list.some((one) => one[0] === field && one[1] === value);
  return [
    entryKeys(collection, key, after.filter((each) => !has(before, each))),
    entryKeys(collection, key, before.filter((each) => !has(after, each))),
  ];
}

/** Deletes a record with its index entries; false: there was none. The same `idempotencyKey` deletes once. Throws 409 `busy`. */
export async function removeRecord(
  deps: CollectionDeps,
  at: { collection: string; key: string; idempotencyKey?: string | undefined },
): Promise<boolean> {
  const { collection, key } = at;
  for (let i = 0; i < MAX_TRIES; i++) {
    const once = await onceOf(deps, at.idempotencyKey, "delete");
    if (once === "done") return true;
    const before = await deps.store.get<StoredRecord>(keys.record(collection, key));
    if (!before) return false;
    const result = await deps.store.commit({
      name: "collection",
      checks: [
        { key: keys.record(collection, key), versionstamp: before.versionstamp },
        ...once?.checks ?? [],
      ],
      sets: once?.sets ?? [],
      deletes: [keys.record(collection, key), ...entryKeys(collection, key, before.value.entries)],
      sums: [{ key: keys.recordCount(collection), add: -1 }],
    });
    if (result.ok) return true;
  }
  throw busy(collection);
}

/** The same step's act is done once, however often its attempt is repeated; its text may render otherwise by then. */
async function onceOf(
  { store, now }: CollectionDeps,
  idempotencyKey: string | undefined,
  what: "put" | "delete",
): Promise<Once | "done" | null> {
  const delivery = await deliveryOf("collection", idempotencyKey, what);
  if (!delivery) return null;
  const found = await findDelivery(store, delivery, now());
  if (found.known) return "done";
  return deliveryWrite(delivery, found.expired, { id: what, at: now() });
}

function busy(collection: string): Error {
  return conflict("busy", `The collection ${collection} is being changed by many at once; try again`);
}
