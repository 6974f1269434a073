import { keys, shardOf } from "./keys.ts";
import type { Key } from "./keys.ts";
import type { Write } from "./commit.ts";
import { EMPTY, encode } from "./store.ts";
import type { Store } from "./store.ts";

/** `["staged", execution, token]`: what was stored before an execution that is not there yet. */
interface StagedRecord {
  v: 1;
  /** When it is looked after: its due entry, epoch ms. */
  at: number;
  /** Of bodies; step records are found by the execution. */
  refs: string[];
  commit: string;
}

/** Step records lie under the same keys whoever stores them, so that whoever does so last owns them. */
const STEPS = "steps";
/** Accepting takes seconds at most. */
const ABANDONED_MS = 3_600_000;
const PER_COMMIT = 200;

/**
 * Stores what the accepting commit has no room for, behind a record that says so. The accepting commit checks and deletes
 * it (the result is for that commit), so what was swept is never accepted; what is never accepted falls due to be swept.
 */
export async function stage(
  store: Store,
  id: string,
  writes: readonly Write[],
  { now, newId }: { now: number; newId(): string },
): Promise<Required<Pick<Write, "checks" | "deletes">>> {
  if (writes.length === 0) return { checks: [], deletes: [] };
  const written = writes.flatMap(({ sets = [] }) => sets.map((set) => set.key));
  const refs = new Set(written.filter(([kind]) => kind === "body").map((body) => String(body[2])));
  const commit = newId();
  const key = keys.staged(id, written.some(([kind]) => kind === "step") ? STEPS : commit);
  const head = { key: keys.execution(id), versionstamp: null };
  const before = await store.get<StagedRecord>(key);
  const at = now + ABANDONED_MS;
  const record: StagedRecord = { v: 1, at, refs: [...before?.value.refs ?? [], ...refs], commit };
  const marked = await store.commit({
    name: "blob",
    checks: [{ key, versionstamp: before?.versionstamp ?? null }, head],
    sets: [{ key, value: encode(record) }, { key: dueOf(id, at), value: EMPTY }],
    deletes: before && before.value.at !== at ? [dueOf(id, before.value.at)] : [],
    proof: { key, id: commit },
  });
  // It is there already, or another is about to make it: the accepting commit finds its checks stale.
  if (!marked.ok) return { checks: [{ key, versionstamp: before?.versionstamp ?? null }, head], deletes: [] };
  for (const write of writes) await store.commit(write);
  return { checks: [{ key, versionstamp: marked.versionstamp }], deletes: [key, dueOf(id, at)] };
}

/** Deletes what was stored for an execution that never came to be; each part under a check that nobody stages it anew. */
export async function sweepStaged(store: Store, id: string): Promise<void> {
  if (await store.get(keys.execution(id))) return;
  const prefix = keys.staged(id, "").slice(0, 2);
  for await (const { key, value, versionstamp } of store.list<StagedRecord>({ selector: { prefix } })) {
    const checks = [{ key, versionstamp }, { key: keys.execution(id), versionstamp: null }];
    const below: Key[] = key[2] === STEPS ? await store.keys({ selector: { prefix: ["step", id] } }) : [];
    for (const ref of value.refs) {
      below.push(...await store.keys({ selector: { prefix: ["body", id, ref] } }));
    }
    for (let i = 0; i < below.length; i += PER_COMMIT) {
      await store.commit({ name: "forget", checks, deletes: below.slice(i, i + PER_COMMIT) });
    }
    await store.commit({ name: "forget", checks, deletes: [key] });
  }
}

function dueOf(id: string, at: number): Key {
  return keys.due(shardOf(id), 1, at, "forget", id);
}
