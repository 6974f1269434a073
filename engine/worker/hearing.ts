import type { ExecutionState } from "../core/state.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import type { Heard } from "./services.ts";

/** What an execution hears that does not listen. */
export const SILENCE: Heard = { signals: [], clock: null };

/**
 * A signal's commit sets its lead's clock. Whoever begins to listen, listens, or stops listening (a time-out) checks it
 * in its own commit: without a common key, a wait and a signal would pass each other.
 */
export function clockChecks(
  before: ExecutionState | null,
  next: ExecutionState,
  heard: Heard,
): { key: Key; versionstamp: string | null }[] {
  if (!next.leadId || !(before?.listening || next.listening)) return [];
  return [{ key: keys.clock(next.leadId), versionstamp: heard.clock }];
}
