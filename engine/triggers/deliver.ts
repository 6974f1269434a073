import { evaluateCondition } from "../core/condition.ts";
import { z } from "zod";
import { ConditionGroup } from "../schemas/condition.ts";
import type { JsonObject } from "../schemas/json.ts";
import { leadView, signalPrefix } from "../leads/mod.ts";
import type { LeadRecord, SignalRecord } from "../leads/mod.ts";
import { EMPTY } from "../store/executions.ts";
import { keys, shardOf } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { DueEntry } from "../worker/held.ts";
import { EngineError } from "../errors.ts";
import { startedBySignal } from "./answering.ts";
import type { Door } from "./doors.ts";
import type { createTriggers } from "./mod.ts";

const SignalTrigger = z.object({ signal: z.string(), filter: ConditionGroup.optional() });
const MAX_TRIES = 10;

export interface DeliverDeps {
  store: Store;
  triggers: ReturnType<typeof createTriggers>;
}

/**
 * Delivers the signals that a lead got at the entry's time to every live workflow that listens. Executions have ids that
 * follow from signal, workflow and trigger, so delivering again starts nothing twice; the entry goes last.
 */
export async function deliverSignals(deps: DeliverDeps, leadId: string, entry: DueEntry): Promise<void> {
  const at = entry.key[3] as number;
  for (const signal of await signalsAt(deps.store, leadId, at)) {
    const listeners = await deps.store.keys({ selector: { prefix: ["listener", signal.type] } });
    for (const [, , workflowId, nodeId] of listeners) {
      await startAt(deps, { leadId, signal, workflowId: workflowId as string, nodeId: nodeId as string });
    }
  }
  await wakeListeners(deps.store, leadId, at);
  await deps.store.commit({
    name: "deliver",
    checks: [{ key: entry.key, versionstamp: entry.versionstamp }],
    deletes: [entry.key],
  });
}

/** Executions that wait for the lead's signals, or whose goals and exits may be met, look at once. */
async function wakeListeners(store: Store, leadId: string, at: number): Promise<void> {
  const listening = await store.keys({ selector: { prefix: ["registration", leadId] } });
  for (let i = 0; i < listening.length; i += 100) {
    const sets = listening.slice(i, i + 100).map((key) => {
      const executionId = key[2] as string;
      return { key: keys.due(shardOf(executionId), 0, at, "mail", executionId), value: EMPTY };
    });
    await store.commit({ name: "deliver", sets });
  }
}

async function signalsAt(store: Store, leadId: string, at: number): Promise<SignalRecord[]> {
  const found: SignalRecord[] = [];
  for await (
    const { value } of store.list<SignalRecord>({
      selector: { prefix: signalPrefix(leadId) },
      reverse: true,
      batchSize: 20,
      broken: "pass",
    })
  ) {
    if (value.at === at) found.unshift(value);
    // Clocks of several processes differ a little, so look a minute further back before giving up.
    else if (value.at < at - 60_000) break;
  }
  return found;
}

async function startAt(
  deps: DeliverDeps,
  { leadId, signal, workflowId, nodeId }: {
    leadId: string;
    signal: SignalRecord;
    workflowId: string;
    nodeId: string;
  },
): Promise<void> {
  const id = await startedBySignal(signal, workflowId, nodeId);
  for (let i = 0; i < MAX_TRIES; i++) {
    const door = await liveDoor(deps, workflowId);
    const node = door?.version.nodes.get(nodeId);
    const lead = await deps.store.get<LeadRecord>(keys.lead(leadId));
    if (!door || !node || !lead) return;
    const { filter } = SignalTrigger.parse(node.config.config);
    const input: JsonObject = { body: signal.data ?? {}, signal: signal.type, query: {}, headers: {} };
    const view = {
      trigger: input,
      lead: leadView(lead.value),
      steps: {},
      execution: {},
      messages: {},
      now: new Date(signal.at).toISOString(),
    };
    if (filter && !evaluateCondition(filter, view, signal.at).pass) return;
    const started = await deps.triggers.start({
      door,
      trigger: { nodeId, kind: "signal" },
      input,
      leadId,
      id,
      depth: 0,
      mode: "accepted",
    });
    if (started || await deps.store.get(keys.execution(id))) return;
  }
  // The entry stays, and the next look tries again: a signal is not lost because many change the workflow at once.
  throw new Error(
    `Cannot start ${workflowId} for the signal ${signal.id}: it is being changed by many at once`,
  );
}

/** Null when nothing is live there; a database that does not answer is no such answer. */
async function liveDoor({ triggers }: DeliverDeps, workflowId: string): Promise<Door | null> {
  try {
    return await triggers.doors.live(workflowId);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}
