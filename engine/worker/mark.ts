import { isSettled } from "../core/state.ts";
import { EMPTY, loadExecutions, transitionWrite } from "../store/executions.ts";
import { keys, shardOf } from "../store/keys.ts";
import type { Hands } from "./hands.ts";

/**
 * Another process holds the execution: the mark makes that one's next commit fail, and it looks again. The mail entry
 * has it make one within moments, also while its steps just run.
 */
export async function markCancelling(
  hands: Hands,
  id: string,
  who: { by: string; reason: string },
): Promise<void> {
  const { store, clock, services } = hands;
  const [loaded] = await loadExecutions(store, [id]);
  if (!loaded || isSettled(loaded.state) || loaded.state.cancelling) return;
  const now = clock.now();
  const next = { ...loaded.state, cancelling: { ...who, at: now } };
  const { write } = transitionWrite(
    {
      next,
      events: [],
      started: [],
      attention: [],
      ledger: [],
      messages: [],
      response: null,
      counts: [],
      spawn: [],
      dismiss: [],
      result: null,
    },
    {
      name: "cancel",
      before: loaded,
      commitId: hands.newId(),
      now,
      bodies: [],
      messageWrite: services.messageWrite,
    },
  );
  write.sets!.push({ key: keys.due(shardOf(id), 0, now, "mail", id), value: EMPTY });
  await store.commit(write);
}
