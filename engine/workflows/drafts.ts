import { invalid, notFound, stale } from "../errors.ts";
import type { Actor } from "../contract.ts";
import type { Workflow, WorkflowGraph, WorkflowInput } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import { deliveryOf, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import { keys } from "../store/keys.ts";
import { encode, type Entry, type Store } from "../store/store.ts";
import {
  abandonedKeys,
  type Content,
  isLarge,
  placeContent,
  readContent,
  sweepContent,
  toContent,
} from "./content.ts";
import { busy, MAX_TRIES, type WorkflowDeps } from "./deps.ts";
import { runIssues } from "./issues.ts";
import { graphOf, parseInput } from "./parse.ts";
import { type Origin, toSummary, type WorkflowRecord } from "./record.ts";
import { type Lookup, triggersOf } from "./triggers.ts";

const MAX_WEBHOOKS_LISTED = 20;

/** The record; throws 404 while there is none or it is deleted. */
export async function loadRecord(store: Store, id: string): Promise<Entry<WorkflowRecord>> {
  const entry = await store.get<WorkflowRecord>(keys.workflow(id));
  if (!entry || entry.value.deletedAt !== undefined) throw notFound("workflow", id);
  return entry;
}

/** Record and draft as they were at one moment. */
export async function loadDraft(
  store: Store,
  id: string,
): Promise<{ entry: Entry<WorkflowRecord>; graph: WorkflowGraph }> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const entry = await loadRecord(store, id);
    const { draftHash, draftChunks } = entry.value;
    const graph = await readContent(store, id, { hash: draftHash, chunks: draftChunks });
    // A save in between deletes the content that the record read before it names.
    if (graph) return { entry, graph };
  }
  throw busy(id);
}

export async function getWorkflow(deps: WorkflowDeps, id: string): Promise<Workflow> {
  const { entry, graph } = await loadDraft(deps.store, id);
  return await toWorkflow(deps, entry.value, graph);
}

async function toWorkflow(
  deps: WorkflowDeps,
  record: WorkflowRecord,
  graph: WorkflowGraph,
): Promise<Workflow> {
  const issues = await runIssues(deps, graph, record.id);
  return { ...toSummary(record), ...graph, issues };
}

/** A new workflow, or the one that the key made before; throws 422 when the key came with another input. */
export async function createOrFind(
  deps: WorkflowDeps,
  input: WorkflowInput,
  actor: Actor,
  key: string | undefined,
  origin: Origin = "api",
): Promise<Workflow> {
  const delivery = await deliveryOf("workflow.create", key, input);
  for (let i = 0; i < MAX_TRIES; i++) {
    const found = delivery ? await findDelivery(deps.store, delivery, deps.now()) : null;
    if (found?.known) return await getWorkflow(deps, found.known.value.id);
    const id = deps.newId();
    const once = delivery && deliveryWrite(delivery, found?.expired ?? null, { id, at: deps.now() });
    const created = await createWorkflow(deps, input, actor, { ...once, id, origin });
    if (created) return created;
  }
  throw busy(input.name);
}

/** 201's workflow. `once`: checks and sets of the same commit; null when their check found it done already. */
export async function createWorkflow(
  deps: WorkflowDeps,
  input: WorkflowInput,
  actor: Actor,
  once: Pick<Write, "checks" | "sets"> & { id?: string; origin?: Origin } = {},
): Promise<Workflow | null> {
  const parsed = parseInput(input);
  const graph = acceptGraph(deps, graphOf(parsed));
  const content = toContent(graph);
  const id = once.id ?? deps.newId();
  const commit = deps.newId();
  const record = {
    ...withDraft(deps, firstRecord(deps, id, parsed.name, actor), { graph, content }),
    origin: once.origin ?? "api",
    commit,
  };
  // Staged content needs a record to belong to: should the process die, the sweep finds it by this one.
  const hidden = isLarge(content) ? await hide(deps, { ...record, draftHash: "" }) : null;
  const parts = await placeContent(deps.store, id, content);
  const result = await deps.store.commit({
    name: "workflow_create",
    checks: [
      { key: keys.workflow(id), versionstamp: hidden },
      ...(parts.checks ?? []),
      ...(once.checks ?? []),
    ],
    sets: [
      { key: keys.workflow(id), value: encode(record) },
      ...(parts.sets ?? []),
      ...(once.sets ?? []),
    ],
    proof: { key: keys.workflow(id), id: commit },
  });
  if (result.ok) return await toWorkflow(deps, record, graph);
  if (hidden) await sweepContent(deps.store, id);
  return null;
}

async function hide(deps: WorkflowDeps, record: WorkflowRecord): Promise<string> {
  const { id } = record;
  const commit = deps.newId();
  const result = await deps.store.commit({
    name: "workflow_create",
    checks: [{ key: keys.workflow(id), versionstamp: null }],
    sets: [{ key: keys.workflow(id), value: encode({ ...record, deletedAt: deps.now(), commit }) }],
    proof: { key: keys.workflow(id), id: commit },
  });
  if (!result.ok) throw busy(id);
  return result.versionstamp;
}

function firstRecord(deps: WorkflowDeps, id: string, name: string, actor: Actor): WorkflowRecord {
  const now = deps.now();
  return {
    v: 1,
    id,
    name,
    revision: 0,
    draftHash: "",
    draftSize: 0,
    draftChunks: 0,
    version: null,
    liveHash: null,
    liveName: null,
    nodeCount: 0,
    webhooks: [],
    createdAt: now,
    updatedAt: now,
    updatedBy: actor.name,
    publishedAt: null,
  };
}

