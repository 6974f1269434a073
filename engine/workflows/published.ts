import { invalid, notFound } from "../errors.ts";
import type { Actor } from "../contract.ts";
import type { Limits, WorkflowGraph } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import { limitDue } from "../store/places.ts";
import { publishedSchedules } from "../store/schedules.ts";
import { encode, type Entry, type Store } from "../store/store.ts";
import { readContent } from "./content.ts";
import { busy, MAX_TRIES, type WorkflowDeps } from "./deps.ts";
import { listedPaths, loadDraft, refuseStale } from "./drafts.ts";
import { claimPaths, runIssues } from "./issues.ts";
import {
  type HookRecord,
  type ListenerRecord,
  type PublishedRecord,
  type VersionRecord,
  type WorkflowRecord,
} from "./record.ts";
import { type GraphTriggers, triggersOf } from "./triggers.ts";

/** Makes the draft the live version; throws 422 with issues per node, 412 when `revision` is not the stored one. */
export async function publishWorkflow(
  deps: WorkflowDeps,
  id: string,
  options: { note?: string; revision?: number },
  actor: Actor,
): Promise<{ version: number }> {
  if ((options.note?.length ?? 0) > 2_000) {
    throw invalid("The note is too long", [{
      path: "note",
      message: "is too long",
      accepted: "2000 characters",
    }]);
  }
  for (let i = 0; i < MAX_TRIES; i++) {
    const { entry, graph } = await loadDraft(deps.store, id);
    const { value: record } = entry;
    if (options.revision !== undefined) refuseStale(record, options.revision);
    const issues = await runIssues(deps, graph, id);
    if (issues.length) throw invalid(`"${record.name}" cannot run yet: ${issues[0]?.message}`, issues);
    // What is live already stays the version that it is.
    const live = record.draftHash === record.liveHash && record.name === record.liveName;
    if (live && record.version !== null) return { version: record.version };
    const version = await commitVersion(deps, entry, graph, { ...options, actor });
    if (version !== null) return { version };
  }
  throw busy(id);
}

/** One commit: version, what is published, webhooks, listeners and schedules. Null when somebody else was first. */
async function commitVersion(
  deps: WorkflowDeps,
  entry: Entry<WorkflowRecord>,
  graph: WorkflowGraph,
  options: { note?: string; actor: Actor },
): Promise<number | null> {
  const { value: record } = entry;
  const [now, version] = [deps.now(), (record.version ?? 0) + 1];
  const triggers = triggersOf(graph, deps.lookup);
  const claims = await claimPaths(deps.store, triggers, record.id);
  if (claims.issues.length) return null;
  const details: VersionRecord = {
    v: 1,
    workflowId: record.id,
    version,
    name: record.name,
    hash: record.draftHash,
    chunks: record.draftChunks,
    publishedAt: now,
    publishedBy: options.actor.name,
    ...(options.note ? { note: options.note } : {}),
  };
  const next: WorkflowRecord = {
    ...record,
    version,
    liveHash: record.draftHash,
    liveName: record.name,
    webhooks: listedPaths(graph, deps.lookup),
    publishedAt: now,
  };
  const { enrolment, limits } = graph.settings;
  const published: PublishedRecord = {
    v: 1,
    version,
    hash: record.draftHash,
    at: now,
    ...(enrolment ? { enrolment } : {}),
    ...(limits ? { limits } : {}),
  };
  const registered = registrations(record.id, version, triggers);
  const kept = new Set(registered.map(({ key }) => JSON.stringify(key)));
  const former = await liveKeys(deps, record);
  const by = options.actor.name;
  const schedules = await publishedSchedules(deps.store, record.id, triggers.schedules, { ...deps, now, by });
  const result = await deps.store.commit({
    name: "workflow_publish",
    checks: [
      { key: keys.workflow(record.id), versionstamp: entry.versionstamp },
      ...claims.checks,
      ...schedules.checks,
    ],
    sets: [
      { key: keys.workflow(record.id), value: encode(next) },
      { key: keys.version(record.id, version), value: encode(details) },
      { key: keys.published(record.id), value: encode(published) },
      // Another limit counts for those who wait in the queue, too.
      ...(record.version === null ? [] : [limitDue(record.id, "publish", now)]),
      ...registered,
      ...schedules.sets,
    ],
    deletes: [...former.filter((key) => !kept.has(JSON.stringify(key))), ...schedules.deletes],
    bells: schedules.bells,
  });
  return result.ok ? version : null;
}

function registrations(
  workflowId: string,
  version: number,
  triggers: GraphTriggers,
): NonNullable<Write["sets"]> {
  const hooks = triggers.hooks.map(({ nodeId, path, method }) => {
    const value: HookRecord = { v: 1, workflowId, nodeId, method };
    return { key: keys.hook(path), value: encode(value) };
  });
  const listeners = triggers.listeners.map(({ nodeId, signal }) => {
    const value: ListenerRecord = { v: 1, version };
    return { key: keys.listener(signal, workflowId, nodeId), value: encode(value) };
  });
  return [...hooks, ...listeners];
}

/** Keys under which the live version listens. */
export async function liveKeys(deps: WorkflowDeps, record: WorkflowRecord): Promise<Deno.KvKey[]> {
  if (record.version === null) return [];
  const graph = await loadVersion(deps.store, record.id, record.version);
  return registrations(record.id, record.version, triggersOf(graph, deps.lookup)).map(({ key }) => key);
}

/** The limits that count now; a deleted workflow's executions end under those of its last version. */
export async function liveLimits(store: Store, id: string): Promise<Limits | null> {
  const published = await store.get<PublishedRecord>(keys.published(id));
  if (published) return published.value.limits ?? null;
  const record = await store.get<WorkflowRecord>(keys.workflow(id));
  const version = record?.value.version ?? null;
  return version === null ? null : (await loadVersion(store, id, version)).settings.limits ?? null;
}

/** Throws 404. */
export async function versionRecord(store: Store, id: string, version: number): Promise<VersionRecord> {
  const entry = await store.get<VersionRecord>(keys.version(id, version));
  if (!entry) throw notFound("version of a workflow", `${id}/${version}`);
  return entry.value;
}

/** A version's graph under the name it was published with; also of a deleted workflow, whose executions go on. */
export async function loadVersion(
  store: Store,
  id: string,
  version: number,
): Promise<WorkflowGraph & { name: string }> {
  const record = await versionRecord(store, id, version);
  return { name: record.name, ...await versionGraph(store, record) };
}

/** What was published under the record; throws 404 when it is purged meanwhile. */
export async function versionGraph(store: Store, record: VersionRecord): Promise<WorkflowGraph> {
  const { workflowId, version } = record;
  const graph = await readContent(store, workflowId, record);
  if (!graph) throw notFound("version of a workflow", `${workflowId}/${version}`);
  return graph;
}
