import { EngineError } from "../errors.ts";
import { BULK_PER_SECOND } from "../schemas/mending.ts";
import { EMPTY } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import type { HeadRecord } from "../store/records.ts";
import { encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import { derivedId } from "../worker/clock.ts";
import type { DueEntry } from "../worker/held.ts";
import { ended } from "./bulk.ts";
import { bulkDue, CHUNK, tallied } from "./bulk_record.ts";
import type { BulkRecord, Result } from "./bulk_record.ts";
import type { MendingDeps } from "./deps.ts";
import { migrateExecution } from "./migrate.ts";
import { replayExecution } from "./replay.ts";
import { restartExecution } from "./restart.ts";

/** Whoever takes a second's work has so long for it; then another may look what became of it. */
const HOLD_MS = 15_000;
const EVERY_MS = 1_000;
const TRIES = 20;

/**
 * One second of a bulk action. Taking ten executions moves the due entry, so that nobody else takes them; how far each
 * had come is written down first, so that after a death nothing is retried or cancelled twice. A replay's id is derived.
 */
export async function runBulk(deps: MendingDeps, id: string, entry: DueEntry): Promise<void> {
  const { store } = deps;
  const found = await store.get<BulkRecord>(keys.bulk(id));
  if (!found || found.value.dueAt !== entry.key[3]) return await dropEntry(store, entry);
  if (found.value.status !== "running") return await forget(store, found, entry);
  const resumed = found.value.batch;
  const taken = await take(deps, found, entry);
  if (!taken) return;
  const results: Result[] = [];
  for (const [index, executionId] of taken.value.batch!.ids.entries()) {
    if (deps.worker.stopping) break;
    // Cancelled, or another is at it.
    if ((await store.get(keys.bulk(id)))?.versionstamp !== taken.versionstamp) break;
    const before = taken.value.batch!.seqs[index]!;
    // The others find by themselves what a first try has done: a version, or an execution under a derived id.
    const { action } = taken.value;
    const known = resumed !== undefined && (action === "cancel" || action === "retry");
    const result = known && await hasMoved(store, executionId, before)
      ? { outcome: "done" } as const
      : await act(deps, taken.value, executionId);
    if (result === "later") break;
    results.push(result);
  }
  await finish(deps, taken, results);
}

async function take(
  deps: MendingDeps,
  { value: record, versionstamp }: Entry<BulkRecord>,
  entry: DueEntry,
): Promise<Entry<BulkRecord & Required<Pick<BulkRecord, "batch">>> | null> {
  const { store, worker } = deps;
  const token = worker.newId();
  const batch = record.batch ? { ...record.batch, token } : await nextBatch(store, record, token);
  const next = { ...record, batch, dueAt: worker.clock.now() + HOLD_MS };
  const result = await store.commit({
    name: "bulk",
    checks: [{ key: keys.bulk(record.id), versionstamp }],
    deletes: [entry.key],
    sets: [{ key: keys.bulk(record.id), value: encode(next) }, { key: bulkDue(next), value: EMPTY }],
  });
  return result.ok ? { value: next, versionstamp: result.versionstamp } : null;
}

async function nextBatch(
  store: Store,
  record: BulkRecord,
  token: string,
): Promise<NonNullable<BulkRecord["batch"]>> {
  const chunk = await store.get<{ ids: string[] }>(keys.bulkIds(record.id, Math.floor(record.next / CHUNK)));
  const start = record.next % CHUNK;
  const ids = chunk?.value.ids.slice(start, start + BULK_PER_SECOND) ?? [];
  const heads = await store.getMany<HeadRecord>(ids.map(keys.execution));
  return { token, ids, seqs: heads.map((head) => head?.value.seq ?? null) };
}

/** Something has happened to it since this batch was written down, by us or by somebody else. */
async function hasMoved(store: Store, executionId: string, before: number | null): Promise<boolean> {
  const head = await store.get<HeadRecord>(keys.execution(executionId));
  return head !== null && head.value.seq !== before;
}

/** `later`: this process is stopping or full, and the execution has not been touched. */
async function act(deps: MendingDeps, record: BulkRecord, executionId: string): Promise<Result | "later"> {
  try {
    switch (record.action) {
      case "cancel":
        await deps.executions.cancel(executionId, { reason: "Cancelled in bulk" }, record.by);
        break;
      case "retry":
        await deps.executions.retry(executionId, {}, record.by);
        break;
      case "replay":
        await replayExecution(
          deps,
          executionId,
          record.version === undefined ? {} : { version: record.version },
          { executionId: await derivedId(record.createdAt, "bulk replay", record.id, executionId) },
          record.by,
        );
        break;
      case "migrate":
        await migrateExecution(deps, executionId, record.to!, record.by);
        break;
      case "restart":
        await restartExecution(deps, executionId, {
          to: record.to!,
          as: await derivedId(record.createdAt, "bulk restart", record.id, executionId),
        }, record.by);
        break;
      default:
        record.action satisfies never;
    }
    return { outcome: "done" };
  } catch (error) {
    if (error instanceof EngineError && error.status === 503) return "later";
    return refusal(error, executionId);
  }
}

/** It needs nothing any more, or is to stay as it is. */
const OVER: ReadonlySet<string> = new Set(["settled", "not-failed", "unmovable"]);

/** What has settled, been retried or been forgotten meanwhile needs nothing any more; anything else is a failure. */
function refusal(error: unknown, executionId: string): Result {
  if (!(error instanceof EngineError)) return { outcome: "failed", text: String(error), executionId };
  if (error.status === 404) return { outcome: "skipped", text: "It is no longer stored", executionId };
  const over = OVER.has(error.slug);
  return { outcome: over ? "skipped" : "failed", text: error.message, executionId };
}

/** Counts what came of it, and says when the next second's work is due. */
async function finish(
  deps: MendingDeps,
  taken: Entry<BulkRecord & Required<Pick<BulkRecord, "batch">>>,
  results: readonly Result[],
): Promise<void> {
  const { store, worker } = deps;
  const { id, batch: { token }, dueAt } = taken.value;
  for (let i = 0; i < TRIES; i++) {
    const entry = await store.get<BulkRecord>(keys.bulk(id));
    // Another has taken the batch over, and counts it.
    if (!entry || entry.value.batch?.token !== token) return;
    const { batch: _batch, ...rest } = results.reduce(tallied, entry.value);
    const now = worker.clock.now();
    const counted: BulkRecord = { ...rest, next: entry.value.next + results.length };
    const running = counted.status === "running";
    const over = counted.next >= counted.count || taken.value.batch.ids.length === 0;
    const next: BulkRecord = !running
      ? counted
      : over
      ? { ...counted, ...ended("completed", now, deps.retentionMs) }
      : { ...counted, dueAt: Math.max(now + 10, dueAt - HOLD_MS + EVERY_MS) };
    const moved = next.dueAt !== entry.value.dueAt;
    const result = await store.commit({
      name: "bulk",
      checks: [{ key: keys.bulk(id), versionstamp: entry.versionstamp }],
      sets: [
        { key: keys.bulk(id), value: encode(next) },
        ...(moved ? [{ key: bulkDue(next), value: EMPTY }] : []),
      ],
      deletes: moved ? [bulkDue(entry.value)] : [],
      ...(running && !over ? { bells: [next.dueAt] } : {}),
    });
    if (result.ok) return;
  }
}

async function dropEntry(store: Store, entry: DueEntry): Promise<void> {
  await store.commit({
    name: "bulk",
    checks: [{ key: entry.key, versionstamp: entry.versionstamp }],
    deletes: [entry.key],
  });
}

/** The record of an ended action has been kept long enough. */
async function forget(
  store: Store,
  { value, versionstamp }: Entry<BulkRecord>,
  entry: DueEntry,
): Promise<void> {
  const chunks = Array.from({ length: value.chunks }, (_, i) => keys.bulkIds(value.id, i));
  await store.commit({
    name: "bulk",
    checks: [{ key: keys.bulk(value.id), versionstamp }],
    deletes: [keys.bulk(value.id), entry.key, ...chunks],
  });
}
