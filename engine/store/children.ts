import { cancelledBy } from "../core/ending.ts";
import type { ChildrenWait, DoneChild } from "../core/children.ts";
import { childrenKey } from "../core/rounds.ts";
import type { ExecutionState, Mail, Transition } from "../core/state.ts";
import { isSettled } from "../core/state.ts";
import { keys, shardOf } from "./keys.ts";
import type { Key } from "./keys.ts";
import { EMPTY, encode } from "./store.ts";
import type { Store } from "./store.ts";

/** `["done", parent, step, index]`. */
export interface DoneRecord extends Omit<DoneChild, "index"> {
  v: 1;
}

/**
 * Children of waiting steps that have settled: those from `low` on, and all of them when these are the last. Of steps
 * that begin to wait `again` all are read: what has settled before tells nobody any more.
 */
export async function readChildren(
  store: Store,
  state: ExecutionState,
  again: readonly string[] = [],
): Promise<Map<string, DoneChild[]>> {
  const found = new Map<string, DoneChild[]>();
  for (const [nodeId, step] of state.steps) {
    if (again.includes(nodeId)) {
      const key = childrenKey(nodeId, step.visit);
      found.set(key, await listDone(store, state.id, key, 0));
    }
    // A loop that failed, or was stopped, may be gone on with.
    const wait = step.waitingFor?.kind === "children" ? step.waitingFor : step.rounds;
    if (!wait) continue;
    const key = childrenKey(nodeId, step.visit);
    const fresh = await listDone(store, state.id, key, wait.low);
    found.set(key, wait.low > 0 && isLast(wait, fresh) ? await listDone(store, state.id, key, 0) : fresh);
  }
  return found;
}

function isLast(wait: ChildrenWait, fresh: readonly DoneChild[]): boolean {
  return wait.how === "for_each" && wait.low + fresh.length >= wait.total;
}

async function listDone(store: Store, parentId: string, step: string, from: number): Promise<DoneChild[]> {
  const found: DoneChild[] = [];
  const selector = {
    start: keys.done(parentId, step, from),
    end: keys.done(parentId, step, Number.MAX_SAFE_INTEGER),
  };
  for await (const { key, value } of store.list<DoneRecord>({ selector, batchSize: 200 })) {
    const { v: _v, ...child } = value;
    found.push({ index: key[3] as number, ...child });
  }
  return found;
}

const INLINE_RESULT = 16 * 1024;

/** A child that settles tells its parent in the same commit. */
export function doneSets(transition: Transition, now: number): { key: Key; value: Uint8Array }[] {
  const { next, result } = transition;
  if (!next.parent || !isSettled(next)) return [];
  const { executionId, nodeId, visit, index, again } = next.parent;
  const by = cancelledBy(next);
  const record: DoneRecord = {
    v: 1,
    status: next.status === "completed" ? "completed" : next.status === "failed" ? "failed" : "cancelled",
    executionId: next.id,
    ...(again ? { again } : {}),
    ...(by === undefined ? {} : { by }),
    output: next.status !== "completed"
      ? { error: next.reason?.text ?? next.status }
      : !result
      ? null
      : "json" in result
      ? result.json
      : { executionId: next.id, bytes: result.bytes },
  };
  const value = encode(record);
  const kept = value.byteLength <= INLINE_RESULT
    ? value
    : encode({ ...record, output: { executionId: next.id } });
  return [
    { key: keys.done(executionId, childrenKey(nodeId, visit), index), value: kept },
    { key: keys.due(shardOf(executionId), 0, now, "mail", executionId), value: EMPTY },
  ];
}

/** A round that a person cancelled and then retried: what it said is taken back in the same commit, or it would count. */
export function takenBack({ next, reopened }: Transition, before: ExecutionState | null): Key[] {
  if (!reopened || !next.parent || before?.status !== "cancelled") return [];
  const { executionId, nodeId, visit, index } = next.parent;
  return [keys.done(executionId, childrenKey(nodeId, visit), index)];
}

/** Mail to a relative, in the sender's own commit. */
export function mailSets(id: string, mailId: string, mail: Mail): { key: Key; value: Uint8Array }[] {
  return [
    { key: keys.mail(id, mailId), value: encode({ v: 1, ...mail }) },
    { key: keys.due(shardOf(id), 0, mail.at, "mail", id), value: EMPTY },
  ];
}
