import type { Draft } from "./draft.ts";
import { mustStandStill } from "./limit.ts";
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
  /** It takes the place of the other, which ends with it. */
  restarts?: boolean;
}

/** Begins in the middle: what was taken over has settled, everything else is ahead, and `from` goes first. */
export function startReplay(draft: Draft, { of, from, by, taken, restarts }: ReplayStart): void {
  const first = draft.node(from);
  const label = first?.label ?? from;
  const text = restarts ? `${by} restarts ${shortId(of)}` : `${by} replays ${shortId(of)} from ${label}`;
  draft.counts.push("started");
  draft.event("queued", null, {
    message: text,
    reason: { code: "replay", text, data: { executionId: of, nodeId: from } },
  });
  // In the queue of a limit nothing begins: the trigger stands for all of it until its turn comes.
  const still = mustStandStill(draft.state);
  for (const { nodeId, status, step, message } of taken) {
    const node = draft.node(nodeId);
    if (!node) continue;
    if (still && nodeId === draft.state.trigger.nodeId) {
      draft.put(node, "queued", step);
      continue;
    }
    draft.put(node, status, step, { settled: !still });
    draft.event(status, node, {
      step: status,
      ...(step?.port && step.port !== "out" ? { port: step.port } : {}),
      message: message ?? (status === "skipped" ? "Skipped, as before" : "Taken over"),
    });
  }
  if (still) return;
  if (first) draft.consider(first);
  for (const node of draft.graph.nodes) {
    if (draft.status(node) === "pending" && node.index !== first?.index) draft.consider(node);
  }
}

/** As pages show ids: the data beside the words has it whole. */
export function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}
