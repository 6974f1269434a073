import type { Approvals } from "../contract.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState, Mail, StepState } from "../core/state.ts";
import { decisionOf, hasVoted } from "../core/votes.ts";
import { conflict } from "../errors.ts";
import type { VoteLinks } from "../messages/vote_links.ts";
import { NOTE_LENGTH } from "../schemas/approval.ts";
import type { ApprovalLink, Ballot, Choice } from "../schemas/approval.ts";
import { EMPTY, loadExecutions } from "../store/executions.ts";
import { keys, shardOf } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";

export interface VoteDeps {
  store: Store;
  now(): number;
  newId(): string;
}

/** One person's answer on its way into the database. */
export interface CastBallot {
  executionId: string;
  nodeId: string;
  visit: number;
  voter: string;
  by: string;
  choice: Choice;
  note: string;
}

/** `["vote", …]`: that there is one each does not depend on when the execution reads its mail. */
interface VoteRecord {
  v: 1;
  choice: Choice;
  at: number;
  commit: string;
}

const MAX_TRIES = 50;

/** Is the approval still open? Its head is checked by whoever votes. At the deadline it is over, whoever sleeps then. */
function openStep(
  state: ExecutionState | undefined,
  { nodeId, visit }: { nodeId: string; visit: number },
  now: number,
): StepState | null {
  const step = state?.steps.get(nodeId);
  if (!state || !step?.approval || step.visit !== visit) return null;
  const isOver = isSettled(state) || state.cancelling !== null || step.endedAt !== undefined ||
    (step.approval.deadlineAt ?? Infinity) <= now || decisionOf(step.approval, step.approval.votes) !== null;
  return isOver ? null : step;
}

/** Counts one vote: `again` when this person has voted, `over` when nobody waits for votes any more. */
export async function castVote(deps: VoteDeps, ballot: CastBallot): Promise<"cast" | "again" | "over"> {
  const { executionId, nodeId, visit, voter, by, choice, note } = ballot;
  const key = keys.vote(executionId, nodeId, visit, voter);
  for (let i = 0; i < MAX_TRIES; i++) {
    const [loaded] = await loadExecutions(deps.store, [executionId]);
    const at = deps.now();
    const step = openStep(loaded?.state, ballot, at);
    if (await deps.store.get(key) || step && hasVoted(step.approval!, voter)) return "again";
    if (!step) return "over";
    const commit = deps.newId();
    const kept = note.trim().slice(0, NOTE_LENGTH);
    const mail: Mail = {
      kind: "vote",
      nodeId,
      visit,
      voter,
      by,
      choice,
      at,
      ...(kept ? { note: kept } : {}),
    };
    const result = await deps.store.commit({
      name: "vote",
      checks: [
        { key, versionstamp: null },
        { key: keys.execution(executionId), versionstamp: loaded!.versionstamp },
      ],
      sets: [
        { key, value: encode({ v: 1, choice, at, commit } satisfies VoteRecord) },
        { key: keys.mail(executionId, deps.newId()), value: encode({ v: 1, ...mail }) },
        { key: keys.due(shardOf(executionId), 0, at, "mail", executionId), value: EMPTY },
        // Whoever ends the wait meanwhile checks it: nobody is told "counted" by an approval that timed out.
        { key: keys.clock(executionId), value: EMPTY },
      ],
      bells: [at],
      proof: { key, id: commit },
    });
    if (result.ok) return "cast";
  }
  throw conflict("busy", "The execution is being moved by many at once; try again");
}

/** Approvals by link (contract: `Approvals`). */
export function createApprovals(deps: VoteDeps & { links: VoteLinks }): Approvals {
  return {
    async look(token): Promise<ApprovalLink | null> {
      const ballot = deps.links.read(token);
      return ballot && await linkOf(deps, ballot);
    },
    async vote(token, { note }): Promise<{ cast: boolean; link: ApprovalLink } | null> {
      const ballot = deps.links.read(token);
      if (!ballot) return null;
      const { approver, ...rest } = ballot;
      const cast = await castVote(deps, { ...rest, voter: approver, by: approver, note });
      return { cast: cast === "cast", link: await linkOf(deps, ballot) };
    },
  };
}

async function linkOf(
  { store, links, now }: VoteDeps & { links: VoteLinks },
  ballot: Ballot,
): Promise<ApprovalLink> {
  const { executionId, nodeId, visit, approver, choice } = ballot;
  const other: Choice = choice === "approved" ? "declined" : "approved";
  const [loaded] = await loadExecutions(store, [executionId]);
  const step = loaded?.state.steps.get(nodeId);
  const approval = step?.visit === visit ? step.approval : undefined;
  const vote = await store.get<VoteRecord>(keys.vote(executionId, nodeId, visit, approver));
  const workflow = loaded ? await store.get<{ name: string }>(keys.workflow(loaded.state.workflowId)) : null;
  const isOpen = openStep(loaded?.state, ballot, now()) !== null;
  return {
    state: vote ? "answered" : isOpen ? "open" : "over",
    choice,
    approver,
    workflowName: workflow?.value.name ?? "",
    title: approval?.title ?? "",
    description: approval?.description ?? "",
    needed: approval?.needed ?? 1,
    approvers: approval?.approvers.length ?? 1,
    veto: approval?.veto ?? true,
    dueAt: approval?.deadlineAt === undefined ? null : new Date(approval.deadlineAt).toISOString(),
    answer: vote && { choice: vote.value.choice, at: new Date(vote.value.at).toISOString() },
    ended: isOpen ? null : endedWords(step, approval !== undefined),
    other: links.sign({ ...ballot, choice: other }),
  };
}

function endedWords(step: StepState | undefined, known: boolean): string | null {
  if (!known) return null;
  switch (step?.port) {
    case "approved":
      return "It was approved.";
    case "declined":
      return "It was declined.";
    case "timeout":
      return "Nobody decided before the deadline.";
    default:
      return null;
  }
}
