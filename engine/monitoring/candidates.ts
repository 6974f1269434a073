import { SETTLED } from "../core/state.ts";
import { invalid } from "../errors.ts";
import type { ExecutionFilter, ExecutionStatus, ListedStatus, StepStatus } from "../schemas/execution.ts";
import { statusesOf } from "../schemas/node_counts.ts";
import type { Paging } from "../schemas/problem.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { badCursor, newestFirst, ULID_CURSOR } from "../store/pages.ts";
import type { Candidate } from "../store/pages.ts";
import { faultOf, statusAt } from "../store/records.ts";
import type { HeadRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { timeOfId } from "../worker/clock.ts";
import type { Versions } from "../worker/versions.ts";
import { readOpen } from "./inbox_cards.ts";

/** A head, with its step at the node that the filter names. */
export interface Found extends HeadRecord {
  at?: StepStatus | undefined;
}

/** Heads by the narrowest index, newest first; `matches` says which the filter means. Throws 422 naming the field. */
export function candidatesOf(
  { store, versions }: { store: Store; versions: Pick<Versions, "nodesOf"> },
  filter: ExecutionFilter & Paging,
): AsyncGenerator<Candidate<Found>> {
  const { nodeId, workflowId, nodeStatus } = filter;
  const heads = headsOf(store, filter);
  if (nodeId !== undefined && workflowId !== undefined) return standingAt(heads, nodeId, versions);
  if (nodeId === undefined && nodeStatus === undefined) return heads;
  const [path, given] = nodeId === undefined ? ["nodeId", "nodeStatus"] : ["workflowId", "nodeId"];
  const message = `${given} is "${nodeStatus ?? nodeId}", and ${path} is missing`;
  throw invalid(message, [{ path, message, accepted: `${path} beside ${given}` }]);
}

/** A node's index is another one in every version. */
async function* standingAt(
  heads: AsyncGenerator<Candidate<HeadRecord>>,
  nodeId: string,
  versions: Pick<Versions, "nodesOf">,
): AsyncGenerator<Candidate<Found>> {
  const indexes = new Map<number, number>();
  for await (const { cursor, record } of heads) {
    const { workflowId, version } = record;
    let index = indexes.get(version);
    // A head that does not say where it stands is passed over with the others that are broken.
    if (index === undefined && faultOf(record) !== null) index = -1;
    if (index === undefined) {
      index = (await versions.nodesOf(workflowId, version)).findIndex(({ id }) => id === nodeId);
      indexes.set(version, index);
    }
    yield { cursor, record: { ...record, at: statusAt(record, index) } };
  }
}

function headsOf(store: Store, filter: ExecutionFilter & Paging): AsyncGenerator<Candidate<HeadRecord>> {
  if (filter.cause) return failedBy(store, filter.cause, filter);
  if (filter.parentId) return childrenOf(store, filter.parentId, filter.cursor);
  if (filter.workflowId) return throughIndex(store, ["execution_by_workflow", filter.workflowId], filter);
  if (filter.leadId) return throughIndex(store, ["execution_by_lead", filter.leadId], filter);
  return newestFirst<HeadRecord>(store, ["execution"], {
    cursor: filter.cursor,
    pattern: ULID_CURSOR,
    between: idsOf(filter),
    batchSize: Math.min(500, filter.limit + 1),
  });
}

/** A derived id is as old as the action that it belongs to, which may have gone on for hours. */
const OLDER_MS = 86_400_000;
/** A clock that was set back goes on in the ids until it has caught up. */
const NEWER_MS = 60_000;

/** The ids that can have been made in the filter's time: they begin with it. What ended in it was created before. */
function idsOf({ from, to, timeOf }: ExecutionFilter): { first?: string; last?: string } {
  return {
    ...(from && timeOf !== "ended" ? { first: timeOfId(Date.parse(from) - OLDER_MS) } : {}),
    ...(to ? { last: `${timeOfId(Date.parse(to) + NEWER_MS)}~` } : {}),
  };
}

/** Executions with a failed step on the cause's card, each once. */
async function* failedBy(
  store: Store,
  cause: string,
  paging: Paging,
): AsyncGenerator<Candidate<HeadRecord>> {
  const [at, id] = /^(\d{1,15})~(.{1,200})$/.exec(paging.cursor ?? "")?.slice(1) ?? [];
  if (paging.cursor && at === undefined) throw badCursor();
  const open = await readOpen(store, cause);
  if (!open) return;
  const selector = at !== undefined && id !== undefined
    ? { ...open.selector, end: keys.byCause(cause, Number(at), id) }
    : open.selector;
  const seen = new Set<string>();
  const batchSize = Math.min(100, paging.limit + 1);
  for await (const { key } of store.kv.list(selector, { reverse: true, batchSize })) {
    const [failedAt, card] = [Number(key[2]), String(key[3])];
    const executionId = card.slice(0, card.indexOf("."));
    if (seen.has(executionId)) continue;
    seen.add(executionId);
    const [head] = await store.getMany<HeadRecord>([keys.execution(executionId)], { broken: "pass" });
    if (head) yield { cursor: `${failedAt}~${card}`, record: head.value };
  }
}

/** Children in the order of their steps and rounds. */
async function* childrenOf(
  store: Store,
  parentId: string,
  cursor: string | undefined,
): AsyncGenerator<Candidate<HeadRecord>> {
  const [step, index] = /^(.{1,80})~(\d{1,9})$/.exec(cursor ?? "")?.slice(1) ?? [];
  if (cursor && step === undefined) throw badCursor();
  const selector = step === undefined
    ? { prefix: ["child", parentId] }
    : { prefix: ["child", parentId], start: keys.child(parentId, step, Number(index) + 1) };
  for await (const { key, value } of store.list<{ id: string }>({ selector })) {
    const [head] = await store.getMany<HeadRecord>([keys.execution(value.id)], { broken: "pass" });
    if (head) yield { cursor: `${String(key[2])}~${String(key[3])}`, record: head.value };
  }
}

/** Pointers in an index, their heads read in batches; dangling ones are passed over. */
async function* throughIndex(
  store: Store,
  prefix: Key,
  paging: ExecutionFilter & Paging,
): AsyncGenerator<Candidate<HeadRecord>> {
  let batch: string[] = [];
  const heads = async function* (): AsyncGenerator<Candidate<HeadRecord>> {
    const found = await store.getMany<HeadRecord>(batch.map(keys.execution), { broken: "pass" });
    for (let i = 0; i < found.length; i++) if (found[i]) yield { cursor: batch[i]!, record: found[i]!.value };
    batch = [];
  };
  const between = idsOf(paging);
  for await (
    const { cursor } of newestFirst<unknown>(store, prefix, {
      cursor: paging.cursor,
      pattern: ULID_CURSOR,
      between,
    })
  ) {
    batch.push(cursor);
    if (batch.length >= Math.min(100, paging.limit + 1)) yield* heads();
  }
  yield* heads();
}

/** Does the filter mean it, as far as heads tell? What it asks beyond that, `Finder` looks for. */
export function matches(head: Found, filter: ExecutionFilter): boolean {
  if (faultOf(head) !== null) return false;
  // A cause has its own index, and what failed there is mended wherever it lies.
  if (!filter.cause && (head.parent?.executionId ?? undefined) !== filter.parentId) return false;
  if (filter.nodeId !== undefined) {
    if (!head.at || !statusesOf(filter.nodeStatus ?? "entered").includes(head.at)) return false;
  }
  if (filter.status && !isListedAs(head.status, filter.status)) return false;
  if (filter.workflowId && head.workflowId !== filter.workflowId) return false;
  if (filter.leadId && head.leadId !== filter.leadId) return false;
  return isInTime(head, filter);
}

function isListedAs(status: ExecutionStatus, wanted: ListedStatus): boolean {
  return wanted === "active" ? !SETTLED.has(status) : status === wanted;
}

function isInTime(head: HeadRecord, { from, to, timeOf }: ExecutionFilter): boolean {
  // A head leaves out what is at its default: one that has not ended has no end.
  const at = timeOf === "ended" ? head.endedAt ?? null : head.createdAt;
  if (at === null) return false;
  return !(from && at < Date.parse(from)) && !(to && at > Date.parse(to));
}
