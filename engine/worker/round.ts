import type { Command } from "../core/machine.ts";
import { weightOf } from "../core/modest.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState, Transition } from "../core/state.ts";
import type { CommitName } from "../store/commit.ts";

/** So much mail a round. */
export const MOST_MAIL = 40;
/** So many entries that say so: a commit checks each, and an atomic of some databases takes ten checks. */
export const MOST_MAIL_DUE = 6;
const MOST_COMMANDS = 64;
const MOST_WEIGHT = 120 * 1024;

/** How many of the waiting commands one round decides over: more than one commit can hold would fail it. */
export function portionOf(commands: readonly Command[]): number {
  let weight = 0;
  const over = commands.findIndex((command, index) => {
    if (command.kind === "outcome") weight += weightOf(command.outcome, command.input);
    return index > 0 && (index >= MOST_COMMANDS || weight > MOST_WEIGHT);
  });
  return over < 0 ? commands.length : over;
}

/** The commit's name, by what it does: the fault tests hit each. */
export function nameOf(commands: readonly Command[], transition: Transition): CommitName {
  const kinds = new Set(commands.map((command) => command.kind));
  const moves = transition.events.some(({ reason }) => reason?.code === "migrated");
  if (moves || kinds.has("migrate")) return "migrate";
  if (kinds.has("cancel")) return "cancel";
  if (kinds.has("retry")) return "reopen";
  if (kinds.has("enter")) return "enter";
  if (kinds.has("rescued")) return "claim";
  if (kinds.has("outcome")) {
    if (transition.events.some((event) => event.type === "retry")) return "retry";
    return transition.next.lease === null && !isSettled(transition.next) ? "wait" : "settle";
  }
  if (kinds.has("mail")) return "mail";
  if (transition.events.length === 0) return "renew";
  return transition.started.length > 0 ? "claim" : "wake";
}

/** Is something due that is decided over all that has come meanwhile: the end of a hold, or a deadline for votes? */
export function mayHaveMail(state: ExecutionState, now: number): boolean {
  const timesOut = state.timeoutAt !== null && state.timeoutAt <= now;
  for (const { waitingFor, wakeAt, approval } of state.steps.values()) {
    const isHeld = waitingFor?.kind === "window" || waitingFor?.kind === "rate";
    if (isHeld && (wakeAt ?? now) <= now) return true;
    if (approval && (timesOut || wakeAt !== undefined && wakeAt <= now)) return true;
  }
  return false;
}

/** Nothing has changed but what a look leaves as it is. */
export function sameHolding(before: ExecutionState, next: ExecutionState): boolean {
  return before.lease === next.lease && before.due === next.due && before.status === next.status &&
    before.cancelling === next.cancelling && before.limit === next.limit;
}

/** Is it decided again over what is stored by now? Mail is read anew, and whoever let it enter a limit looks again. */
export function outlastsConflict({ kind }: Command): boolean {
  return kind !== "mail" && kind !== "rescued" && kind !== "enter";
}
