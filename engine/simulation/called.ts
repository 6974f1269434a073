import { EngineError } from "../errors.ts";
import type { WorkflowGraph } from "../schemas/workflow.ts";
import type { WorkflowSubject } from "../workflows/mod.ts";
import type { CopiedWorkflow } from "./copy.ts";

/** As deep as executions nest. */
const DEEPEST = 5;
const MOST = 50;

/**
 * The live versions of the workflows that a graph's nodes call, and of those that these call. One that is not there or
 * not published is left out: its step fails in a dry run as it would.
 */
export async function calledBy(
  workflows: Pick<WorkflowSubject, "version">,
  { id, graph }: Pick<CopiedWorkflow, "id" | "graph">,
): Promise<CopiedWorkflow[]> {
  const found = new Map<string, CopiedWorkflow>();
  const seen = new Set([id]);
  let asked = idsIn(graph, seen);
  for (let depth = 0; depth < DEEPEST && asked.length > 0; depth++) {
    const next: string[] = [];
    for (const calledId of asked) {
      const called = found.size < MOST ? await liveOf(workflows, calledId) : null;
      if (!called) continue;
      found.set(calledId, called);
      next.push(...idsIn(called.graph, seen));
    }
    asked = next;
  }
  return [...found.values()];
}

/** Ids in configs that were not seen before; templates name nobody yet. */
function idsIn(graph: WorkflowGraph, seen: Set<string>): string[] {
  const ids: string[] = [];
  for (const { data } of graph.nodes) {
    const { workflowId } = data.config;
    if (typeof workflowId !== "string" || workflowId === "" || workflowId.includes("{{")) continue;
    if (seen.has(workflowId)) continue;
    seen.add(workflowId);
    ids.push(workflowId);
  }
  return ids;
}

async function liveOf(
  workflows: Pick<WorkflowSubject, "version">,
  id: string,
): Promise<CopiedWorkflow | null> {
  try {
    const { version, workflowName, nodes, edges, settings } = await workflows.version(id, "live");
    return { id, name: workflowName, version, graph: { nodes, edges, settings } };
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return null;
    throw error;
  }
}
