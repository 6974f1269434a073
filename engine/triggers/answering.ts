import type { PlannedLead } from "../leads/mod.ts";
import { derivedId } from "../worker/clock.ts";
import type { CompiledVersion } from "../worker/versions.ts";

/** A signal as the ids of what it starts follow from it. */
interface Said {
  id: string;
  at: number;
}

/** The id of the execution that a signal starts at a trigger: delivered again, it starts nothing twice. */
export function startedBySignal(signal: Said, workflowId: string, nodeId: string): Promise<string> {
  return derivedId(signal.at, "signal", signal.id, workflowId, nodeId);
}

/**
 * The id for an execution that a person begins at the very trigger which hears of the lead that its commit creates: it
 * is the one that `lead.created` starts there, so that one new lead passes once. Null for any other start.
 */
export async function answersItself(
  { workflowId, nodes }: CompiledVersion,
  nodeId: string,
  planned: PlannedLead | null,
): Promise<string | null> {
  const node = nodes.get(nodeId);
  if (!planned?.created || node?.type.type !== "trigger_signal") return null;
  const { signal } = Object(node.config.config);
  return signal === "lead.created" ? await startedBySignal(planned.created, workflowId, nodeId) : null;
}
