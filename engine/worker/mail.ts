import type { Command } from "../core/machine.ts";
import type { ExecutionState } from "../core/state.ts";
import { readMail } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { Hands } from "./hands.ts";
import type { DueEntry } from "./held.ts";
import { mayHaveMail, MOST_MAIL } from "./round.ts";

/** What one round takes of an execution's mail. */
export interface Taken {
  commands: Command[];
  /** Deleted by the round's commit: the mail that it applies, and the entries that told of it. */
  applied: Key[];
  /** Where more mail may lie, the entry that says so stays. */
  kept: DueEntry[];
  /** For the round's commit: what must not have come since the mail was read. */
  checks: { key: Key; versionstamp: string | null }[];
}

/** Is a settled execution to be opened again: by a command, or by mail that came while it settled? */
export async function isReopened(
  store: Store,
  { id, status }: ExecutionState,
  commands: readonly Command[],
  mailDue: readonly DueEntry[],
): Promise<boolean> {
  if (commands.some(({ kind }) => kind === "retry")) return true;
  if (status === "completed" || mailDue.length === 0) return false;
  return (await readMail(store, id)).some(({ mail: { kind } }) =>
    kind === "resume" || status === "failed" && (kind === "retry" || kind === "round")
  );
}

/**
 * Mail for a round, when an entry tells of some, or when a deadline has come: what came in time counts before it. A vote
 * sets its execution's clock, which a round at the deadline reads before the mail and checks in its commit: without a
 * common key, a vote and a time-out would pass each other, and both would be told that they came first.
 */
export async function takeMail(
  { store, clock }: Pick<Hands, "store" | "clock">,
  state: ExecutionState,
  mailDue: readonly DueEntry[],
): Promise<Taken> {
  const isLate = mayHaveMail(state, clock.now());
  if (mailDue.length === 0 && !isLate) return { commands: [], applied: [], kept: [], checks: [] };
  const key = keys.clock(state.id);
  const checks = isLate ? [{ key, versionstamp: (await store.get(key))?.versionstamp ?? null }] : [];
  const mail = (await readMail(store, state.id)).slice(0, MOST_MAIL);
  const kept = mail.length < MOST_MAIL ? [] : mailDue.slice(0, 1);
  const emptied = mailDue.slice(kept.length);
  return {
    commands: mail.map((each) => ({ kind: "mail", mail: each.mail })),
    applied: [...mail.map((each) => each.key), ...emptied.map((each) => each.key)],
    kept,
    checks: [...mailDue.map(({ key, versionstamp }) => ({ key, versionstamp })), ...checks],
  };
}
