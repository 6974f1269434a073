import { toFailure } from "../errors.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { applyOutcome } from "./outcome.ts";

/**
 * Settles everything that follows without leaving the house: a node whose inputs have all settled runs when at least
 * one arrived (pure nodes here and now, effects are queued) and is skipped when none did, and the skip is carried on.
 */
export function advance(draft: Draft): void {
  if (draft.state.cancelling) return;
  for (let node = draft.nextCandidate(); node; node = draft.nextCandidate()) {
    if (draft.status(node) !== "pending") continue;
    const inputs = inputsOf(draft, node);
    if (inputs === "open") continue;
    if (inputs === "none") {
      draft.put(node, "skipped");
      draft.event("skipped", node, { step: "skipped", message: "Skipped: no way led here" });
    } else if (node.kind === "pure") {
      compute(draft, node);
    } else {
      draft.put(node, "queued", draft.step(node));
    }
  }
}

/** `open`: an input has not settled, or never will; `none`: all settled and none arrived. */
function inputsOf(draft: Draft, node: GraphNode): "open" | "none" | "arrived" {
  let arrived = false;
  for (const edge of node.inputs) {
    const source = draft.graph.nodes[edge.source]!;
    const status = draft.status(source);
    if (status === "skipped") continue;
    if (status !== "completed" && status !== "failed") return "open";
    const port = draft.step(source).port;
    // A failed step without a drawn `error` port has no port: nothing behind it starts.
    if (port === undefined) return "open";
    if (port === edge.port) arrived = true;
  }
  return arrived ? "arrived" : "none";
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
