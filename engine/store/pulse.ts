import type { Transition } from "../core/state.ts";
import { MINUTE_MS } from "../schemas/duration_units.ts";
import type { Write } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Key } from "./keys.ts";
import { EMPTY } from "./store.ts";
import type { Store } from "./store.ts";

/**
 * What alerts look at: how many executions entered and ended, minute by minute, written in the commit of what they
 * count. Keys begin with the minute, so that a look costs what happened lately and not what is stored. Children, tests
 * and dry runs are not counted; who replays has not entered.
 */
export interface Pulse {
  minute: number;
  workflowId: string;
  entered: number;
  /** Completed or failed. */
  ended: number;
  failed: number;
  /** Failed ones that were retried by hand: until they end once more they have not. */
  reopened: number;
  /** Sends that failed for good. */
  unsent: number;
}

/** Three numbers in one counter: 2,097,151 a minute is more than is ever begun. */
const BITS = 21n;
const MASK = (1n << BITS) - 1n;
const ENDED = 2 ** 21;
const FAILED = 2 ** 42;

export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS);
}

/** A commit's part of it: sums and the newest completion never conflict; only a failure writes a key of its own. */
export function pulseWrite(
  { next, counts, events, ledger }: Pick<Transition, "next" | "counts" | "events" | "ledger">,
  now: number,
): Required<Pick<Write, "sums" | "maxes" | "sets">> {
  const { workflowId } = next;
  const write: ReturnType<typeof pulseWrite> = { sums: [], maxes: [], sets: [] };
  if (next.test) return write;
  const minute = minuteOf(now);
  let runs = 0;
  let reopened = 0;
  // What a child sends is sent; what becomes of it is its parent's.
  for (const what of next.parent ? [] : counts) {
    if (what === "started" && next.replayOf === undefined) runs += 1;
    if (what === "reopened") reopened++;
    if (what === "completed") {
      runs += ENDED;
      write.maxes.push({ key: keys.completedAt(workflowId), to: now });
    }
    if (what === "failed") {
      runs += ENDED + FAILED;
      write.sets.push({ key: keys.failing(workflowId, now, next.id), value: EMPTY });
    }
  }
  if (runs > 0) write.sums.push({ key: keys.pulse(minute, workflowId, "runs"), add: runs });
  if (reopened > 0) write.sums.push({ key: keys.pulse(minute, workflowId, "reopened"), add: reopened });
  const unsent =
    ledger.filter(({ state, nodeId }) =>
      state === "refused" && events.some(({ type, node }) => type === "failed" && node === nodeId)
    ).length;
  if (unsent > 0) write.sums.push({ key: keys.pulse(minute, workflowId, "unsent"), add: unsent });
  return write;
}

const NOTHING = { entered: 0, ended: 0, failed: 0, reopened: 0, unsent: 0 };

/** Every pulse from a minute to another, both included. */
export async function readPulses(store: Store, from: number, to: number): Promise<Pulse[]> {
  const found = new Map<string, Pulse>();
  const range = { start: ["pulse", from], end: ["pulse", to + 1] };
  for await (const { key, value } of store.kv.list<Deno.KvU64>(range, { batchSize: 500 })) {
    const [, minute, workflowId, what] = key;
    const id = `${String(minute)}.${String(workflowId)}`;
    const pulse = found.get(id) ?? { ...NOTHING, minute: Number(minute), workflowId: String(workflowId) };
    if (what === "unsent" || what === "reopened") pulse[what] = Number(value.value);
    else {
      pulse.entered = Number(value.value & MASK);
      pulse.ended = Number(value.value >> BITS & MASK);
      pulse.failed = Number(value.value >> BITS * 2n);
    }
    found.set(id, pulse);
  }
  return [...found.values()];
}

/** Keys of pulses older than a minute, a few at a time. */
export async function oldPulses(store: Store, before: number, limit: number): Promise<Key[]> {
  return await store.keys({ selector: { start: ["pulse", 0], end: ["pulse", before] }, limit });
}

/** When an execution of the workflow completed last; null: none has. */
export async function completedAt(store: Store, workflowId: string): Promise<number | null> {
  const { value } = await store.kv.get<Deno.KvU64>(keys.completedAt(workflowId));
  return value === null ? null : Number(value.value);
}
