/**
 * Where an execution stands with its workflow's limit: it holds a slot, or it is in the queue for one, or (where those
 * that only wait do not count) it needs none at the moment. The transition says what it is, the same commit takes or
 * frees the slot (store/places.ts), and whoever looks at the queue lets it enter (worker/slots.ts).
 */
import type { Reason } from "../schemas/execution.ts";
import type { Draft } from "./draft.ts";
import { isSettled } from "./state.ts";
import type { ExecutionState, Place } from "./state.ts";
import { words } from "./words.ts";

/** It counts, and may not begin anything now. */
export function lacksSlot({ limit }: Pick<ExecutionState, "limit">): boolean {
  return limit !== null && limit.slot === null;
}

/** It lacks a slot even for waiting: nothing of it may begin. */
export function mustStandStill(state: Pick<ExecutionState, "limit">): boolean {
  return lacksSlot(state) && state.limit!.waits;
}

/** It stands in the queue. */
export function isInQueue({ limit }: Pick<ExecutionState, "limit">): boolean {
  return limit !== null && limit.slot === null && limit.since !== null;
}

/** Its turn has come: with a slot, or without one where there is no limit any more. */
export function enter(draft: Draft, slot: number | null): void {
  const { state, env } = draft;
  if (!isInQueue(state) || isSettled(state) || state.cancelling) return;
  const place = state.limit!;
  const queuedMs = env.now - place.since!;
  state.limit = slot === null ? null : { ...place, slot, since: env.now };
  // The workflow's time limit is about its run, not about the queue before it.
  if (state.startedAt === null && draft.graph.timeoutMs !== null) {
    state.timeoutAt = env.now + draft.graph.timeoutMs;
  }
  const text = `Its turn came after ${words(queuedMs)} in the queue`;
  draft.event("progress", null, { message: text, reason: { code: "limit_free", text, data: { queuedMs } } });
  for (const node of draft.withStatus("queued")) {
    if (node.kind !== "trigger") continue;
    draft.put(node, "completed", {
      ...draft.step(node),
      reason: undefined,
      startedAt: env.now,
      endedAt: env.now,
      port: "out",
    });
    draft.event("completed", node, { step: "completed", port: "out", message: "Triggered" });
  }
  // A replay goes on in the middle, behind steps that it took over.
  if (state.replayOf) { for (const node of draft.withStatus("pending")) draft.consider(node); }
}

/** Takes its place in the queue, or gives its slot back: the last word of every transition about the limit. */
export function takePlace(draft: Draft, needsSlot: boolean): void {
  const { state, env } = draft;
  const place = state.limit;
  if (!place) return;
  if (needsSlot) {
    if (place.slot !== null || place.since !== null) return;
    state.limit = { ...place, since: env.now };
    // One that is accepted into the queue says so in its first event.
    const [first] = draft.events;
    const reason = queuedReason();
    if (first?.type === "queued") Object.assign(first, { message: reason.text, reason });
    else draft.event("progress", null, { message: reason.text, reason });
  } else if (place.slot !== null) {
    state.limit = { ...place, slot: null, since: null, held: place.held + env.now - place.since! };
  } else if (place.since !== null) state.limit = { ...place, since: null };
}

/** Does it need a slot now, given what its steps are? Children run in their parent's slot. */
export function needsSlot(draft: Draft, waitsOnly: boolean): boolean {
  const { state } = draft;
  if (!state.limit) return false;
  if (state.limit.waits || !waitsOnly) return true;
  return draft.withStatus("waiting").some((node) => {
    const kind: string | undefined = draft.step(node).waitingFor?.kind;
    return kind === "children";
  });
}

/** A place as accepting gives it; `slot` null: the queue. */
export function placeAt(slot: number | null, waits: boolean, now: number): Place {
  return { waits, slot, since: slot === null ? null : now, held: 0 };
}

/** What an execution in the queue says of itself; whoever reads it adds how many are before it. */
export function queuedReason(): Reason {
  return { code: "limit", text: "Queued — waits for its turn" };
}

/** What is known of a queue when one in it is looked at. */
export interface QueueView {
  /** How many stand before it, and whether that is only the least. */
  behind: number;
  more: boolean;
  /** Null: there is no limit any more, and it is about to enter. */
  limit: number | null;
  /** How long executions of the workflow held their slot, recently; empty: none has ended yet. */
  held: readonly number[];
  now: number;
}

/** "Queued — behind 3 others (limit 5 at once), expected to start in about 4 min". */
export function placeReason({ behind, more, limit, held, now }: QueueView): Reason {
  if (limit === null) return queuedReason();
  const others = behind === 1 ? "1 other" : `${more ? "more than " : ""}${behind} others`;
  const place = behind === 0 ? "next in line" : `behind ${others}`;
  const waitMs = median(held) === null ? null : Math.ceil(median(held)! * (behind + 1) / limit);
  const start = waitMs === null
    ? "when it starts is not known yet"
    : `expected to start in about ${words(Math.max(1_000, waitMs))}`;
  return {
    code: "limit",
    text: `Queued — ${place} (limit ${limit} at once), ${start}`,
    data: {
      behind,
      limit,
      expectedStart: waitMs === null ? null : new Date(now + waitMs).toISOString(),
    },
  };
}

/** Null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
