import { triggerGone } from "../core/fits.ts";
import type { Ran, Target } from "../core/fits.ts";
import type { GraphNode } from "../core/graph.ts";
import { heldInPlace, planMigration, STANDS } from "../core/migration_plan.ts";
import { isSettled } from "../core/state.ts";
import { EngineError, invalid, notFound } from "../errors.ts";
import { BULK_PER_SECOND } from "../schemas/mending.ts";
import type { Running, RunningNode, RunningVersion, Unmovable } from "../schemas/mending.ts";
import { loadExecutions } from "../store/executions.ts";
import type { Loaded } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import { newestFirst, SEARCH_MS, ULID_CURSOR } from "../store/pages.ts";
import { targetOf } from "../worker/versions.ts";
import type { CompiledVersion } from "../worker/versions.ts";
import type { PublishedRecord } from "../workflows/mod.ts";
import type { MendingDeps } from "./deps.ts";

const BATCH = 100;
const MOST_REASONS = 10;

/** One unsettled execution of another version, and how it would fit. */
export interface Candidate {
  ran: Ran;
  /** Why it cannot move; null: it can. */
  unmovable: string | null;
  begins: readonly GraphNode[];
  restartable: boolean;
}

/** Where executions of other versions stand (contract: `Mending`). Looks for 50 ms, at a hundred at least. */
export async function readRunning(
  deps: MendingDeps,
  workflowId: string,
  options: { to?: number; cursor?: string },
): Promise<Running> {
  if (!await deps.store.get(keys.workflow(workflowId))) throw notFound("workflow", workflowId);
  const published = await deps.store.get<PublishedRecord>(keys.published(workflowId));
  const empty: Running = {
    workflowId,
    version: null,
    items: [],
    perSecond: BULK_PER_SECOND,
    nextCursor: null,
  };
  if (!published) return empty;
  const target = await targetVersion(deps, workflowId, options.to ?? published.value.version);
  const versions = new Map<number, RunningVersion>();
  const began = deps.store.monotonic();
  const answer = (): Running => ({
    ...empty,
    version: target.version,
    items: [...versions.values()].sort((a, b) => b.version - a.version),
  });
  for await (
    const { candidates, last } of candidatesOf(deps, { workflowId, target, cursor: options.cursor })
  ) {
    for (const candidate of candidates) count(versions, candidate);
    if (deps.store.monotonic() - began < SEARCH_MS || last === null) continue;
    return { ...answer(), nextCursor: last.id, searchedUntil: new Date(last.createdAt).toISOString() };
  }
  return answer();
}

/** The version that is moved to; 422 when there is none. */
export async function targetVersion(
  deps: MendingDeps,
  workflowId: string,
  version: number,
): Promise<CompiledVersion> {
  try {
    return await deps.worker.versions.get(workflowId, version);
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 404) throw error;
    const message = `There is no version ${version}`;
    throw invalid(message, [{ path: "to", message, accepted: "the number of a version" }]);
  }
}

/** Unsettled executions of versions other than the target's, newest first, by the hundred; rounds and children aside. */
export async function* candidatesOf(
  deps: MendingDeps,
  wanted: { workflowId: string; target: CompiledVersion; cursor?: string | undefined },
): AsyncGenerator<{ candidates: Candidate[]; last: { id: string; createdAt: number } | null }> {
  const { workflowId, cursor } = wanted;
  const target = targetOf(wanted.target);
  let ids: string[] = [];
  const pointers = newestFirst<unknown>(deps.store, ["live", workflowId], { cursor, pattern: ULID_CURSOR });
  for await (const pointer of pointers) {
    if (ids.push(pointer.cursor) < BATCH) continue;
    yield await looked(deps, ids, target);
    ids = [];
  }
  yield { ...await looked(deps, ids, target), last: null };
}

async function looked(
  deps: MendingDeps,
  ids: readonly string[],
  target: Target,
): Promise<{ candidates: Candidate[]; last: { id: string; createdAt: number } | null }> {
  const found = (await loadExecutions(deps.store, ids)).filter((each): each is Loaded => each !== null);
  const candidates: Candidate[] = [];
  for (const { state } of found) {
    if (isSettled(state) || state.parent || state.version === target.version) continue;
    const { graph } = await deps.worker.versions.get(state.workflowId, state.version);
    candidates.push(judged({ state, graph }, target));
  }
  const id = ids.at(-1);
  const createdAt = found.at(-1)?.state.createdAt ?? deps.worker.clock.now();
  return { candidates, last: id === undefined ? null : { id, createdAt } };
}

/** Can it move, can it be restarted? */
export function judged(ran: Ran, target: Target): Candidate {
  const plan = planMigration(ran, target);
  const restartable = heldInPlace(ran) === null && triggerGone(ran, target) === null;
  return "issues" in plan
    ? { ran, unmovable: plan.issues[0]?.message ?? "", begins: [], restartable }
    : { ran, unmovable: null, begins: plan.begins, restartable };
}

function count(versions: Map<number, RunningVersion>, candidate: Candidate): void {
  const { ran: { state, graph }, unmovable, begins, restartable } = candidate;
  const known = versions.get(state.version) ??
    { version: state.version, count: 0, movable: 0, restartable: 0, nodes: [], begins: [] };
  versions.set(state.version, known);
  known.count++;
  if (unmovable === null) known.movable++;
  if (restartable) known.restartable++;
  for (const node of begins) {
    const begun = known.begins.find(({ nodeId }) => nodeId === node.id);
    if (begun) begun.count++;
    else known.begins.push({ nodeId: node.id, label: node.label, count: 1 });
  }
  for (const node of graph.nodes) {
    if (STANDS.has(state.statuses[node.index]!)) {
      countAt(known.nodes, node, { unmovable, executionId: state.id });
    }
  }
  const drawn = (nodeId: string): number => graph.indexOf.get(nodeId) ?? -1;
  known.nodes.sort((a, b) => drawn(a.nodeId) - drawn(b.nodeId));
}

function countAt(
  nodes: RunningNode[],
  { id: nodeId, label, type }: GraphNode,
  { unmovable, executionId }: { unmovable: string | null; executionId: string },
): void {
  let row = nodes.find((each) => each.nodeId === nodeId);
  if (!row) nodes.push(row = { nodeId, label, type, count: 0, movable: 0, reasons: [] });
  row.count++;
  if (unmovable === null) row.movable++;
  else addReason(row.reasons, { text: unmovable, count: 1, executionId });
}

function addReason(reasons: Unmovable[], reason: Unmovable): void {
  const known = reasons.find(({ text }) => text === reason.text);
  if (known) known.count++;
  else if (reasons.length < MOST_REASONS) reasons.push(reason);
}
