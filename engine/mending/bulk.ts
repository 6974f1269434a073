import type { Actor } from "../contract.ts";
import { conflict, invalid, notFound } from "../errors.ts";
import { BULK_PER_SECOND } from "../schemas/mending.ts";
import type { BulkCount, BulkInput, BulkJob } from "../schemas/mending.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import { deliveryOf, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import type { Delivery } from "../store/deliveries.ts";
import { EMPTY } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import { collectPage, newestFirst, ULID_CURSOR } from "../store/pages.ts";
import { encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import { bulkDue, CHUNK, toBulkJob } from "./bulk_record.ts";
import type { BulkRecord } from "./bulk_record.ts";
import { selectIds } from "./bulk_select.ts";
import type { MendingDeps } from "./deps.ts";

const SAMPLE = 20;
const CHUNKS_PER_COMMIT = 5;
const CANCEL_TRIES = 50;

/** What an action on all that the filter finds would reach. */
export async function countBulk({ store, worker }: MendingDeps, input: BulkInput): Promise<BulkCount> {
  refuseVersion(input);
  const { ids, truncated } = await selectIds({ store, versions: worker.versions }, input);
  return { count: ids.length, sample: ids.slice(0, SAMPLE), truncated, perSecond: BULK_PER_SECOND };
}

/** Fixes the set and starts. 422 without `expect`, 409 when the count is another by now or nothing is found. */
export async function startBulk(
  deps: MendingDeps,
  input: BulkInput,
  options: { idempotencyKey?: string },
  actor: Actor,
): Promise<BulkJob> {
  refuseVersion(input);
  if (input.expect === undefined) {
    const message = "Say how many executions you expect; a dry run counts them";
    throw invalid(message, [{ path: "expect", message, accepted: "the count of a dry run" }]);
  }
  const { action, filter = {}, version, expect } = input;
  const named = input.ids === undefined ? {} : { named: true as const };
  return await begin(deps, {
    what: { action, filter, ...named, ...(version === undefined ? {} : { version }) },
    delivery: await deliveryOf("bulk", options.idempotencyKey, input),
    count: expect,
    select: async () => (await selectIds({ store: deps.store, versions: deps.worker.versions }, input)).ids,
    changed: (count) =>
      `${named.named ? "It can be done to" : "The filter finds"} ${count} by now, not ${expect}: look again`,
  }, actor);
}

interface Beginning {
  what: Pick<BulkRecord, "action" | "filter" | "named" | "version" | "from" | "to">;
  delivery: Delivery | null | undefined;
  /** The count that was shown. */
  count: number;
  select(): Promise<string[]>;
  /** Says that the count is another by now. */
  changed(count: number): string;
}

/** Fixes the set of a confirmed action; 409 `count-changed` or `nothing-found`. */
export async function begin(deps: MendingDeps, beginning: Beginning, actor: Actor): Promise<BulkJob> {
  const { store, worker } = deps;
  const { what, delivery, count, select, changed } = beginning;
  const found = delivery ? await findDelivery(store, delivery, worker.clock.now()) : null;
  if (found?.known) return toBulkJob((await readBulk(store, found.known.value.id)).value);
  const ids = await select();
  if (ids.length !== count) throw conflict("count-changed", changed(ids.length));
  if (ids.length === 0) throw conflict("nothing-found", "There is nothing to act on");
  const record = freshRecord(what, ids.length, { id: worker.newId(), now: worker.clock.now(), actor });
  await storeIds(store, record.id, ids);
  const named = delivery && found
    ? deliveryWrite(delivery, found.expired, { id: record.id, at: record.createdAt })
    : { checks: [], sets: [] };
  const result = await store.commit({
    name: "bulk",
    checks: [{ key: keys.bulk(record.id), versionstamp: null }, ...named.checks],
    sets: [
      { key: keys.bulk(record.id), value: encode(record) },
      { key: bulkDue(record), value: EMPTY },
      ...named.sets,
    ],
    bells: [record.createdAt],
  });
  // The same request came twice at once, and the other was first.
  return result.ok || !delivery ? toBulkJob(record) : await begin(deps, beginning, actor);
}

async function storeIds(store: Store, id: string, ids: readonly string[]): Promise<void> {
  const chunks = Math.ceil(ids.length / CHUNK);
  for (let i = 0; i < chunks; i += CHUNKS_PER_COMMIT) {
    const sets = Array.from({ length: Math.min(CHUNKS_PER_COMMIT, chunks - i) }, (_, k) => ({
      key: keys.bulkIds(id, i + k),
      value: encode({ v: 1, ids: ids.slice((i + k) * CHUNK, (i + k + 1) * CHUNK) }),
    }));
    await store.commit({ name: "bulk", sets });
  }
}

function freshRecord(
  what: Beginning["what"],
  count: number,
  { id, now, actor }: { id: string; now: number; actor: Actor },
): BulkRecord {
  return {
    v: 1,
    id,
    ...what,
    status: "running",
    count,
    chunks: Math.ceil(count / CHUNK),
    next: 0,
    done: 0,
    skipped: 0,
    failed: 0,
    reasons: [],
    by: { userId: actor.userId, name: actor.name },
    createdAt: now,
    endedAt: null,
    dueAt: now,
  };
}

function refuseVersion({ action, version }: BulkInput): void {
  if (version === undefined || action === "replay") return;
  const message = `To ${action} takes no version`;
  throw invalid(message, [{ path: "version", message, accepted: "a version only with replay" }]);
}

/** Newest first. */
export async function listBulk(store: Store, paging: Paging): Promise<Page<BulkJob>> {
  const { cursor } = paging;
  return await collectPage(newestFirst<BulkRecord>(store, ["bulk"], { cursor, pattern: ULID_CURSOR }), {
    paging,
    keep: () => true,
    view: toBulkJob,
    at: (record) => record.createdAt,
  });
}

/** Throws 404. */
export async function readBulk(store: Store, id: string): Promise<Entry<BulkRecord>> {
  const entry = await store.get<BulkRecord>(keys.bulk(id));
  if (!entry) throw notFound("bulk action", id);
  return entry;
}

/** What has been done stays done; at most the execution that is being acted on follows the answer. */
export async function cancelBulk(deps: MendingDeps, id: string): Promise<BulkJob> {
  const { store, worker } = deps;
  for (let i = 0; i < CANCEL_TRIES; i++) {
    const { value: record, versionstamp } = await readBulk(store, id);
    if (record.status === "cancelled") return toBulkJob(record);
    if (record.status === "completed") throw conflict("settled", "The bulk action has completed already");
    const now = worker.clock.now();
    const next: BulkRecord = { ...record, ...ended("cancelled", now, deps.retentionMs) };
    const result = await store.commit({
      name: "bulk",
      checks: [{ key: keys.bulk(id), versionstamp }],
      sets: [{ key: keys.bulk(id), value: encode(next) }, { key: bulkDue(next), value: EMPTY }],
      deletes: [bulkDue(record)],
    });
    if (result.ok) return toBulkJob(next);
  }
  throw conflict("busy", "The bulk action is moving fast; try again");
}

export function ended(
  status: BulkJob["status"],
  now: number,
  retentionMs: number,
): Pick<BulkRecord, "status" | "endedAt" | "dueAt"> {
  return { status, endedAt: now, dueAt: now + retentionMs };
}
