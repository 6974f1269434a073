import type { Issue, WorkflowGraph } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { WorkflowDeps } from "./deps.ts";
import type { HookRecord, WorkflowRecord } from "./record.ts";
import { type GraphTriggers, pathIssue, triggerIssues, triggersOf } from "./triggers.ts";

/** What keeps a graph from running as this workflow: its shape, its configs, its webhooks' paths. */
export async function runIssues(
  deps: WorkflowDeps,
  graph: WorkflowGraph,
  workflowId: string | null,
): Promise<Issue[]> {
  const shape = deps.checks.shape(graph);
  if (shape.length) return shape;
  const triggers = triggersOf(graph, deps.lookup);
  const issues = [...deps.checks.runnable(graph), ...triggerIssues(triggers)];
  return [...issues, ...(await claimPaths(deps.store, triggers, workflowId)).issues];
}

/** For every path the check that keeps it ours, and an issue where another workflow has it. */
export async function claimPaths(
  store: Store,
  triggers: GraphTriggers,
  workflowId: string | null,
): Promise<{ issues: Issue[]; checks: NonNullable<Write["checks"]> }> {
  const { hooks } = triggers;
  const owners = await store.getMany<HookRecord>(hooks.map((hook) => keys.hook(hook.path)));
  const issues: Issue[] = [];
  const checks = new Map<string, NonNullable<Write["checks"]>[number]>();
  for (const [index, { nodeId, path }] of hooks.entries()) {
    const owner = owners[index];
    checks.set(path, { key: keys.hook(path), versionstamp: owner?.versionstamp ?? null });
    if (!owner || owner.value.workflowId === workflowId) continue;
    const other = await store.get<WorkflowRecord>(keys.workflow(owner.value.workflowId));
    const name = other?.value.name ?? owner.value.workflowId;
    issues.push(pathIssue(nodeId, `The path "${path}" is used by the workflow "${name}"`));
  }
  return { issues, checks: [...checks.values()] };
}
