import { shardOf } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { DueEntry } from "./held.ts";

/** The due entries that say an execution has mail, as they are stored now. */
export async function mailEntries(store: Store, id: string, now: number): Promise<DueEntry[]> {
  const found: DueEntry[] = [];
  const shard = shardOf(id);
  for await (
    const { key, versionstamp } of store.kv.list({
      start: ["due", shard, 0, 0],
      end: ["due", shard, 0, now + 1],
    })
  ) {
    if (key[4] === "mail" && key[5] === id) found.push({ key, versionstamp });
  }
  return found;
}

/** Deletes entries that ask for nothing, and mail that nobody will read; not what was written anew since. */
export async function dropEntries(store: Store, id: string, entries: readonly DueEntry[]): Promise<void> {
  for (const entry of entries) {
    const deletes: Key[] = [entry.key];
    if (entry.key[4] === "mail") {
      deletes.push(...await store.keys({ selector: { prefix: ["mail", id] }, limit: 100 }));
    }
    await store.commit({
      name: "mail",
      checks: [{ key: entry.key, versionstamp: entry.versionstamp }],
      deletes,
    });
  }
}
