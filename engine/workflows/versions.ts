import type { Actor } from "../contract.ts";
import { notFound } from "../errors.ts";
import type {
  VersionChange,
  Workflow,
  WorkflowGraph,
  WorkflowInput,
  WorkflowVersion,
} from "../schemas/workflow.ts";
import { keys } from "../store/keys.ts";
import { encode, type Store } from "../store/store.ts";
import { busy, MAX_TRIES, type WorkflowDeps } from "./deps.ts";
import { loadRecord, saveWorkflow } from "./drafts.ts";
import { versionGraph, versionRecord } from "./published.ts";
import { toVersion } from "./record.ts";
import type { VersionNameRecord, VersionRecord } from "./record.ts";

/** Newest first; throws 404. */
export async function listVersions(store: Store, id: string): Promise<WorkflowVersion[]> {
  await loadRecord(store, id);
  const named = new Map<number, VersionNameRecord>();
  const names = keys.versionName(id, 0).slice(0, 2);
  for await (const { key, value } of store.list<VersionNameRecord>({ selector: { prefix: names } })) {
    named.set(Number(key[2]), value);
  }
  const prefix = keys.version(id, 0).slice(0, 2);
  const found: WorkflowVersion[] = [];
  for await (const { value } of store.list<VersionRecord>({ selector: { prefix }, reverse: true })) {
    found.push(toVersion(value, named.get(value.version)));
  }
  return found;
}

/** The version with its graph and who published it; `live` is the one that runs now. Throws 404. */
export async function describeVersion(
  store: Store,
  id: string,
  wanted: number | "live",
): Promise<WorkflowVersion & WorkflowGraph> {
  const version = wanted === "live" ? (await loadRecord(store, id)).value.version : wanted;
  if (version === null) throw notFound("live version of the workflow", id);
  const [record, named] = await Promise.all([
    versionRecord(store, id, version),
    store.get<VersionNameRecord>(keys.versionName(id, version)),
  ]);
  return { ...toVersion(record, named?.value), ...await versionGraph(store, record) };
}

/** Gives a version a name or another note; what it runs never changes. Throws 404. */
export async function nameVersion(
  { store, now }: WorkflowDeps,
  at: { id: string; version: number },
  change: VersionChange,
  actor: Actor,
): Promise<WorkflowVersion> {
  const { id, version } = at;
  for (let i = 0; i < MAX_TRIES; i++) {
    const workflow = await loadRecord(store, id);
    const record = await versionRecord(store, id, version);
    const key = keys.versionName(id, version);
    const before = await store.get<VersionNameRecord>(key);
    const after: VersionNameRecord = {
      v: 1,
      name: change.name ?? before?.value.name ?? "",
      note: change.note ?? before?.value.note ?? record.note ?? "",
      by: actor.name,
      at: now(),
    };
    const result = await store.commit({
      name: "workflow_save",
      checks: [
        // Whoever deletes the workflow deletes its names, and no name comes after.
        { key: keys.workflow(id), versionstamp: workflow.versionstamp },
        { key, versionstamp: before?.versionstamp ?? null },
      ],
      sets: [{ key, value: encode(after) }],
    });
    if (result.ok) return toVersion(record, after);
  }
  throw busy(id);
}

/**
 * Makes a version's graph the draft; throws 404, and 412 when `revision` is not the stored one. The revision that the
 * draft had before is answered too: the draft itself is in the undo history of whoever edits it.
 */
export async function restoreVersion(
  deps: WorkflowDeps,
  at: { id: string; version: number; revision: number },
  actor: Actor,
): Promise<Workflow & { previousRevision: number }> {
  const { id, version, revision } = at;
  await loadRecord(deps.store, id);
  const graph = await versionGraph(deps.store, await versionRecord(deps.store, id, version));
  const restored: Partial<WorkflowInput> = { ...graph, notes: graph.notes ?? [] };
  return { ...await saveWorkflow(deps, { id, revision }, restored, actor), previousRevision: revision };
}
