import type { ExecutionState, StepState, Transition } from "../core/state.ts";
import { isSettled } from "../core/state.ts";
import type { Message } from "../schemas/message.ts";
import { attentionWrite } from "./attention.ts";
import { doneSets, takenBack } from "./children.ts";
import type { CommitName, Write } from "./commit.ts";
import { keys, shardOf } from "./keys.ts";
import type { Key } from "./keys.ts";
import { placeWrite } from "./places.ts";
import { COUNTED, metricSums } from "./metrics.ts";
import { nodeSums } from "./node_counts.ts";
import type { NodeIds } from "./node_counts.ts";
import { pulseWrite } from "./pulse.ts";
import { lineLeft } from "./rates.ts";
import { headRecord, packEvent } from "./records.ts";
import type { EventRecord, LedgerRecord, PackedEvent, StepRecord } from "./records.ts";
import { EMPTY, encode } from "./store.ts";

/** An execution in memory, with what fences its next commit. */
export interface Loaded {
  state: ExecutionState;
  versionstamp: string;
  /** Steps whose stored record lies beside the head. */
  spilled: ReadonlySet<string>;
}

const HEAD_BYTES = 16 * 1024;
const EVENTS_PER_RECORD = 200;
const EVENT_RECORD_BYTES = 60 * 1024;

/** What goes into one transition's commit beside the transition itself. */
export interface TransitionContext {
  name: CommitName;
  /** Null: the execution is created. */
  before: Loaded | null;
  /** Of the version before and of the next one, which differ when it moves; null: its steps stay as they are. */
  nodes: { before: NodeIds; next: NodeIds } | null;
  /** Step records of a new execution that were stored before it. */
  beside?: ReadonlyMap<string, StepState>;
  commitId: string;
  now: number;
  /** Bodies small enough to ride along, already in chunks. */
  bodies: readonly { key: Key; value: Uint8Array }[];
  messageWrite(message: Message): { sets: readonly { key: Key; value: Uint8Array }[] };
  /** Mail that the transition applied. */
  applied?: readonly Key[];
}

/** The one commit of a transition: head, events, due entry, indexes, counters, ledger. Says what lies beside the head. */
export function transitionWrite(
  transition: Transition,
  context: TransitionContext,
): { write: Write; spilled: Set<string> } {
  const { next } = transition;
  const { before, now } = context;
  const sets: { key: Key; value: Uint8Array }[] = [...context.bodies];
  const deletes: Key[] = [...context.applied ?? []];
  const nodeCounts = countNodes(transition, context);
  const spilled = headSets(transition, context, sets);
  const feed = eventSets(transition, context, sets);
  const bells = dueSets(before?.state ?? null, next, now, sets, deletes);
  indexSets(before?.state ?? null, next, sets, deletes);
  const attention = attentionWrite(transition, now);
  const pulse = pulseWrite(transition, now);
  sets.push(...attention.sets, ...pulse.sets);
  deletes.push(...attention.deletes);
  const place = placeWrite(before?.state ?? null, next, now);
  sets.push(...place.sets, ...lineLeft(before?.state ?? null, next, now));
  deletes.push(...place.deletes);
  for (const line of transition.ledger) {
    sets.push({
      key: keys.ledger(next.id, line.nodeId, line.visit, line.part),
      value: encode({ v: 1, ...line, at: now } satisfies LedgerRecord),
    });
  }
  sets.push(...doneSets(transition, now));
  deletes.push(...takenBack(transition, before?.state ?? null));
  for (const message of transition.messages) sets.push(...context.messageWrite(message).sets);
  const head = keys.execution(next.id);
  return {
    spilled,
    write: {
      name: context.name,
      checks: [{ key: head, versionstamp: before?.versionstamp ?? null }, ...place.checks],
      ...(mayDouble(transition) ? withoutDoubles(sets, deletes) : { sets, deletes }),
      sums: [...metricSums(transition, before?.state ?? null, now), ...nodeCounts, ...pulse.sums],
      maxes: pulse.maxes,
      bells,
      feed,
      // Nobody writes over an event record, so it tells for good; the head may have moved on by then.
      proof: { key: feed[0] ? keys.event(next.id, feed[0].seq) : head, id: context.commitId },
    },
  };
}

/** Marks the next state as counted: its steps are in the counters from this commit on. */
function countNodes({ next }: Transition, { before, nodes }: TransitionContext): ReturnType<typeof nodeSums> {
  if (!nodes) return [];
  const was = before?.state.counted ? { state: before.state, nodes: nodes.before } : null;
  next.counted = COUNTED;
  return nodeSums(was, { state: next, nodes: nodes.next });
}

function mayDouble({ attention, ledger, messages }: Transition): boolean {
  return attention.length > 0 || ledger.length > 1 || messages.length > 0;
}

