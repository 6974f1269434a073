import type { Reason } from "../schemas/execution.ts";
import type { Draft } from "./draft.ts";
import { isSettled } from "./state.ts";
import type { Cancelling, ExecutionState } from "./state.ts";

/** Ends the execution before its time: by a person, its parent, a time limit, a goal or an exit. The first word counts. */
export function end(draft: Draft, how: Omit<Cancelling, "at">): void {
  const { state } = draft;
  if (isSettled(state) || state.cancelling && !outlasts(how, state.cancelling)) return;
  state.cancelling = { ...how, at: draft.env.now };
}

/** A person's word goes over that of a loop, which may take its own back. */
export function outlasts(
  how: Pick<Cancelling, "as" | "withParent">,
  before: Pick<Cancelling, "withParent">,
): boolean {
  return before.withParent === true && !how.withParent && !how.as;
}

/** Why it has ended before its time. */
export function reasonOf({ as, by, reason, withParent }: Cancelling): Reason {
  const text = as ? reason : `Cancelled by ${by}${reason ? `: ${reason}` : ""}`;
  if (as) return { code: as === "timeout" ? "execution_timeout" : as, text };
  return { code: withParent ? "stopped_with_parent" : "cancelled", text, data: { by } };
}

/** Who has cancelled this execution itself; undefined: it was not, or its parent stopped it, with which it goes on. */
export function cancelledBy(
  { status, reason }: Pick<ExecutionState, "status" | "reason">,
): string | undefined {
  if (status !== "cancelled" || reason?.code !== "cancelled") return undefined;
  // Older ones do not say who it was: they go on with their loop, as they did.
  const { by } = Object(reason.data);
  return typeof by === "string" ? by : undefined;
}
