import { isInQueue } from "../../engine/core/limit.ts";
import type { ExecutionState } from "../../engine/core/state.ts";
import { isSettled } from "../../engine/core/state.ts";
import type { Store } from "../../engine/store/store.ts";

/** Slots, queue and heads tell the same story, and nobody waits beside a free slot without being looked for. */
export async function placeProblems(
  store: Store,
  states: ReadonlyMap<string, ExecutionState>,
): Promise<string[]> {
  const problems: string[] = [];
  const all = [...states.values()];
  const held: string[] = [];
  for await (
    const { key, value } of store.list<{ executionId: string }>({ selector: { prefix: ["slot"] } })
  ) {
    held.push(`${String(key[1])}/${String(key[2])}/${value.executionId}`);
  }
  const claimed = all.flatMap(({ workflowId, limit, id }) =>
    limit && limit.slot !== null ? [`${workflowId}/${limit.slot}/${id}`] : []
  );
  if (held.sort().join() !== claimed.sort().join()) {
    problems.push(`slots: ${held.join()}, not ${claimed.join()}`);
  }
  const queue = (await store.keys({ selector: { prefix: ["queue"] } })).map((key) => key.slice(1).join("/"));
  const queued = all.filter(isInQueue).map(({ workflowId, limit, id }) =>
    `${workflowId}/${limit?.since}/${id}`
  );
  if (queue.sort().join() !== queued.sort().join()) {
    problems.push(`queue: ${queue.join()}, not ${queued.join()}`);
  }
  for (const state of all) {
    if (!state.limit) continue;
    if (isSettled(state) && (state.limit.slot !== null || state.limit.since !== null)) {
      problems.push(`${state.id}: settled in its place`);
    }
    if (state.lease && state.limit.slot === null) problems.push(`${state.id}: runs without a slot`);
    if (!isSettled(state) && state.limit.waits && state.limit.slot === null && !isInQueue(state)) {
      problems.push(`${state.id}: counts, and has neither slot nor place in the queue`);
    }
  }
  for (const workflowId of new Set(all.filter(isInQueue).map((state) => state.workflowId))) {
    const published = await store.get<{ limits?: { maxConcurrent?: number } }>(["published", workflowId]);
    const most = published?.value.limits?.maxConcurrent ?? Infinity;
    const taken = held.filter((slot) => slot.startsWith(`${workflowId}/`)).length;
    const due = (await store.keys({ selector: { prefix: ["due"] } })).some((key) =>
      key[4] === "limit" && String(key[5]).startsWith(`${workflowId}.`)
    );
    if (taken < most && !due) problems.push(`${workflowId}: somebody waits beside a free slot`);
  }
  return problems;
}