/** One transition may touch a key twice (intent and result, a card taken away and put back): the last set counts. */
function withoutDoubles(
  sets: readonly { key: Key; value: Uint8Array }[],
  deletes: readonly Key[],
): { sets: { key: Key; value: Uint8Array }[]; deletes: Key[] } {
  const bySet = new Map(sets.map((set) => [set.key.join("\u0000"), set]));
  const byDelete = new Map(deletes.map((key) => [key.join("\u0000"), key]));
  for (const key of bySet.keys()) byDelete.delete(key);
  return { sets: [...bySet.values()], deletes: [...byDelete.values()] };
}

function headSets(
  transition: Transition,
  context: TransitionContext,
  sets: { key: Key; value: Uint8Array }[],
): Set<string> {
  const { next } = transition;
  const { before, beside, commitId } = context;
  const spilled = new Set(before?.spilled ?? beside?.keys());
  const stored = before?.state.steps ?? beside;
  const inHead = new Map<string, StepState>();
  for (const [nodeId, step] of next.steps) {
    if (spilled.has(nodeId) && stored?.get(nodeId) === step) continue;
    spilled.delete(nodeId);
    inHead.set(nodeId, step);
  }
  let value = encode(headRecord(next, inHead, spilled.size > 0, commitId));
  if (value.byteLength > HEAD_BYTES) {
    let over = value.byteLength - HEAD_BYTES / 2;
    const settledFirst = [...inHead].sort(([, a], [, b]) =>
      Number(b.endedAt !== undefined) - Number(a.endedAt !== undefined)
    );
    for (const [nodeId, step] of settledFirst) {
      if (over <= 0) break;
      const record = encode({ v: 1, step } satisfies StepRecord);
      sets.push({ key: keys.step(next.id, nodeId), value: record });
      spilled.add(nodeId);
      inHead.delete(nodeId);
      over -= record.byteLength;
    }
    value = encode(headRecord(next, inHead, spilled.size > 0, commitId));
  }
  sets.push({ key: keys.execution(next.id), value });
  return spilled;
}

function eventSets(
  transition: Transition,
  context: TransitionContext,
  sets: { key: Key; value: Uint8Array }[],
): { executionId: string; seq: number }[] {
  const { next, events } = transition;
  const feed: { executionId: string; seq: number }[] = [];
  const put = (seq: number, e: PackedEvent[]): void => {
    const record: EventRecord = {
      v: 1,
      commit: context.commitId,
      at: context.now,
      s: next.status,
      p: next.progress,
      e,
    };
    const value = encode(record);
    if (value.byteLength > EVENT_RECORD_BYTES && e.length > 1) {
      const half = Math.ceil(e.length / 2);
      put(seq, e.slice(0, half));
      return put(seq + half, e.slice(half));
    }
    sets.push({ key: keys.event(next.id, seq), value });
    feed.push({ executionId: next.id, seq });
  };
  for (let i = 0; i < events.length; i += EVENTS_PER_RECORD) {
    put(
      next.seq - events.length + 1 + i,
      events.slice(i, i + EVENTS_PER_RECORD).map((event) => packEvent(event, next.progress)),
    );
  }
  return feed;
}

/** Moves the due entry; says at which times a bell should ring. */
function dueSets(
  before: ExecutionState | null,
  next: ExecutionState,
  now: number,
  sets: { key: Key; value: Uint8Array }[],
  deletes: Key[],
): number[] {
  const was = before?.due ?? null;
  const is = next.due;
  if (was?.at === is?.at && was?.kind === is?.kind) return [];
  if (was) deletes.push(dueKey(next.id, was));
  if (!is) return [];
  sets.push({ key: dueKey(next.id, is), value: EMPTY });
  return is.kind === "execution" && !next.lease && is.at > now ? [is.at] : [];
}

export { EMPTY } from "./store.ts";
export { loadExecutions, readMail } from "./loading.ts";

export function dueKey(id: string, due: NonNullable<ExecutionState["due"]>): Key {
  return keys.due(shardOf(id), due.kind === "forget" ? 1 : 0, due.at, due.kind, id);
}

function indexSets(
  before: ExecutionState | null,
  next: ExecutionState,
  sets: { key: Key; value: Uint8Array }[],
  deletes: Key[],
): void {
  if (!before) {
    sets.push({ key: keys.byWorkflow(next.workflowId, next.id), value: EMPTY });
    if (next.leadId) sets.push({ key: keys.byLead(next.leadId, next.id), value: EMPTY });
  }
  if (next.leadId && next.listening !== (before?.listening ?? false)) {
    const key = keys.registration(next.leadId, next.id);
    if (next.listening) sets.push({ key, value: EMPTY });
    else deletes.push(key);
  }
  const wasLive = before !== null && !isSettled(before);
  const isLive = !isSettled(next);
  if (isLive && !wasLive) sets.push({ key: keys.live(next.workflowId, next.id), value: EMPTY });
  if (wasLive && !isLive) deletes.push(keys.live(next.workflowId, next.id));
}
