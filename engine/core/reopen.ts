/** What had failed, or was stopped with its loop, is ahead again. */
import { causeId } from "./cause.ts";
import type { ChildrenWait } from "./children.ts";
import type { Draft } from "./draft.ts";
import { cancelledBy } from "./ending.ts";
import type { GraphNode } from "./graph.ts";
import { mustStandStill } from "./limit.ts";
import { ended, uncertain } from "./outcome.ts";
import { childrenKey, presentOf, roundsAgain } from "./rounds.ts";
import { isSettled } from "./state.ts";
import type { ExecutionState, Mail, StepState } from "./state.ts";

/** Steps with a record that one transition reopens. */
const MOST_AT_ONCE = 50;

/**
 * Failed steps are queued again, also while others run on; what stood behind them goes on from there. A round that had
 * settled tells its parent, whose loop goes on with it.
 */
export function reopen(draft: Draft, nodeIds: readonly string[] | null): void {
  const { state } = draft;
  const isOver = isSettled(state);
  if (isOver && isCancelledRound(state)) return bringBack(draft);
  if (
    state.cancelling || isOver && (state.status !== "failed" || state.reason?.code === "execution_timeout")
  ) return;
  const nodes = failedSteps(draft).filter((node) => nodeIds === null || nodeIds.includes(node.id));
  if (nodes.length === 0) return;
  if (isOver) {
    open(draft);
    tellParent(draft);
  }
  for (const node of nodes) runAgain(draft, node);
}

/** A person cancelled this child itself: it stays so, whatever its loop does, until it is retried itself. */
export function isCancelledRound(state: ExecutionState): boolean {
  return state.parent !== null && cancelledBy(state) !== undefined;
}

function bringBack(draft: Draft): void {
  open(draft);
  tellParent(draft);
  openStopped(draft, "Retried by hand");
}

function tellParent(draft: Draft): void {
  const { parent } = draft.state;
  if (!parent) return;
  draft.state.parent = { ...parent, again: (parent.again ?? 0) + 1 };
  draft.reopened = true;
}

/** Failed, and no `error` port took it on. */
function failedSteps(draft: Draft): GraphNode[] {
  return draft.withStatus("failed").filter((node) => draft.step(node).port === undefined).slice(
    0,
    MOST_AT_ONCE,
  );
}

function open(draft: Draft): void {
  const { state } = draft;
  draft.counts.push("reopened");
  if (state.status === "failed") state.failedAt ??= state.endedAt ?? draft.env.now;
  state.status = "running";
  // Stopped rounds of older engines stand at their end.
  state.progress = Math.min(state.progress, 99);
  state.endedAt = null;
  state.reason = null;
  // A person who retries days later is not stopped by a limit that passed meanwhile.
  if (draft.graph.timeoutMs !== null) state.timeoutAt = draft.env.now + draft.graph.timeoutMs;
}

function runAgain(draft: Draft, node: GraphNode): void {
  const step = draft.step(node);
  const was = step.failure && step.endedAt !== undefined
    ? { was: { cause: causeId(node, step.failure, draft.state.workflowId), at: step.endedAt } }
    : {};
  draft.attention.push({ nodeId: node.id, visit: step.visit, record: null, ...was });
  const again = ahead(draft, node, step);
  const isComputed = node.kind === "pure" && !again.rounds && !mustStandStill(draft.state);
  draft.put(node, isComputed ? "pending" : "queued", again);
  draft.consider(node);
  draft.event("progress", node, { step: "queued", message: "Retried by hand" });
}

/** The step before its next attempt, under the same key. */
function ahead(draft: Draft, node: GraphNode, step: StepState): StepState {
  const { rounds } = step;
  return {
    ...ended(step, draft.env.now),
    endedAt: undefined,
    failure: undefined,
    // What the last round put out is read by the next.
    output: rounds?.how === "repeat" && rounds.done > 0 ? step.output : undefined,
    spent: step.attempt,
    ...(rounds ? { rounds: roundsAgain(draft, node, rounds) } : {}),
  };
}

