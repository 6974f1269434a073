/**
 * A loop that is gone on with after a round did not complete. The loop and its rounds count how often that was (`again`): a
 * round that is gone on with takes the loop's number, so what it said under a lower one (failed, stopped) is past, in
 * whichever order mail and results arrive. What has completed stays, and so does a round that a person cancelled: the loop
 * stops for it once, as for any that did not complete, and is gone on with without it.
 */
import type { ChildrenWait, DoneChild } from "./children.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { mustStandStill } from "./limit.ts";
import type { StepState } from "./state.ts";

const MOST_NAMED = 3;

/** What a step that waits for children reads of them. */
export function childrenKey(nodeId: string, visit: number): string {
  return `${nodeId}.${visit}`;
}

/** What children of this step said that still holds. */
export function presentOf(wait: ChildrenWait, records: readonly DoneChild[]): readonly DoneChild[] {
  if (!wait.again) return records;
  return records.filter((child) => !isPast(wait, child));
}

function isPast(wait: ChildrenWait, child: DoneChild): boolean {
  const { status, again = 0 } = child;
  if (status === "completed" || again >= (wait.again ?? 0) || isLeftOut(wait, child)) return false;
  return status === "cancelled" || wait.onError === "stop";
}

/** A person cancelled this round before the loop was gone on with. The step of a called workflow is nothing without it. */
export function isLeftOut(
  { how, again: now = 0 }: ChildrenWait,
  { status, by, again = 0 }: DoneChild,
): boolean {
  return how !== "sub_workflow" && status === "cancelled" && by !== undefined && again < now;
}

/** "round 2 was cancelled by Ann", of each that is left out. */
export function leftOutWords(wait: ChildrenWait, records: readonly DoneChild[]): string {
  return records.filter((child) => isLeftOut(wait, child)).slice(0, MOST_NAMED)
    .map(({ index, by }) => `; round ${index + 1} was cancelled by ${by}`).join("");
}

/** The first round that stops its loop now; undefined: none does. */
export function stopsLoop(wait: ChildrenWait, records: readonly DoneChild[]): DoneChild | undefined {
  if (wait.onError !== "stop") return undefined;
  return records.find((child) => child.status !== "completed" && !isLeftOut(wait, child));
}

/** What the step says that fails for it. */
export function stoppedWords({ how, total }: ChildrenWait, { index, by }: DoneChild): string {
  if (how === "sub_workflow") {
    const what = by === undefined ? "did not complete" : `was cancelled by ${by}`;
    return `The workflow that was called ${what}; Retry goes on with it`;
  }
  return by === undefined
    ? `Round ${index + 1} of ${total} did not complete; Retry goes on with all that have not`
    : `Round ${
      index + 1
    } of ${total} was cancelled by ${by}; Retry goes on without it, or with it from the round itself`;
}

/** The wait of a failed or stopped step, for when it is gone on with: under a number that none of its rounds has had. */
export function roundsAgain(draft: Draft, node: GraphNode, rounds: ChildrenWait): ChildrenWait {
  return { ...rounds, again: nextNumber(rounds, recordsOf(draft, node)) };
}

function nextNumber({ again = 0 }: ChildrenWait, records: readonly DoneChild[]): number {
  return Math.max(again, ...records.map((child) => child.again ?? 0)) + 1;
}

function recordsOf(draft: Draft, node: GraphNode): readonly DoneChild[] {
  return draft.env.children.get(childrenKey(node.id, draft.step(node).visit)) ?? [];
}

/** Loops that were reopened wait for their rounds again, once their execution may go on. */
export function goOnWithRounds(draft: Draft): void {
  if (mustStandStill(draft.state)) return;
  for (const node of draft.withStatus("queued")) {
    const { rounds, ...step } = draft.step(node);
    if (rounds) waitAgain(draft, node, step, rounds);
  }
}

/** Every round that was begun and has not completed is told to go on; those behind them begin in their turn. */
export function waitAgain(draft: Draft, node: GraphNode, step: StepState, wait: ChildrenWait): void {
  const present = presentOf(wait, recordsOf(draft, node));
  const over = new Set(present.map(({ index }) => index));
  let count = 0;
  for (let index = wait.low; index < wait.created; index++) {
    if (over.has(index)) continue;
    draft.resume.push({
      nodeId: node.id,
      visit: step.visit,
      index,
      again: wait.again ?? 0,
      ...calledOf(wait),
    });
    count++;
  }
  const text = wait.how === "sub_workflow"
    ? "Waiting — for the workflow that was called, which goes on"
    : `Waiting — ${count} of ${wait.total} rounds go on${leftOutWords(wait, present)}`;
  const reason = { code: "children", text, data: { total: wait.total, goOn: count } };
  draft.put(node, "waiting", { ...step, waitingFor: wait, reason });
  draft.event("waiting", node, { step: "waiting", message: text, reason });
}

/** The wait of a loop that failed before its rounds were kept with it, and has been evaluated anew; null: it is none. */
export function begunBefore(
  step: StepState,
  wait: ChildrenWait,
  records: readonly DoneChild[],
): ChildrenWait | null {
  const last = records.at(-1);
  if (wait.created > 0 || wait.again || step.spent === undefined || wait.onError !== "stop" || !last) {
    return null;
  }
  if (records.every(({ status }) => status === "completed")) return null;
  return { ...wait, created: last.index + 1, again: nextNumber(wait, records) };
}

/** Retry on the step that called a workflow means that workflow, whoever cancelled it. */
function calledOf({ how }: ChildrenWait): { called?: true } {
  return how === "sub_workflow" ? { called: true } : {};
}
