import { childrenKey, presentOf } from "../../engine/core/rounds.ts";
import type { DoneChild } from "../../engine/core/children.ts";
import { isSettled } from "../../engine/core/state.ts";
import type { ExecutionState } from "../../engine/core/state.ts";
import type { Store } from "../../engine/store/store.ts";

/** Every round that a loop waits for is under way, has said how it ended, or has mail that goes on with it. */
export async function roundProblems(
  store: Store,
  states: ReadonlyMap<string, ExecutionState>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const state of states.values()) {
    for (const [nodeId, { visit, waitingFor }] of state.steps) {
      if (waitingFor?.kind !== "children") continue;
      const step = childrenKey(nodeId, visit);
      const said = new Set(
        presentOf(waitingFor, await recordsOf(store, state.id, step)).map(({ index }) => index),
      );
      for (let index = waitingFor.low; index < waitingFor.created; index++) {
        const child = await store.get<{ id: string }>(["child", state.id, step, index]);
        const round = child && states.get(child.value.id);
        if (!round) problems.push(`${state.id}: round ${index} of ${nodeId} is counted and was never there`);
        else if (isSettled(round) && !said.has(index) && !await hasMail(store, round.id)) {
          problems.push(
            `${state.id}: round ${index} of ${nodeId} is ${round.status}, and its loop waits for it`,
          );
        }
      }
    }
  }
  return problems;
}

async function recordsOf(store: Store, parentId: string, step: string): Promise<DoneChild[]> {
  const found: DoneChild[] = [];
  for await (
    const { key, value } of store.list<Omit<DoneChild, "index">>({
      selector: { prefix: ["done", parentId, step] },
    })
  ) found.push({ index: Number(key[3]), ...value });
  return found;
}

async function hasMail(store: Store, id: string): Promise<boolean> {
  return (await store.keys({ selector: { prefix: ["mail", id] } })).length > 0;
}
