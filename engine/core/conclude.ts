import type { StepStatus } from "../schemas/execution.ts";
import { childResult, wantedOf } from "./children.ts";
import type { Draft } from "./draft.ts";
import { reasonOf } from "./ending.ts";
import type { GraphNode } from "./graph.ts";
import { isInQueue, needsSlot, queuedReason, takePlace } from "./limit.ts";
import { isSettled, LEASE_MS, mustRenew } from "./state.ts";
import type { ExecutionState } from "./state.ts";

/** Says what the execution is now, who holds it, and when somebody must look again. */
export function conclude(draft: Draft): void {
  const { state, env } = draft;
  if (isSettled(state)) return;
  const tally = count(state.statuses);
  const failed = tally.failed === 0 ? [] : unhandled(draft);
  state.progress = Math.max(state.progress, progressOf(tally, failed.length));
  // What happened in this transition is told with how far it has brought the execution.
  for (const event of draft.events) event.progress = state.progress;
  if (
    state.startedAt === null &&
    (tally.running || tally.completed > 1 || tally.waiting || tally.retrying || tally.failed)
  ) {
    state.startedAt = env.now;
    draft.events.splice(draft.events[0]?.type === "queued" ? 1 : 0, 0, {
      type: "started",
      message: "Started",
      progress: state.progress,
    });
  }
  if (tally.running + tally.queued + tally.retrying + tally.waiting === 0) return settle(draft);
  const waitsOnly = tally.running + tally.queued + tally.retrying === 0;
  takePlace(draft, needsSlot(draft, waitsOnly));
  const queues = isInQueue(state);
  state.status = waitsOnly ? "waiting" : queues || state.startedAt === null ? "queued" : "running";
  state.reason = queues ? queuedReason() : null;
  // What followers see last is where the execution stands.
  const last = draft.events.at(-1);
  if (last) last.progress = state.progress;
  state.listening = mustListen(draft);
  hold(draft, tally);
}

type Tally = Record<StepStatus, number>;

function count(statuses: readonly StepStatus[]): Tally {
  const tally: Tally = {
    pending: 0,
    queued: 0,
    running: 0,
    waiting: 0,
    retrying: 0,
    completed: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  };
  for (const status of statuses) tally[status]++;
  return tally;
}

/** Failed, and no `error` port took it on: a retry begins there. */
function unhandled(draft: Draft): GraphNode[] {
  return draft.withStatus("failed").filter((node) => draft.step(node).port === undefined);
}

/**
 * Settled steps over the steps that can still be reached; 100 only at the end. Still ahead are those that failed for want of
 * an `error` port, and those of a round that were stopped with it: both may be gone on with.
 */
function progressOf(tally: Tally, failed: number): number {
  const settled = tally.completed + tally.failed - failed;
  const ahead = failed + tally.cancelled + tally.pending + tally.queued + tally.running + tally.waiting +
    tally.retrying;
  const reachable = settled + ahead;
  return reachable === 0 ? 0 : Math.min(99, Math.floor((settled * 100) / reachable));
}

function settle(draft: Draft): void {
  const { state, env } = draft;
  const failed = unhandled(draft);
  if (state.cancelling) {
    endedEarly(state, state.cancelling);
  } else if (failed.length > 0) {
    const first = draft.step(failed[0]!).failure;
    state.status = "failed";
    draft.cause = {
      nodeType: failed[0]!.type,
      code: first?.code ?? "failed",
      status: first?.status ?? null,
      host: first?.host ?? null,
    };
    state.reason = {
      code: first?.code ?? "failed",
      text: `${failed[0]!.label}: ${first?.message ?? "failed"}`,
      data: { nodeId: failed[0]!.id },
    };
  } else {
    state.status = "completed";
    state.reason = null;
  }
  state.cancelling = null;
  state.migrating = null;
  takePlace(draft, false);
  state.endedAt = env.now;
  state.startedAt ??= env.now;
  // What can be retried, or goes on with its loop, is not at its end: there are steps that are still ahead.
  const goesOn = state.status === "failed" || state.status === "cancelled" && state.parent !== null;
  if (!goesOn) state.progress = 100;
  state.lease = null;
  state.listening = false;
  if (state.parent) draft.result = childResult(draft);
  state.due = { at: env.now + Math.round(env.retentionMs * (0.9 + 0.2 * env.random())), kind: "forget" };
  draft.counts.push(state.status);
  draft.event(state.status === "failed" || state.status === "cancelled" ? state.status : "completed", null, {
    message: state.reason?.text ?? "Completed",
    ...(state.reason ? { reason: state.reason } : {}),
  });
}

function endedEarly(state: ExecutionState, how: NonNullable<ExecutionState["cancelling"]>): void {
  state.status = how.as === "timeout" ? "failed" : how.as === "goal" ? "completed" : "cancelled";
  state.reason = reasonOf(how);
}

/** A step waits for a signal, or a rule may end the execution: its lead's signals must reach it. */
function mustListen({ state, graph }: Draft): boolean {
  if (state.leadId === null) return false;
  if (graph.goals.length + graph.exits.length > 0) return true;
  if (!state.statuses.includes("waiting")) return false;
  for (const step of state.steps.values()) if (step.waitingFor?.kind === "signal") return true;
  return false;
}

/**
 * While steps run, this process holds the lease and the due entry stands at its end (or at an earlier wait): should the
 * process die, the execution falls due by itself. Otherwise it is due at its next wait, or at once when steps are queued
 * that found no room here.
 */
function hold(draft: Draft, tally: Tally): void {
  const { state, env } = draft;
  let at = state.timeoutAt ?? Infinity;
  if (tally.waiting + tally.retrying > 0) {
    for (const node of draft.withStatus("waiting", "retrying")) {
      const { wakeAt, waitingFor } = draft.step(node);
      at = Math.min(at, wakeAt ?? Infinity);
      // Children are created by whoever holds the execution, not by whoever accepts it.
      if (waitingFor?.kind === "children" && waitingFor.created < wantedOf(waitingFor)) {
        at = Math.min(at, env.now);
      }
    }
  }
  if (tally.running > 0) {
    const held = state.lease?.owner === env.owner;
    if (!held) state.fence++;
    if (!held || mustRenew(state.lease!, env.now)) {
      state.lease = { owner: env.owner, until: env.now + LEASE_MS };
    }
    at = Math.min(at, state.lease!.until);
  } else {
    state.lease = null;
    // Whoever stands in the queue is called.
    if (tally.queued > 0 && !isInQueue(state)) at = Math.min(at, env.now);
  }
  if (state.cancelling && tally.waiting + tally.retrying + tally.queued > 0) at = Math.min(at, env.now);
  if (at === Infinity) state.due = null;
  else if (state.due?.kind !== "execution" || state.due.at !== at) state.due = { at, kind: "execution" };
}
