import { z } from "zod";
import type { NodeStatus, StepStatus } from "./execution.ts";

const number = z.number().int().min(0);

/** How many executions stand where at a node: exactly those that the list finds by `nodeId` and `nodeStatus`. */
export const NodeCount = z.object({
  nodeId: z.string(),
  /** All that came to it and were not cancelled there: active, waiting, passed and failed. */
  entered: number,
  /** Queued, running, or about to be tried again. */
  active: number,
  waiting: number,
  passed: number,
  failed: number,
  skipped: number,
  cancelled: number,
  /** Of those that passed, who reached a goal of the workflow; absent: nobody did. */
  converted: number.optional(),
  /** The same of rounds and called workflows, which the list shows under their parents; absent: there are none. */
  rounds: z.object({ entered: number, active: number, waiting: number, passed: number, failed: number })
    .optional(),
}).meta({ id: "NodeCount" });
export type NodeCount = z.infer<typeof NodeCount>;

/** The statuses of a step that a word of the counts, or of the list's filter, means. */
export function statusesOf(word: NodeStatus): readonly StepStatus[] {
  switch (word) {
    case "entered":
      return ["queued", "running", "retrying", "waiting", "completed", "failed"];
    case "active":
      return ["queued", "running", "retrying"];
    case "passed":
      return ["completed"];
    default:
      return [word];
  }
}
