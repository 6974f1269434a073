import type { Execution, Step } from "../../engine/schemas/execution.ts";

/** A step that had begun: only from there is there something to begin with. */
export function mayReplayFrom(execution: Execution, step: Step): boolean {
  if (isRound(execution)) return false;
  if (step.nodeId === execution.trigger.nodeId) return true;
  const reached = step.status !== "pending" && step.status !== "skipped" && !step.type.startsWith("trigger_");
  // Its node is not in the version that would be replayed.
  if (step.leftIn !== undefined) return false;
  return reached && (step.attempts > 0 || step.takenOver !== undefined);
}

/** A round of a loop is a part of the execution above it and cannot be replayed by itself. */
export function isRound({ parent, steps }: Execution): boolean {
  const above = parent && steps.find((step) => step.nodeId === parent.nodeId);
  return above?.type === "for_each" || above?.type === "repeat";
}
