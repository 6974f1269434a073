import { outlasts } from "../core/ending.ts";
import { isSettled } from "../core/state.ts";
import { EMPTY, loadExecutions, transitionWrite } from "../store/executions.ts";
import type { Write } from "../store/commit.ts";
import type { Loaded } from "../store/executions.ts";
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
  const { store } = hands;
  const [loaded] = await loadExecutions(store, [id]);
  if (!loaded || isSettled(loaded.state)) return;
  if (loaded.state.cancelling && !outlasts({}, loaded.state.cancelling)) return;
  await store.commit(cancelMark(hands, loaded, who));
}

/** The mark as a part of a commit: from then on nothing more of it starts. */
export function cancelMark(
  hands: Pick<Hands, "clock" | "newId" | "services">,
  loaded: Loaded,
  who: { by: string; reason: string },
): Write {
  const { id } = loaded.state;
  const now = hands.clock.now();
  const { write } = transitionWrite(
    {
      next: { ...loaded.state, cancelling: { ...who, at: now } },
      events: [],
      started: [],
      attention: [],
      ledger: [],
      messages: [],
      response: null,
      counts: [],
      spawn: [],
      dismiss: [],
      resume: [],
      asks: [],
      result: null,
    },
    {
      name: "cancel",
      before: loaded,
      nodes: null,
      commitId: hands.newId(),
      now,
      bodies: [],
      messageWrite: hands.services.messageWrite,
    },
  );
  const told = { key: keys.due(shardOf(id), 0, now, "mail", id), value: EMPTY };
  return { ...write, sets: [...write.sets ?? [], told] };
}
