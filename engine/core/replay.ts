import type { Draft } from "./draft.ts";
import type { StepState } from "./state.ts";

/** A step whose result comes along from the execution that is replayed. */
export interface TakenStep {
  nodeId: string;
  status: "completed" | "failed" | "skipped";
  step?: StepState;
  /** What its event says; absent: that it was taken over. */
  message?: string;
}

export interface ReplayStart {
  kind: "replay";
  /** The execution that is replayed. */
  of: string;
  from: string;
  by: string;
  taken: readonly TakenStep[];
}

/** Begins in the middle: what was taken over has settled, everything else is ahead, and `from` goes first. */
export function startReplay(draft: Draft, { of, from, by, taken }: ReplayStart): void {
  const first = draft.node(from);
  const label = first?.label ?? from;
  const text = `${by} replays ${shortId(of)} from ${label}`;
  draft.counts.push("started");
  draft.event("queued", null, {
    message: text,
    reason: { code: "replay", text, data: { executionId: of, nodeId: from } },
  });
  for (const { nodeId, status, step, message } of taken) {
    const node = draft.node(nodeId);
    if (!node) continue;
    draft.put(node, status, step);
    draft.event(status, node, {
      step: status,
      ...(step?.port && step.port !== "out" ? { port: step.port } : {}),
      message: message ?? (status === "skipped" ? "Skipped, as before" : "Taken over"),
    });
  }
  if (first) draft.consider(first);
  for (const node of draft.graph.nodes) {
    if (draft.status(node) === "pending" && node.index !== first?.index) draft.consider(node);
  }
}

/** As pages show ids: the data beside the words has it whole. */
export function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}
