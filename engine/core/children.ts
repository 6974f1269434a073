import type { WaitingFor } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import { end } from "./ending.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { ended, settleFailed, succeeded } from "./outcome.ts";
import {
  begunBefore,
  childrenKey,
  goOnWithRounds,
  leftOutWords,
  presentOf,
  stoppedWords,
  stopsLoop,
  waitAgain,
} from "./rounds.ts";
import type { StepState, Stored } from "./state.ts";
import { isSettled } from "./state.ts";

/** A child that has settled, as its parent reads it. */
export interface DoneChild {
  index: number;
  status: "completed" | "failed" | "cancelled";
  executionId: string;
  output: Json;
  /** How often its loop had been gone on with when it settled. */
  again?: number;
  /** The person who cancelled it, and not its loop. */
  by?: string;
}

/** A child to be created: its id follows from parent, node, visit and index, so creating it twice makes one. */
export interface Spawn {
  nodeId: string;
  visit: number;
  index: number;
  /** How often its loop had been gone on with. */
  again?: number;
}

export type ChildrenWait = Extract<WaitingFor, { kind: "children" }>;

/** So many children one transition creates. */
const AT_ONCE = 50;

/** Counts children that have settled, asks for the next, and lets steps go on whose children are done. */
export function gather(draft: Draft): boolean {
  if (isSettled(draft.state) || draft.state.cancelling) return false;
  let moved = false;
  goOnWithRounds(draft);
  for (const node of draft.withStatus("waiting")) {
    const wait = draft.step(node).waitingFor;
    if (wait?.kind === "children" && gatherOne(draft, node, wait)) moved = true;
  }
  return moved;
}

function gatherOne(draft: Draft, node: GraphNode, before: ChildrenWait): boolean {
  let step = draft.step(node);
  const all = draft.env.children.get(childrenKey(node.id, step.visit)) ?? [];
  const older = begunBefore(step, before, all);
  if (older) {
    waitAgain(draft, node, step, older);
    [step, before] = [draft.step(node), older];
  }
  const records = presentOf(before, all);
  const wait = counted(before, records);
  const stopping = stopsLoop(wait, records);
  if (stopping) {
    dismiss(draft, node, before, records);
    // With the wait as it was before: what has not completed is not passed over when it is gone on with.
    settleFailed(draft, node, { ...step, waitingFor: before }, {
      code: "child_failed",
      message: stoppedWords(wait, stopping),
      retryable: false,
      details: { executionId: stopping.executionId },
    });
    return true;
  }
  const last = records.at(-1)?.output ?? null;
  const output = wait.how === "repeat" && wait.done > before.done
    ? draft.env.keep({ index: wait.done - 1, last }, ref(draft, node, step, `round${wait.done}`))
    : step.output;
  const current: StepState = { ...step, ...(output ? { output } : {}), waitingFor: wait };
  draft.put(node, "waiting", current);
  if (isOver(draft, node, wait)) return finish(draft, { node, step: current, wait, records });
  spawn(draft, node, current, wait);
  if (wait.done > before.done) {
    const text = `Waiting — ${wait.done} of ${
      wait.how === "repeat" ? "at most " : ""
    }${wait.total} rounds done`;
    draft.event("progress", node, { message: text });
  }
  return false;
}

/** All that lie before `low` have settled and are not read again: a long list costs no more per round than a short one. */
function counted(wait: ChildrenWait, records: readonly DoneChild[]): ChildrenWait {
  const byIndex = new Map(records.map((child) => [child.index, child]));
  let { low, lowFailed } = wait;
  for (let child = byIndex.get(low); child; child = byIndex.get(low)) {
    if (child.status !== "completed") lowFailed++;
    low++;
  }
  const beyond = records.filter((child) => child.index >= low);
  const failed = lowFailed + beyond.filter((child) => child.status !== "completed").length;
  return { ...wait, low, lowFailed, done: low + beyond.length, failed };
}

function isOver(draft: Draft, node: GraphNode, wait: ChildrenWait): boolean {
  if (wait.how === "sub_workflow" && !wait.awaited) return wait.created > 0;
  if (wait.done >= wait.total) return true;
  return wait.how === "repeat" && wait.done > 0 && wait.done === wait.created && wait.until !== undefined &&
    draft.env.matches(wait.until, { state: draft.state, node, signal: null });
}

function spawn(draft: Draft, node: GraphNode, step: StepState, wait: ChildrenWait): void {
  if (!draft.env.maySpawn) return;
  const until = begunOf(wait);
  for (let index = wait.created; index < until; index++) {
    draft.spawn.push({ nodeId: node.id, visit: step.visit, index, ...numberOf(wait) });
  }
  draft.put(node, "waiting", { ...step, waitingFor: { ...wait, created: until } });
}

/** So many may be there: they are created before the commit that counts them, which may not have been made. */
function begunOf(wait: ChildrenWait): number {
  return Math.max(wait.created, Math.min(wantedOf(wait), wait.created + AT_ONCE));
}

/** How many children there should be now. */
export function wantedOf(wait: ChildrenWait): number {
  return Math.min(wait.total, wait.done + wait.concurrency);
}

