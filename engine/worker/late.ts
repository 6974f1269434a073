import type { Command } from "../core/machine.ts";
import type { ExecutionState, Mail } from "../core/state.ts";
import { askUnderWay, partOf } from "../core/votes.ts";
import type { Outcome } from "../schemas/node.ts";
import type { Write } from "../store/commit.ts";
import { EMPTY } from "../store/executions.ts";
import { keys, shardOf } from "../store/keys.ts";
import type { LedgerRecord } from "../store/records.ts";
import { encode } from "../store/store.ts";
import type { Hands } from "./hands.ts";

const MAX_TRIES = 20;
const MAIL_BYTES = 60 * 1024;

/**
 * Results that arrive when the execution is in other hands. What a ledger step did outside is known here and nowhere
 * else, so it is written under the ledger record's own check, and in the same commit told to
 * whoever holds the execution: a step that waits as uncertain takes it, and nobody has to decide. `state` is the
 * execution as it was last held here.
 */
export async function recordLate(
  hands: Hands,
  state: ExecutionState,
  commands: readonly Command[],
): Promise<void> {
  for (const command of commands) {
    if (command.kind !== "outcome" || !state.steps.get(command.nodeId)?.outside) continue;
    const { nodeId, attempt, outcome } = command;
    if (outcome.kind === "fail" && outcome.uncertain) continue;
    await record(hands, state, { nodeId, attempt, outcome });
  }
}

async function record(
  hands: Hands,
  state: ExecutionState,
  late: { nodeId: string; attempt: number; outcome: Outcome },
): Promise<void> {
  const { nodeId, attempt, outcome } = late;
  const step = state.steps.get(nodeId)!;
  const ask = askUnderWay(step.approval);
  const key = keys.ledger(state.id, nodeId, step.visit, ask ? partOf(ask) : undefined);
  for (let i = 0; i < MAX_TRIES; i++) {
    const entry = await hands.store.get<LedgerRecord>(key);
    const known = entry?.value;
    // Another attempt of it has begun, or its result is known.
    if (
      !entry || !known || known.attempt !== attempt || known.state === "sent" || known.state === "refused"
    ) return;
    const at = hands.clock.now();
    const result = outcome.kind === "fail" ? "refused" : "sent";
    const next: LedgerRecord = {
      ...known,
      // What a person decided meanwhile stays decided.
      state: known.state === "resolved" ? known.state : result,
      result,
      resultAt: at,
    };
    const told = await telling(hands, state.id, { kind: "result", visit: step.visit, at, ...late });
    const written = await hands.store.commit({
      name: "ledger_result",
      checks: [{ key, versionstamp: entry.versionstamp }],
      sets: [{ key, value: encode(next) }, ...told],
      bells: [at],
    });
    if (written.ok) return;
  }
}

/** Mail to the execution. A message too large for it is stored here instead, and its openings are not heard of. */
async function telling(
  hands: Hands,
  executionId: string,
  mail: Extract<Mail, { kind: "result" }>,
): Promise<NonNullable<Write["sets"]>> {
  const sets = [
    { key: keys.due(shardOf(executionId), 0, mail.at, "mail", executionId), value: EMPTY },
  ];
  const key = keys.mail(executionId, hands.newId());
  const value = encode({ v: 1, ...mail });
  if (value.byteLength <= MAIL_BYTES) return [...sets, { key, value }];
  const { message, ...outcome } = mail.outcome;
  const stored = message ? hands.services.messageWrite(message) : { sets: [], before: [] };
  for (const blob of stored.before) await hands.store.commit(blob);
  return [...sets, ...stored.sets, { key, value: encode({ v: 1, ...mail, outcome }) }];
}
