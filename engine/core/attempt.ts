import type { Json } from "../schemas/json.ts";
import type { Outcome } from "../schemas/node.ts";
import { applyVoting } from "./approval.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { applyOutcome, succeeded } from "./outcome.ts";
import { acquitted, isSuspect } from "./suspect.ts";

/** What one attempt of a step came to. */
export interface Attempted {
  attempt: number;
  outcome: Outcome;
  input?: Json | undefined;
  warnings?: readonly string[] | undefined;
}

/**
 * Applies what an attempt returned, if the step still is in that attempt. A step that was given up as uncertain takes a
 * result that comes late: then nobody has to decide any more. Anything else is too late, and changes nothing.
 */
export function applyAttempt(draft: Draft, node: GraphNode, result: Attempted): void {
  const step = draft.step(node);
  if (step.attempt !== result.attempt) return;
  const { outcome, input } = result;
  if (draft.status(node) !== "running") {
    const isKnown = outcome.kind !== "fail" || !outcome.uncertain;
    if (draft.status(node) !== "waiting" || step.waitingFor?.kind !== "uncertain" || !isKnown) return;
    draft.attention.push({ nodeId: node.id, visit: step.visit, record: null });
    const { endedAt: _endedAt, ...open } = succeeded(step, draft.env.now);
    draft.put(node, "running", open);
    draft.event("progress", node, { step: "running", message: "Its result came late" });
  }
  if (isSuspect(step)) draft.put(node, "running", acquitted(draft.step(node)));
  const apply = node.votes ? applyVoting : applyOutcome;
  apply(draft, node, outcome, input, [...result.warnings ?? []]);
}