function finish(
  draft: Draft,
  { node, step, wait, records }: {
    node: GraphNode;
    step: StepState;
    wait: ChildrenWait;
    records: readonly DoneChild[];
  },
): boolean {
  const port = "out";
  const output = draft.env.keep(resultOf(wait, records), ref(draft, node, step, "result"));
  const text = wait.how === "sub_workflow"
    ? wait.awaited ? "The workflow that was called has ended" : "The other workflow has been started"
    : `${wait.done} rounds done${wait.failed ? `, ${wait.failed} of them failed` : ""}` +
      leftOutWords(wait, records);
  const reason = { code: "children", text, data: { done: wait.done, failed: wait.failed } };
  draft.put(node, "completed", { ...succeeded(step, draft.env.now), port, output, reason });
  draft.event("completed", node, { step: "completed", message: text, reason });
  return true;
}

function resultOf(wait: ChildrenWait, records: readonly DoneChild[]): Json {
  const line = ({ executionId, status, output }: DoneChild): Json => ({ executionId, status, output });
  const last = records.at(-1);
  if (wait.how === "sub_workflow" && !wait.awaited) return { started: true };
  if (wait.how === "sub_workflow") return last ? line(last) : { started: true };
  if (wait.how === "repeat") return { count: wait.done, failed: wait.failed, last: last?.output ?? null };
  return {
    count: wait.done,
    failed: wait.failed,
    results: records.map((child) => child.output),
    ...(wait.failed ? { failures: records.filter((child) => child.status !== "completed").map(line) } : {}),
  };
}

/** Children that are under way when their parent no longer waits for them are told to stop. */
export function dismiss(
  draft: Draft,
  node: GraphNode,
  wait: ChildrenWait,
  records: readonly DoneChild[],
): void {
  if (wait.how === "sub_workflow" && !wait.awaited) return;
  const settled = new Set(records.map((child) => child.index));
  const { visit } = draft.step(node);
  for (let index = wait.low; index < begunOf(wait); index++) {
    if (!settled.has(index)) draft.dismiss.push({ nodeId: node.id, visit, index, ...numberOf(wait) });
  }
}

function numberOf({ again }: ChildrenWait): { again?: number } {
  return again === undefined ? {} : { again };
}

/** How a child begins: in the middle of its parent's graph (a loop), or at the trigger of another workflow. */
export interface ChildStart {
  kind: "child";
  parentName: string;
  /** What its parent was triggered with. */
  trigger: { nodeId: string; output: Json };
  loop: { nodeId: string; output: Json };
  /** What steps before the loop put out, as far as the graph reads them. */
  outputs: readonly { nodeId: string; output: Json }[];
}

/** Only what lies behind the loop's `each` port belongs to a child; the rest of the graph is not its own. */
export function startChild(draft: Draft, { parentName, trigger, loop, outputs }: ChildStart): void {
  const { now, keep } = draft.env;
  const node = draft.node(loop.nodeId);
  draft.counts.push("started");
  draft.event("queued", null, { message: `Accepted as a round of ${parentName}` });
  if (!node) return end(draft, { by: "LeadFlow", reason: "Its loop is gone", withParent: true });
  const own = bodyOf(draft, node);
  for (const each of draft.graph.nodes) {
    if (!own.has(each.index)) draft.put(each, "skipped", undefined, { settled: false });
  }
  for (const { nodeId, output } of [...outputs, trigger]) {
    draft.steps.set(nodeId, { visit: 1, attempt: 0, output: keep(output, `${nodeId}.taken`) });
  }
  const output = keep(loop.output, `${node.id}.round`);
  draft.put(node, "completed", { visit: 1, attempt: 1, startedAt: now, endedAt: now, port: "each", output });
  draft.event("completed", node, { step: "completed", port: "each", message: "Round begins" });
}

function bodyOf(draft: Draft, loop: GraphNode): Set<number> {
  const own = new Set<number>();
  const open = loop.outputs.filter((edge) => edge.port === "each").map((edge) => edge.target);
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (own.has(index)) continue;
    own.add(index);
    for (const edge of draft.graph.nodes[index]!.outputs) open.push(edge.target);
  }
  return own;
}

/** What a child gives its parent: the output of the step that completed last. */
export function childResult(draft: Draft): Stored | null {
  let found: StepState | null = null;
  for (const node of draft.graph.nodes) {
    const step = draft.steps.get(node.id);
    if (draft.status(node) !== "completed" || !step?.output || step.port === "each" && node.kind === "pure") {
      continue;
    }
    if (node.kind === "trigger") continue;
    if (!found || (step.endedAt ?? 0) >= (found.endedAt ?? 0)) found = step;
  }
  return found?.output ?? null;
}

function ref(draft: Draft, node: GraphNode, step: StepState, part: string): string {
  return `${node.id}.${step.visit}.${step.attempt}.${draft.state.fence}.${part}`;
}

/** Ends a step's wait for children without a result. */
export function endWait(draft: Draft, node: GraphNode): void {
  const step = draft.step(node);
  if (step.waitingFor?.kind !== "children") return;
  const records = draft.env.children.get(childrenKey(node.id, step.visit)) ?? [];
  dismiss(draft, node, step.waitingFor, presentOf(step.waitingFor, records));
  draft.steps.set(node.id, ended(step, draft.env.now));
}
