import type { z } from "zod";
import { invalid } from "../errors.ts";
import { type Issue, type WorkflowGraph, WorkflowInput } from "../schemas/workflow.ts";

/** What a schema refused, as issues with dotted paths. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.slice(0, 100).map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
}

/** The input as the schema has it; throws 422 `invalid` naming every field. */
export function parseInput(input: unknown): WorkflowInput {
  const parsed = WorkflowInput.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid("This is no workflow", issuesOf(parsed.error));
}

/** Only what a draft or version holds. */
export function graphOf(input: WorkflowGraph): WorkflowGraph {
  return { nodes: input.nodes, edges: input.edges, settings: input.settings };
}
