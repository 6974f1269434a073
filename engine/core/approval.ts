/**
 * An approval: its facts come first and stand in the inbox, then each approver is mailed in an attempt and a ledger line
 * of its own, then it waits. Votes come as mail to the execution at any time; while an attempt runs they are only noted.
 *
 *     queued → running (facts) → queued → running (mail to a) → … → waiting → completed: approved, declined, timeout
 *                                   ↑ a reminder is due ──────────────┘
 */
import type { Ask, Choice } from "../schemas/approval.ts";
import type { Failure } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import type { Outcome } from "../schemas/node.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { applyOutcome, ended, settleFailed } from "./outcome.ts";
import { isRetryable, policyOf, retryDelay } from "./retry.ts";
import type { Attention, Mail, StepState } from "./state.ts";
import {
  approvalOutput,
  askUnderWay,
  decisionOf,
  hasVoted,
  ledgerLine,
  nextAsk,
  shownApproval,
} from "./votes.ts";
import type { RetryPolicy } from "../schemas/retry_defaults.ts";
import type { ApprovalState } from "./votes.ts";

/** A step that asks for votes and has asked already. */
type Asking = StepState & { approval: ApprovalState };

function isAsking(step: StepState): step is Asking {
  return step.approval !== undefined;
}

/** What an attempt of a node that asks for votes returned: its facts, or what became of one mail. */
export function applyVoting(
  draft: Draft,
  node: GraphNode,
  outcome: Outcome,
  input: Json | undefined,
  warnings: string[],
): void {
  const step = draft.step(node);
  if (!isAsking(step)) {
    if (outcome.kind !== "wait" || !outcome.approval) {
      return applyOutcome(draft, node, outcome, input, warnings);
    }
    const kept = input === undefined ? {} : {
      input: draft.env.keep(input, `${node.id}.${step.visit}.${step.attempt}.${draft.state.fence}.input`),
    };
    const asks = outcome.approval.approvers.map((to): Ask => ({ to, kind: "ask", state: "open" }));
    return proceed(draft, node, { ...step, ...kept, approval: { ...outcome.approval, asks, votes: [] } });
  }
  if (outcome.kind === "wait") return sent(draft, node, step, outcome.message);
  if (outcome.kind !== "fail") return proceed(draft, node, step);
  if (
    outcome.uncertain ||
    !draft.state.cancelling && mayRetry(policyOf(node, draft.state.trigger), step, outcome.failure)
  ) {
    applyOutcome(draft, node, outcome, undefined, warnings);
    return untilDeadline(draft, node);
  }
  draft.ledger.push(ledgerLine(node, step, "refused"));
  if (outcome.message) draft.messages.push(outcome.message);
  refused(draft, node, step, outcome.failure);
}

function mayRetry(policy: RetryPolicy, step: StepState, failure: Failure): boolean {
  return isRetryable(policy, failure) &&
    retryDelay(policy, step.attempt - (step.spent ?? 0), 0, failure.retryAfterMs) !== null;
}

/** However long a retry or a person takes: at the deadline it is over. */
function untilDeadline(draft: Draft, node: GraphNode): void {
  const step = draft.step(node);
  const { deadlineAt } = step.approval ?? {};
  if (deadlineAt === undefined || (step.wakeAt ?? Infinity) <= deadlineAt) return;
  draft.put(node, draft.status(node), { ...step, wakeAt: deadlineAt });
}

function sent(
  draft: Draft,
  node: GraphNode,
  step: Asking,
  message: Extract<Outcome, { kind: "wait" }>["message"],
): void {
  draft.ledger.push(ledgerLine(node, step, "sent"));
  if (message) draft.messages.push(message);
  const ask = askUnderWay(step.approval);
  if (ask) {
    draft.event("progress", node, {
      message: `${ask.kind === "ask" ? "Asked" : "Reminded"} ${ask.to} by mail`,
    });
  }
  proceed(draft, node, answered(step, { state: "sent" }));
}

