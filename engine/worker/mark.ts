import { isSettled } from "../core/state.ts";
import { loadExecutions, transitionWrite } from "../store/executions.ts";
import type { Hands } from "./hands.ts";

/** Another process holds the execution: the mark makes that one's next commit fail, and it looks again. */
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
    { next, events: [], started: [], attention: [], ledger: [], messages: [], response: null, counts: [] },
    {
      name: "cancel",
      before: loaded,
      commitId: hands.newId(),
      now,
      bodies: [],
      messageWrite: services.messageWrite,
    },
  );
  await store.commit(write);
}
