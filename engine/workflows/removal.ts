import { conflict } from "../errors.ts";
import type { Actor } from "../contract.ts";
import { keys } from "../store/keys.ts";
import { publishedSchedules, scheduleKeysOf } from "../store/schedules.ts";
import { encode, type Store } from "../store/store.ts";
import { contentPrefix } from "./content.ts";
import { busy, MAX_TRIES, type WorkflowDeps } from "./deps.ts";
import { loadRecord } from "./drafts.ts";
import { liveKeys } from "./published.ts";
import type { WorkflowRecord } from "./record.ts";

/** Keys deleted in one commit. */
const PACE = 100;
/** A record deleted for so long is nobody's work in progress. */
const SETTLED_MS = 3_600_000;

/** Soft delete: nothing new starts, versions stay for the executions that use them. Throws 409 naming their count. */
export async function removeWorkflow(
  deps: WorkflowDeps,
  id: string,
  options: { running?: "cancel" | "finish" },
  actor: Actor,
): Promise<void> {
  const { value: record } = await loadRecord(deps.store, id);
  if (options.running === undefined) {
    const count = await deps.unsettled.count(id);
    if (count > 0) throw unsettled(record.name, count);
  }
  // Before, so that a death in between leaves a workflow that can be deleted again; after, for what started meanwhile.
  if (options.running === "cancel") await deps.unsettled.cancelAll(id, actor);
  await commitDeletion(deps, id, actor);
  if (options.running === "cancel") await deps.unsettled.cancelAll(id, actor);
  await purgeWorkflow(deps.store, id);
}

function unsettled(name: string, count: number): Error {
  const executions = count === 1 ? "1 execution is" : `${count} executions are`;
  return conflict(
    "executions-unsettled",
    `${executions} unsettled of "${name}": say running=cancel to stop them, or running=finish to let them end`,
  );
}

async function commitDeletion(deps: WorkflowDeps, id: string, actor: Actor): Promise<void> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const { value: record, versionstamp } = await loadRecord(deps.store, id);
    const next: WorkflowRecord = { ...record, deletedAt: deps.now(), updatedBy: actor.name };
    const about = { now: deps.now(), by: actor.name, newId: deps.newId };
    const schedules = await publishedSchedules(deps.store, id, [], about);
    const result = await deps.store.commit({
      name: "workflow_delete",
      checks: [{ key: keys.workflow(id), versionstamp }, ...schedules.checks],
      sets: [{ key: keys.workflow(id), value: encode(next) }, ...schedules.sets],
      deletes: [keys.published(id), ...await liveKeys(deps, record), ...schedules.deletes],
    });
    if (result.ok) return;
  }
  throw busy(id);
}

/** Deletes what a deleted workflow left, once no execution of it is stored; false while there is one. */
export async function purgeWorkflow(store: Store, id: string): Promise<boolean> {
  const entry = await store.get<WorkflowRecord>(keys.workflow(id));
  if (!entry || entry.value.deletedAt === undefined) return false;
  const executions = keys.byWorkflow(id, "").slice(0, 2);
  const [stored] = await store.keys({ selector: { prefix: executions }, limit: 1 });
  if (stored) return false;
  const versions = keys.version(id, 0).slice(0, 2);
  const left = [
    ...await store.keys({ selector: { prefix: contentPrefix(id) } }),
    ...await store.keys({ selector: { prefix: versions } }),
    ...await store.keys({ selector: { prefix: keys.versionName(id, 0).slice(0, 2) } }),
    ...await store.keys({ selector: { prefix: keys.enrolment(id, "").slice(0, 2) } }),
    ...await store.keys({ selector: { prefix: keys.refusal(id, "").slice(0, 2) } }),
    keys.refusalCount(id),
    ...await store.keys({ selector: { prefix: keys.hookRefusals(id, "").slice(0, 2) } }),
    ...await store.keys({ selector: { prefix: keys.hookRate(id, "").slice(0, 2) } }),
    keys.completedAt(id),
    keys.entered(id),
    ...await store.keys({ selector: { prefix: keys.failing(id, 0, "").slice(0, 2) } }),
    ...await scheduleKeysOf(store, id),
    ...await store.keys({ selector: { prefix: keys.nodeCount(id, "", "").slice(0, 2) } }),
    ...await store.keys({ selector: { prefix: keys.nodeCountBlock(id, 0, 0, "").slice(0, 2) } }),
  ];
  const checks = [{ key: keys.workflow(id), versionstamp: entry.versionstamp }];
  for (let i = 0; i < left.length; i += PACE) {
    const result = await store.commit({
      name: "workflow_delete",
      checks,
      deletes: left.slice(i, i + PACE),
    });
    if (!result.ok) return false;
  }
  // Last, so that a death in between is found by the next purge.
  return (await store.commit({ name: "workflow_delete", checks, deletes: [keys.workflow(id)] })).ok;
}

/** Purges every workflow deleted an hour ago whose last execution is forgotten; returns how many. */
export async function purgeDeleted(store: Store, now: number): Promise<number> {
  let purged = 0;
  const prefix = keys.workflow("").slice(0, 1);
  for await (const { value } of store.list<WorkflowRecord>({ selector: { prefix }, broken: "pass" })) {
    if (value.deletedAt === undefined || value.deletedAt > now - SETTLED_MS) continue;
    if (await purgeWorkflow(store, value.id)) purged++;
  }
  return purged;
}