/** Refuses what is no graph with 422 `invalid`. */
function acceptGraph(deps: WorkflowDeps, graph: WorkflowGraph): WorkflowGraph {
  const issues = deps.checks.shape(graph);
  if (issues.length) throw invalid(`This is no workflow: ${issues[0]?.message}`, issues);
  return graph;
}

/** The record with a new draft, one revision on. */
function withDraft(
  deps: WorkflowDeps,
  record: WorkflowRecord,
  draft: { graph: WorkflowGraph; content: Content },
): WorkflowRecord {
  return {
    ...record,
    revision: record.revision + 1,
    draftHash: draft.content.hash,
    draftSize: draft.content.size,
    draftChunks: draft.content.chunks.length,
    nodeCount: draft.graph.nodes.length,
    webhooks: record.version === null ? listedPaths(draft.graph, deps.lookup) : record.webhooks,
  };
}

/** What the list shows of a graph's webhooks. */
export function listedPaths(graph: WorkflowGraph, lookup: Lookup): string[] {
  return triggersOf(graph, lookup).hooks.slice(0, MAX_WEBHOOKS_LISTED).map((hook) => hook.path);
}

/** Saves a draft; throws 412 when `revision` is not the stored one. A save that changes nothing keeps the revision. */
export async function saveWorkflow(
  deps: WorkflowDeps,
  at: { id: string; revision: number },
  change: Partial<WorkflowInput>,
  actor: Actor,
): Promise<Workflow> {
  let staged = false;
  try {
    for (let i = 0; i < MAX_TRIES; i++) {
      const { entry, graph: before } = await loadDraft(deps.store, at.id);
      refuseStale(entry.value, at.revision);
      const parsed = parseInput(merged(entry.value.name, before, change));
      const graph = acceptGraph(deps, graphOf(parsed));
      const content = toContent(graph);
      const same = content.hash === entry.value.draftHash;
      if (same && parsed.name === entry.value.name) return await toWorkflow(deps, entry.value, graph);
      if (isLarge(content) && !staged) await sweepContent(deps.store, at.id);
      staged ||= isLarge(content);
      const updated = {
        name: parsed.name,
        updatedAt: deps.now(),
        updatedBy: actor.name,
        commit: deps.newId(),
      };
      const record = { ...withDraft(deps, entry.value, { graph, content }), ...updated };
      if (await commitDraft(deps.store, entry, record, content)) return await toWorkflow(deps, record, graph);
    }
    throw busy(at.id);
  } catch (error) {
    if (staged) await sweepContent(deps.store, at.id);
    throw error;
  }
}

/** What else stands or falls with a change of a draft. */
export type Along = Pick<Write, "checks" | "sets" | "deletes" | "bells">;

/**
 * Changes a draft at whatever revision it is, with records that belong to it in the same commit. `change` is asked again
 * after a lost race; a draft that is the same keeps its revision. Throws 404, 409.
 */
export async function changeDraft(
  deps: WorkflowDeps,
  id: string,
  change: (draft: { graph: WorkflowGraph; record: WorkflowRecord }) => Promise<{
    graph: WorkflowGraph;
    along: Along;
  }>,
  actor: Actor,
): Promise<void> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const { entry, graph: before } = await loadDraft(deps.store, id);
    const { graph: changed, along } = await change({ graph: before, record: entry.value });
    const graph = acceptGraph(deps, changed);
    const content = toContent(graph);
    const same = content.hash === entry.value.draftHash;
    // What a lost race left.
    if (isLarge(content)) await sweepContent(deps.store, id);
    const about = { updatedAt: deps.now(), updatedBy: actor.name };
    const updated = same ? {} : { ...withDraft(deps, entry.value, { graph, content }), ...about };
    const record = { ...entry.value, ...updated, commit: deps.newId() };
    if (await commitDraft(deps.store, entry, record, content, along)) return;
  }
  throw busy(id);
}

async function commitDraft(
  store: Store,
  entry: Entry<WorkflowRecord>,
  record: WorkflowRecord & { commit: string },
  content: Content,
  along: Along = {},
): Promise<boolean> {
  const key = keys.workflow(record.id);
  const unchanged = record.draftHash === entry.value.draftHash;
  const parts = unchanged ? {} : await placeContent(store, record.id, content);
  const result = await store.commit({
    name: "workflow_save",
    checks: [{ key, versionstamp: entry.versionstamp }, ...(parts.checks ?? []), ...(along.checks ?? [])],
    sets: [{ key, value: encode(record) }, ...(parts.sets ?? []), ...(along.sets ?? [])],
    deletes: [...await abandonedKeys(store, entry.value, record.draftHash), ...(along.deletes ?? [])],
    bells: along.bells ?? [],
    proof: { key, id: record.commit },
  });
  return result.ok;
}

export function refuseStale(record: WorkflowRecord, revision: number): void {
  if (record.revision === revision) return;
  throw stale(
    `The workflow is at revision ${record.revision}; the change was made on revision ${revision}`,
  );
}

/** Absent parts stay as they are. */
function merged(name: string, before: WorkflowGraph, change: Partial<WorkflowInput>): unknown {
  return {
    name: change.name ?? name,
    nodes: change.nodes ?? before.nodes,
    edges: change.edges ?? before.edges,
    settings: change.settings ?? before.settings,
    notes: change.notes ?? before.notes,
  };
}
