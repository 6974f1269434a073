import type { Approval, ApprovalFacts, Ask, Choice, Vote } from "../schemas/approval.ts";
import type { Json } from "../schemas/json.ts";
import type { GraphNode } from "./graph.ts";
import type { LedgerLine, StepState } from "./state.ts";

/** A vote at rest. */
export interface CastVote {
  /** Who it is, one vote each: an approver's address, else a user's id. */
  voter: string;
  by: string;
  choice: Choice;
  /** Epoch ms. */
  at: number;
  note?: string;
}

/** An approval under way: what is asked, the mails that ask, and what came. */
export interface ApprovalState extends ApprovalFacts {
  asks: Ask[];
  /** The one that is on its way: by its place in `asks`. */
  asking?: number;
  votes: CastVote[];
}

/**
 * How the votes decide, or null: the first moment that decides, decides for good. With a veto one decline declines;
 * enough approvals approve; it is declined once the approvers who are left cannot make up the number. Where anybody may
 * answer nobody knows who is left: then as many declines as approvals are needed.
 */
export function decisionOf(
  { approvers, needed, veto }: Pick<ApprovalFacts, "approvers" | "needed" | "veto">,
  votes: readonly { choice: Choice }[],
): Choice | null {
  let approved = 0;
  let declined = 0;
  for (const { choice } of votes) {
    if (choice === "approved") approved++;
    else declined++;
    if (veto && declined > 0) return "declined";
    if (approved >= needed) return "approved";
    const left = approvers.length - approved - declined;
    if (approvers.length > 0 ? approved + left < needed : declined >= needed) return "declined";
  }
  return null;
}

/** The mail that is to go out next; those who have voted are not asked any more. */
export function nextAsk(approval: ApprovalState | undefined): Ask | null {
  return approval?.asks.find((ask) => ask.state === "open" && !hasVoted(approval, ask.to)) ?? null;
}

export function hasVoted(approval: ApprovalState, voter: string): boolean {
  return approval.votes.some((vote) => vote.voter === voter);
}

/** What tells one mail of a step from its others: part of its idempotency key. */
export function partOf(ask: Ask): string {
  return `${ask.to}.${ask.kind}${ask.again ? `.${ask.again}` : ""}`;
}

/** The mail that is on its way, or may be. */
export function askUnderWay(approval: ApprovalState | undefined): Ask | null {
  return approval?.asking === undefined ? null : approval.asks[approval.asking] ?? null;
}

/** The step about to run, with the mail that it will send. */
export function withAsk(step: StepState): StepState {
  const { approval } = step;
  if (!approval) return step;
  const { asking: _before, ...rest } = approval;
  const next = nextAsk(approval);
  return { ...step, approval: next ? { ...rest, asking: approval.asks.indexOf(next) } : rest };
}

/** A line about what a step does outside: each mail of an approval has its own. */
export function ledgerLine(node: GraphNode, step: StepState, state: LedgerLine["state"]): LedgerLine {
  const ask = askUnderWay(step.approval);
  const { visit, attempt } = step;
  return { nodeId: node.id, visit, attempt, state, ...(ask ? { part: partOf(ask) } : {}) };
}

/** Can this attempt reach somebody? One of an approval that sends no mail only asks in the inbox. */
export function acts(node: GraphNode, step: StepState): boolean {
  return node.ledger && (!node.votes || askUnderWay(step.approval) !== null);
}

function shownVotes(votes: readonly CastVote[]): Vote[] {
  return votes.map(({ by, choice, at, note }) => ({
    by,
    choice,
    at: new Date(at).toISOString(),
    note: note ?? "",
  }));
}

/** As cards and the API show it. */
export function shownApproval(approval: ApprovalState): Approval {
  const { title, description, approvers, needed, veto, deadlineAt, asks, votes } = approval;
  return {
    title,
    description,
    approvers,
    needed,
    veto,
    dueAt: deadlineAt === undefined ? null : new Date(deadlineAt).toISOString(),
    votes: shownVotes(votes),
    unasked: asks.flatMap(({ to, state, why }) => state === "refused" ? [{ to, why: why ?? "" }] : []),
  };
}

/** What the step put out once it is decided. */
export function approvalOutput(approval: ApprovalState, port: string): Json {
  return { approved: port === "approved", votes: shownVotes(approval.votes) };
}
