import { invalid, issuesOf } from "../errors.ts";
import { type WorkflowGraph, WorkflowInput } from "../schemas/workflow.ts";

/** The input as the schema has it; throws 422 `invalid` naming every field. */
export function parseInput(input: unknown): WorkflowInput {
  const parsed = WorkflowInput.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid("This is no workflow", issuesOf(parsed.error));
}

/** Only what a draft or version holds; no notes are the same as none given. */
export function graphOf({ nodes, edges, settings, notes }: WorkflowGraph): WorkflowGraph {
  return { nodes, edges, settings, ...(notes?.length ? { notes } : {}) };
}
