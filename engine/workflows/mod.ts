import type { Actor, Workflows } from "../contract.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import type { Limits, Workflow, WorkflowGraph, WorkflowInput, WorkflowSummary } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { WorkflowDeps } from "./deps.ts";
import { changeDraft, createOrFind, createWorkflow, getWorkflow, saveWorkflow } from "./drafts.ts";
import type { Along } from "./drafts.ts";
import { runIssues } from "./issues.ts";
import { collectPage, newestFirst, ULID_CURSOR } from "../store/pages.ts";
import { importWorkflow } from "./import.ts";
import { liveLimits, loadVersion, publishWorkflow } from "./published.ts";
import { type HookRecord, type PublishedRecord, toSummary } from "./record.ts";
import type { WorkflowRecord } from "./record.ts";
import { listRefusals } from "./refusals.ts";
import { purgeDeleted, purgeWorkflow, removeWorkflow } from "./removal.ts";
import { describeVersion, listVersions, nameVersion, restoreVersion } from "./versions.ts";

export { ensureSample } from "./ensure_sample.ts";
export type { WorkflowDeps } from "./deps.ts";
export { refusalWrite } from "./refusals.ts";
export type { HookRecord, ListenerRecord, PublishedRecord } from "./record.ts";

/** The subject with what the worker and the triggers ask of it. */
export interface WorkflowSubject extends Workflows {
  /** The graph under the name it was published with; 404. Immutable: callers may keep it. */
  loadVersion(workflowId: string, version: number): Promise<WorkflowGraph & { name: string }>;
  /** What is live, with the versionstamp that accepting checks; null while nothing is. */
  loadPublished(workflowId: string): Promise<{ value: PublishedRecord; versionstamp: string } | null>;
  /** What counts for those who wait: the live version's limits; of a deleted workflow those of its last version. */
  limits(workflowId: string): Promise<Limits | null>;
  /** Whose webhook listens on the path; null: nobody's. */
  resolveHook(path: string): Promise<HookRecord | null>;
  /** Like `create`, with checks and sets in the same commit; null when a check says that it was done before. */
  createOnce(
    input: WorkflowInput,
    actor: Actor,
    once: Pick<Write, "checks" | "sets">,
  ): Promise<Workflow | null>;
  /** Changes the draft with records that belong to it, in one commit; see drafts.ts. */
  changeDraft(
    id: string,
    change: (
      draft: { graph: WorkflowGraph; record: WorkflowRecord },
    ) => Promise<{ graph: WorkflowGraph; along: Along }>,
    actor: Actor,
  ): Promise<void>;
  /** Called when an execution was forgotten: deletes a deleted workflow whose last one it was. */
  purge(workflowId: string): Promise<boolean>;
  /** Purges all that a death between two commits left; for the start of a process. */
  purgeDeleted(): Promise<number>;
}

/** Drafts, versions and publishing over the store (contract: `Workflows`). Lists run by creation, newest first. */
export function createWorkflows(deps: WorkflowDeps): WorkflowSubject {
  const { store } = deps;
  return {
    list: (paging) => listWorkflows(store, paging),
    create: (input, actor, options) =>
      createOrFind(deps, input, actor, options?.idempotencyKey, options?.origin),
    createOnce: (input, actor, once) => createWorkflow(deps, input, actor, { ...once, origin: "sample" }),
    import: (input, actor, options) => importWorkflow(deps, input, actor, options ?? {}),
    get: (id) => getWorkflow(deps, id),
    save: (id, revision, change, actor) => saveWorkflow(deps, { id, revision }, change, actor),
    changeDraft: (id, change, actor) => changeDraft(deps, id, change, actor),
    remove: (id, options, actor) => removeWorkflow(deps, id, options, actor),
    publish: (id, options, actor) => publishWorkflow(deps, id, options, actor),
    versions: (id) => listVersions(store, id),
    version: (id, version) => describeVersion(store, id, version),
    nameVersion: (id, version, change, actor) => nameVersion(deps, { id, version }, change, actor),
    restore: (id, version, revision, actor) => restoreVersion(deps, { id, version, revision }, actor),
    refusals: (id) => listRefusals(store, id),
    check: (graph, workflowId) => runIssues(deps, graph, workflowId ?? null),
    loadVersion: (id, version) => loadVersion(store, id, version),
    loadPublished: (id) => store.get<PublishedRecord>(keys.published(id)),
    limits: (id) => liveLimits(store, id),
    async resolveHook(path): Promise<HookRecord | null> {
      return (await store.get<HookRecord>(keys.hook(path)))?.value ?? null;
    },
    purge: (id) => purgeWorkflow(store, id),
    purgeDeleted: () => purgeDeleted(store, deps.now()),
  };
}

async function listWorkflows(store: Store, paging: Paging & { q?: string }): Promise<Page<WorkflowSummary>> {
  const wanted = paging.q?.trim().toLowerCase() ?? "";
  const candidates = newestFirst<WorkflowRecord>(store, keys.workflow("").slice(0, 1), {
    cursor: paging.cursor,
    pattern: ULID_CURSOR,
  });
  return await collectPage(candidates, {
    paging,
    keep: (record) => record.deletedAt === undefined && record.name.toLowerCase().includes(wanted),
    view: toSummary,
    at: (record) => record.createdAt,
    elapsed: store.monotonic,
  });
}