/** The loop that this execution is a round of goes on: so does it, whether it had failed, was stopped or is stopping. */
export function resume(draft: Draft, { again, called }: Extract<Mail, { kind: "resume" }>): void {
  const { state } = draft;
  if (!state.parent || (state.parent.again ?? 0) >= again || state.status === "completed") return;
  const byPerson = isCancelledRound(state) || state.cancelling && !state.cancelling.withParent;
  if (byPerson && !called) return;
  state.parent = { ...state.parent, again };
  if (state.cancelling) state.cancelling = { ...state.cancelling, resumes: true };
  else if (!isSettled(state)) reopen(draft, null);
  else {
    open(draft);
    openStopped(draft, "Its loop goes on");
  }
}

/** A round that was told to go on while it was stopping does so once nothing of it is under way. */
export function resumeStopped(draft: Draft): boolean {
  const { state } = draft;
  const isStopped = draft.withStatus("running", "queued", "waiting", "retrying").length === 0;
  if (!state.cancelling?.resumes || !isStopped) return false;
  state.cancelling = null;
  openStopped(draft, "Its loop goes on");
  return true;
}

/** What was stopped begins anew under its old key; what may have reached somebody waits for a person to say so. */
function openStopped(draft: Draft, message: string): void {
  draft.event("progress", null, { message });
  const stopped = draft.withStatus("cancelled");
  for (const node of failedSteps(draft)) runAgain(draft, node);
  for (const node of stopped) {
    const step = draft.steps.get(node.id);
    if (step && isDoubtful(step)) {
      const failure = step.failure ?? { code: "interrupted", message: "It was stopped while it ran" };
      uncertain(draft, node, { ...step, endedAt: undefined }, failure);
      continue;
    }
    const { approval, ...again } = step ? ahead(draft, node, step) : { approval: undefined };
    // Whoever was asked is asked anew: answers to the former question are no longer counted.
    if (step && "visit" in again) {
      const next = { ...again, visit: step.visit + (approval ? 1 : 0) };
      draft.put(node, next.rounds ? "queued" : "pending", next);
    } else draft.put(node, "pending");
    draft.consider(node);
  }
}

/** Its last attempt was an act that left the house, and nobody has said what became of it. */
function isDoubtful({ outside, approval, attempt, tries = [] }: StepState): boolean {
  return outside === true && !approval && !tries.some(({ number }) => number === attempt);
}

/** A round was retried by hand: its loop, which failed for it, goes on with the others too. */
export function roundRetried(draft: Draft, mail: Extract<Mail, { kind: "round" }>): void {
  const node = draft.node(mail.nodeId);
  const step = node && draft.step(node);
  if (step?.visit === mail.visit && step.waitingFor?.kind === "children") {
    return takeBack(draft, mail, step.waitingFor);
  }
  if (!step?.rounds || step.visit !== mail.visit || (step.rounds.again ?? 0) >= mail.again) return;
  const record = draft.env.children.get(childrenKey(mail.nodeId, mail.visit))?.find(({ index }) =>
    index === mail.index
  );
  // It has failed once more meanwhile.
  if (record && record.status !== "completed" && (record.again ?? 0) >= mail.again) return;
  draft.steps.set(mail.nodeId, { ...step, rounds: { ...step.rounds, again: mail.again - 1 } });
  reopen(draft, [mail.nodeId]);
}

/** The loop goes on already: it waits for the round again unless it is past it, and says under which number. */
function takeBack(draft: Draft, mail: Extract<Mail, { kind: "round" }>, wait: ChildrenWait): void {
  const { nodeId, visit, index } = mail;
  const [records, again] = [draft.env.children.get(childrenKey(nodeId, visit)) ?? [], wait.again ?? 0];
  if (index < wait.low || mail.again >= again) return;
  if (!presentOf(wait, records).some((child) => child.index === index)) {
    draft.resume.push({ nodeId, visit, index, again });
  }
}
