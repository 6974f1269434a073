import type { Actor, Executions } from "../contract.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import type { Store } from "../store/store.ts";

/** What a workflow that is to be deleted asks of its executions that have not settled. */
export function unsettledOf(store: Store, cancel: Executions["cancel"]): {
  count(workflowId: string): Promise<number>;
  cancelAll(workflowId: string, actor: Actor): Promise<void>;
} {
  const live = (workflowId: string): Promise<Key[]> =>
    store.keys({ selector: { prefix: keys.live(workflowId, "").slice(0, 2) } });
  return {
    count: async (workflowId) => (await live(workflowId)).length,
    async cancelAll(workflowId, actor): Promise<void> {
      for (const key of await live(workflowId)) {
        // One that has settled meanwhile needs no cancelling.
        await cancel(String(key[2]), { reason: "The workflow was deleted" }, actor).catch(() => {});
      }
    },
  };
}