/** One approver could not be mailed: said on the card, and the others are asked. With nobody asked, the step fails. */
function refused(draft: Draft, node: GraphNode, step: Asking, failure: Failure): void {
  const next = answered(step, { state: "refused", why: failure.message.slice(0, 200) });
  const ask = askUnderWay(step.approval);
  if (ask) {
    draft.event("progress", node, { message: `${ask.to} could not be mailed: ${failure.message}`, failure });
  }
  const { asks, votes } = next.approval;
  if (votes.length > 0 || asks.some((each) => each.state !== "refused")) return proceed(draft, node, next);
  // Whoever tries it again has all of them asked.
  const again = asks.map((each): Ask => ({ ...each, state: "open" }));
  settleFailed(draft, node, { ...next, failure, approval: { ...next.approval, asks: again } }, failure);
}

/** The step once it is known what became of the mail under way. */
function answered(step: Asking, change: Pick<Ask, "state" | "why" | "again">): Asking {
  const { asking, ...rest } = step.approval;
  const asks = rest.asks.map((ask, index) => index === asking ? { ...ask, ...change } : ask);
  const { failure: _failure, ...kept } = step;
  return { ...kept, spent: step.attempt, approval: { ...rest, asks } };
}

/** Decided, over, a mail to send, or waiting: where an approval stands that is not running. */
function proceed(draft: Draft, node: GraphNode, before: Asking): void {
  const { wakeAt: _wakeAt, wakePort: _wakePort, waitingFor: _waitingFor, ...step } = before;
  const { approval } = step;
  const decision = decisionOf(approval, approval.votes);
  if (decision) return finish(draft, node, step, decision);
  if ((approval.deadlineAt ?? Infinity) <= draft.env.now) return finish(draft, node, step, "timeout");
  const reason = waitingReason(approval);
  showCard(draft, node, step);
  if (nextAsk(approval) && !draft.state.cancelling) return draft.put(node, "queued", { ...step, reason });
  const { title, description, deadlineAt, remindAt } = approval;
  const wakeAt = Math.min(deadlineAt ?? Infinity, remindAt ?? Infinity);
  draft.put(node, "waiting", {
    ...step,
    reason,
    waitingFor: {
      kind: "person",
      title,
      description,
      ...(deadlineAt === undefined ? {} : { dueAt: deadlineAt }),
    },
    ...(wakeAt === Infinity ? {} : { wakeAt, wakePort: "timeout" }),
  });
  draft.event("waiting", node, {
    step: "waiting",
    message: reason.text,
    reason,
    ...(deadlineAt === undefined ? {} : { until: deadlineAt }),
  });
}

function waitingReason({ title, needed, votes }: ApprovalState): { code: string; text: string; data: Json } {
  const approved = votes.filter(({ choice }) => choice === "approved").length;
  const left = needed - approved;
  const text = `Waiting — for ${approved > 0 ? `${left} more of ${needed}` : left} ${
    left === 1 && needed === 1 ? "approval" : "approvals"
  }: ${title}`;
  return { code: "approval", text, data: { needed, approved, declined: votes.length - approved } };
}

function finish(draft: Draft, node: GraphNode, step: Asking, port: Choice | "timeout"): void {
  const { approval } = step;
  const names = (choice: Choice): string =>
    approval.votes.filter((vote) => vote.choice === choice).map(({ by }) => by).join(", ") || "nobody";
  const counted = approval.needed > 1 ? ` (${approval.needed} needed)` : "";
  const text = port === "timeout"
    ? `The deadline passed; approved by ${names("approved")}${counted}`
    : port === "approved"
    ? `Approved by ${names("approved")}${counted}`
    : `Declined by ${names("declined")}`;
  const { asking: _asking, ...rest } = approval;
  // Somebody has answered: whether its last mail arrived is no question any more.
  if (askUnderWay(approval) && draft.status(node) === "waiting") {
    draft.ledger.push(ledgerLine(node, step, "resolved"));
  }
  const output = draft.env.keep(approvalOutput(approval, port), `${node.id}.${step.visit}.votes`);
  const { failure: _failure, ...kept } = ended(step, draft.env.now);
  const reason = { code: port, text };
  draft.put(node, "completed", { ...kept, approval: rest, port, output, reason });
  draft.event("completed", node, { step: "completed", port, message: text, reason });
  draft.attention.push({ nodeId: node.id, visit: step.visit, record: null });
}

