import { isInQueue, placeReason, queuedReason } from "../core/limit.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState } from "../core/state.ts";
import type { Reason } from "../schemas/execution.ts";
import { keys } from "../store/keys.ts";
import { queueOf } from "../store/places.ts";
import type { HeadRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";

/** Places are counted so far. */
const COUNTED = 1_000;
/** How long it takes is told from so many recent executions. */
const RECENT = 30;

/** Why executions in a queue have not started: their place, the limit, when they may expect to start. By execution. */
export async function queueReasons(
  store: Store,
  states: readonly ExecutionState[],
  now: number,
): Promise<Map<string, Reason>> {
  const reasons = new Map<string, Reason>();
  const queued = states.filter(isInQueue);
  for (const workflowId of new Set(queued.map((state) => state.workflowId))) {
    const [published, queue, held] = await Promise.all([
      store.get<{ limits?: { maxConcurrent?: number } }>(keys.published(workflowId)),
      queueOf(store, workflowId, COUNTED),
      recentlyHeld(store, workflowId),
    ]);
    const places = new Map(queue.map((key, index) => [String(key[3]), index]));
    const limit = published?.value.limits?.maxConcurrent ?? null;
    for (const { id } of queued.filter((state) => state.workflowId === workflowId)) {
      const place = places.get(id);
      // Read a moment later than its head, the queue may have let it go.
      const gone = place === undefined && queue.length < COUNTED;
      const view = { behind: place ?? COUNTED, more: place === undefined, limit, held, now };
      reasons.set(id, gone ? queuedReason() : placeReason(view));
    }
  }
  return reasons;
}

async function recentlyHeld(store: Store, workflowId: string): Promise<number[]> {
  const selector = { prefix: ["execution_by_workflow", workflowId] };
  // Those in the queue are the newest: look a little further back for ones that have ended.
  const pointers = await store.keys({ selector, reverse: true, limit: COUNTED });
  const found: number[] = [];
  for (let i = 0; i < pointers.length && found.length < RECENT; i += 50) {
    const ids = pointers.slice(i, i + 50).map((key) => keys.execution(String(key[2])));
    for (const head of await store.getMany<HeadRecord>(ids)) {
      if (head?.value.limit && isSettled(head.value) && head.value.limit.held > 0) {
        found.push(head.value.limit.held);
      }
    }
  }
  return found.slice(0, RECENT);
}
