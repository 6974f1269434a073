import type { Mail } from "../core/state.ts";
import { BrokenRow } from "./broken.ts";
import type { Loaded } from "./executions.ts";
import { keys } from "./keys.ts";
import type { Key } from "./keys.ts";
import { faultOf, isStep, stateOf } from "./records.ts";
import type { HeadRecord, StepRecord } from "./records.ts";
import type { Entry, Reading, Store } from "./store.ts";

/**
 * Reads executions whole: heads, and beside them the steps that outgrew theirs. Missing ones are null. Throws BrokenRow,
 * unless broken ones are passed over: they are null then.
 */
export async function loadExecutions(
  store: Store,
  ids: readonly string[],
  reading: Reading = {},
): Promise<(Loaded | null)[]> {
  const heads = await store.getMany<HeadRecord>(ids.map(keys.execution), reading);
  return await Promise.all(heads.map(async (head, i) => {
    if (!head) return null;
    try {
      return await whole(store, keys.execution(ids[i]!), head);
    } catch (error) {
      if (reading.broken && error instanceof BrokenRow) return null;
      throw error;
    }
  }));
}

async function whole(store: Store, key: Key, head: Entry<HeadRecord>): Promise<Loaded> {
  const why = faultOf(head.value);
  if (why !== null) throw store.setAside.put(key, "content", why);
  store.setAside.clear(key, "content");
  const state = stateOf(head.value);
  const spilled = new Set<string>();
  if (!head.value.spilled) return { state, versionstamp: head.versionstamp, spilled };
  const steps = new Map(state.steps);
  for await (const { key, value } of store.list<StepRecord>({ selector: { prefix: ["step", state.id] } })) {
    const nodeId = key[2] as string;
    // A step that went on after it was spilled stands in the head again.
    if (steps.has(nodeId)) continue;
    if (!isStep(value.step)) throw store.setAside.put(key, "content", "it holds no step");
    spilled.add(nodeId);
    steps.set(nodeId, value.step);
  }
  return { state: { ...state, steps }, versionstamp: head.versionstamp, spilled };
}

/** What others left for the execution, oldest first. */
export async function readMail(store: Store, executionId: string): Promise<{ key: Key; mail: Mail }[]> {
  const found: { key: Key; mail: Mail }[] = [];
  for await (
    const { key, value } of store.list<Mail>({
      selector: { prefix: ["mail", executionId] },
      limit: 100,
      broken: "pass",
    })
  ) {
    found.push({ key, mail: value });
  }
  return found;
}
