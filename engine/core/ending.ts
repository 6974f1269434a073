import type { Draft } from "./draft.ts";
import { isSettled } from "./state.ts";
import type { ExecutionState } from "./state.ts";

/** Ends the execution before its time: by a person, a time limit, a goal or an exit. */
export function end(draft: Draft, how: Omit<NonNullable<ExecutionState["cancelling"]>, "at">): void {
  if (isSettled(draft.state) || draft.state.cancelling) return;
  draft.state.cancelling = { ...how, at: draft.env.now };
}
