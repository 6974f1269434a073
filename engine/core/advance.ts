import { toFailure } from "../errors.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { settleJoin } from "./join.ts";
import { applyOutcome } from "./outcome.ts";

/** How a node's inputs stand. Lost ones were skipped, went another way, or lie behind a failure that nobody handles. */
export interface Inputs {
  arrived: string[];
  open: number;
  lost: number;
  /** Some of the lost lie behind a failure: a retry could still bring them. */
  blocked: boolean;
}

/**
 * Settles everything that follows without leaving the house: a node whose inputs have all settled runs when at least
 * one arrived (pure nodes here and now, effects are queued) and is skipped when none did, and the skip is carried on.
 */
export function advance(draft: Draft): void {
  if (draft.state.cancelling) return;
  for (let node = draft.nextCandidate(); node; node = draft.nextCandidate()) {
    if (node.join) settleJoin(draft, node, inputsOf(draft, node));
    else if (draft.status(node) === "pending") settleInputs(draft, node, inputsOf(draft, node));
  }
}

/** Several edges into one node are an implicit join of all. */
function settleInputs(draft: Draft, node: GraphNode, inputs: Inputs): void {
  // Nothing behind an unhandled failure starts; joins further on must learn that it will not come.
  if (inputs.blocked) {
    for (const edge of node.outputs) draft.consider(draft.graph.nodes[edge.target]!);
    return;
  }
  if (inputs.open > 0) return;
  if (inputs.arrived.length === 0) skip(draft, node, "Skipped: no way led here");
  else if (node.kind === "pure" && hasRoom(draft)) compute(draft, node);
  else draft.put(node, "queued", draft.step(node));
}

export function skip(draft: Draft, node: GraphNode, message: string): void {
  draft.put(node, "skipped");
  // One that was held says why it is not led to any more.
  const { reason } = draft.step(node);
  draft.event("skipped", node, {
    step: "skipped",
    message: reason?.text ?? message,
    ...(reason ? { reason } : {}),
  });
}

function inputsOf(draft: Draft, node: GraphNode): Inputs {
  const inputs: Inputs = { arrived: [], open: 0, lost: 0, blocked: false };
  for (const edge of node.inputs) {
    const source = draft.graph.nodes[edge.source]!;
    const status = draft.status(source);
    const port = status === "completed" || status === "failed" ? draft.step(source).port : undefined;
    if (port === edge.port) inputs.arrived.push(source.id);
    else if (port !== undefined || status === "skipped") inputs.lost++;
    else if (isBlocked(draft, source)) {
      inputs.lost++;
      inputs.blocked = true;
    } else inputs.open++;
  }
  return inputs;
}

/**
 * It failed without an `error` port, or waits for what lies behind such a failure. `seen` holds nodes that were found free:
 * without it every way through a row of diamonds would be walked, and there are 2^n.
 */
function isBlocked(draft: Draft, node: GraphNode, seen = new Set<number>()): boolean {
  if (seen.has(node.index)) return false;
  seen.add(node.index);
  const status = draft.status(node);
  if (status === "failed") return draft.step(node).port === undefined;
  if (status !== "pending" || node.join) return false;
  return node.inputs.some((edge) => isBlocked(draft, draft.graph.nodes[edge.source]!, seen));
}

// One commit holds 400 mutations and 400 KiB, large bodies included.
const MOST_COMPUTED = 30;
const MOST_WEIGHT = 120 * 1024;

/** What is too much for one commit is queued like an effect, and goes on in the next. */
function hasRoom(draft: Draft): boolean {
  return draft.computed++ < MOST_COMPUTED && draft.weight < MOST_WEIGHT;
}

function compute(draft: Draft, node: GraphNode): void {
  const step = draft.step(node);
  draft.put(node, "running", { ...step, attempt: step.attempt + 1, startedAt: draft.env.now });
  draft.event("started", node, { step: "running", attempt: step.attempt + 1 });
  try {
    const { outcome, input, warnings } = draft.env.evaluate(node, draft.state);
    applyOutcome(draft, node, outcome, input, warnings);
  } catch (error) {
    applyOutcome(
      draft,
      node,
      { kind: "fail", failure: { retryable: false, ...toFailure(error) } },
      undefined,
      [],
    );
  }
}