/** One person's answer: noted with who and when, counted, and said. A second one of the same person is none. */
export function vote(draft: Draft, node: GraphNode, mail: Extract<Mail, { kind: "vote" }>): void {
  const step = draft.step(node);
  if (!isAsking(step) || step.endedAt !== undefined || step.visit !== mail.visit) return;
  if (draft.state.cancelling || hasVoted(step.approval, mail.voter)) return;
  const { kind: _kind, nodeId: _nodeId, visit: _visit, voter, by, choice, at, note } = mail;
  const votes = [...step.approval.votes, { voter, by, choice, at, ...(note ? { note } : {}) }];
  const next: Asking = { ...step, approval: { ...step.approval, votes } };
  const text = `${by} ${choice}`;
  const data = { by, choice, at: new Date(at).toISOString() };
  draft.event("progress", node, { message: text, reason: { code: "vote", text, data } });
  const status = draft.status(node);
  // A mail that is on its way, will be tried again, or may have arrived goes first; a decision does not wait for it.
  if (status === "running") return draft.put(node, status, next, { settled: false });
  const undecided = decisionOf(next.approval, votes) === null;
  if (undecided && (status === "retrying" || step.waitingFor?.kind === "uncertain")) {
    if (status === "retrying") showCard(draft, node, next);
    return draft.put(node, status, next, { settled: false });
  }
  proceed(draft, node, next);
}

/** A deadline or a reminder; says whether the step was one that asks for votes. */
export function fallDue(draft: Draft, node: GraphNode): boolean {
  const step = draft.step(node);
  if (!isAsking(step)) return false;
  const { now } = draft.env;
  const { remindAt, deadlineAt = Infinity, ...approval } = step.approval;
  if (step.waitingFor?.kind === "uncertain" && deadlineAt > now) return true;
  if (remindAt === undefined || remindAt > now || deadlineAt <= now) {
    proceed(draft, node, step);
    return true;
  }
  const asks = approval.approvers.map((to): Ask => ({ to, kind: "reminder", state: "open" }));
  const rest = { ...approval, ...(deadlineAt === Infinity ? {} : { deadlineAt }) };
  proceed(draft, node, { ...step, approval: { ...rest, asks: [...approval.asks, ...asks] } });
  return true;
}

/** A person said what became of a mail that may have arrived; the approval goes on. */
export function resolveAsk(
  draft: Draft,
  node: GraphNode,
  mail: Extract<Mail, { kind: "complete" }>,
): boolean {
  const step = draft.step(node);
  if (!isAsking(step)) return false;
  const ask = askUnderWay(step.approval);
  const text = `${mail.by} decided: ${mail.outcome}`;
  draft.ledger.push(ledgerLine(node, step, "resolved"));
  draft.event("progress", node, {
    message: text,
    reason: { code: "resolved", text, data: { choice: mail.outcome } },
  });
  const next = answered(
    step,
    mail.outcome === "again"
      ? { state: "open", again: (ask?.again ?? 0) + 1 }
      : mail.outcome === "skip"
      ? { state: "refused", why: `${mail.by} skipped it` }
      : { state: "sent" },
  );
  // The card that was answered is gone; the approval's own takes its place.
  proceed(draft, node, next);
  return true;
}

function showCard(draft: Draft, node: GraphNode, step: Asking): void {
  const { title, description, deadlineAt } = step.approval;
  const record: Attention = {
    kind: "task",
    nodeId: node.id,
    visit: step.visit,
    title,
    description,
    outcomes: [{ id: "approved", label: "Approve" }, { id: "declined", label: "Decline" }],
    dueAt: deadlineAt ?? null,
    // The card says it once.
    approval: { ...shownApproval(step.approval), description: "" },
  };
  draft.attention.push({ nodeId: node.id, visit: step.visit, record });
}
