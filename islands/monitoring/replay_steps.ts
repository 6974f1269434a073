import type { Execution, Step } from "../../engine/schemas/execution.ts";

/** A step that had begun: only from there is there something to begin with. */
export function mayReplayFrom(execution: Execution, step: Step): boolean {
  if (step.nodeId === execution.trigger.nodeId) return true;
  const reached = step.status !== "pending" && step.status !== "skipped" && !step.type.startsWith("trigger_");
  return reached && (step.attempts > 0 || step.takenOver !== undefined);
}
