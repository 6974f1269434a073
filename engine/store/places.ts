import { isInQueue } from "../core/limit.ts";
import type { ExecutionState } from "../core/state.ts";
import type { Write } from "./commit.ts";
import { keys, shardOf } from "./keys.ts";
import type { Key } from "./keys.ts";
import { encode } from "./store.ts";
import type { Store } from "./store.ts";

/** `["slot", workflowId, i]`: who counts as the workflow's i-th execution. */
export interface SlotRecord {
  v: 1;
  executionId: string;
}

type Parts = Required<Pick<Write, "checks" | "sets" | "deletes">>;

/**
 * What a transition does to slots and queue, in its own commit: nobody else takes, frees or queues.
 * Freeing and queueing both leave a `limit` due entry, so that of the two the later is seen with the other.
 */
export function placeWrite(before: ExecutionState | null, next: ExecutionState, now: number): Parts {
  const parts: Parts = { checks: [], sets: [], deletes: [] };
  const { workflowId, id } = next;
  const [was, is] = [before?.limit?.slot ?? null, next.limit?.slot ?? null];
  if (was !== is) {
    if (was !== null) {
      parts.deletes.push(keys.slot(workflowId, was));
      parts.sets.push(limitDue(workflowId, String(was), now));
    }
    if (is !== null) {
      const key = keys.slot(workflowId, is);
      parts.checks.push({ key, versionstamp: null });
      parts.sets.push({ key, value: encode({ v: 1, executionId: id } satisfies SlotRecord) });
    }
  }
  const [queued, queues] = [before && queueKey(before), queueKey(next)];
  if (queued && !queues) parts.deletes.push(queued);
  if (queues && !queued) {
    parts.sets.push({ key: queues, value: encode({ v: 1 }) }, limitDue(workflowId, id, now));
  }
  return parts;
}

function queueKey(state: ExecutionState): Key | null {
  return isInQueue(state) ? keys.queue(state.workflowId, state.limit!.since!, state.id) : null;
}

/**
 * A reason to look at the workflow's queue. `about` (a slot, an execution, `publish`) keeps the entries of one moment
 * apart: two writes that set one key never share a commit.
 */
export function limitDue(
  workflowId: string,
  about: string,
  at: number,
): { key: Key; value: Uint8Array } {
  const id = `${workflowId}.${about}`;
  return { key: keys.due(shardOf(id), 0, at, "limit", id), value: encode({ v: 1 }) };
}

/** Who is in the queue, first come first. */
export async function queueOf(store: Store, workflowId: string, limit: number): Promise<Key[]> {
  return await store.keys({ selector: { prefix: ["queue", workflowId] }, limit });
}

/** Slots below `most` that nobody holds, the lowest first; where a lowered limit is exceeded, fewer or none. */
export async function freeSlots(
  store: Store,
  workflowId: string,
  most: number,
): Promise<{ free: number[]; exceeded: boolean }> {
  const taken = new Set<unknown>();
  for (const key of await store.keys({ selector: { prefix: ["slot", workflowId] } })) taken.add(key[2]);
  const free: number[] = [];
  for (let slot = 0; slot < most; slot++) if (!taken.has(slot)) free.push(slot);
  // Slots beyond a limit that was lowered count until they are freed.
  const beyond = [...taken].filter((slot) => Number(slot) >= most).length;
  return { free: free.slice(0, Math.max(0, free.length - beyond)), exceeded: beyond > 0 };
}
