import { topologicalOrder } from "../core/graph.ts";
import { notFound } from "../errors.ts";
import type { Funnel, FunnelNode } from "../schemas/metrics.ts";
import type { NodeCount } from "../schemas/node_counts.ts";
import { loadDraft } from "../workflows/drafts.ts";
import { loadVersion } from "../workflows/published.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";
import type { WorkflowRecord } from "../workflows/record.ts";
import { countsOf } from "./node_counts.ts";

const NOBODY = { entered: 0, active: 0, waiting: 0, passed: 0, failed: 0, skipped: 0, cancelled: 0 };

/** How many executions came how far: the counts of the canvas for every node of what is live, in the order of its edges. */
export async function readFunnel(
  deps: { store: Store; versions: Pick<Versions, "nodesOf"> },
  workflowId: string,
): Promise<Funnel> {
  const { store } = deps;
  const record = await store.get<WorkflowRecord>(keys.workflow(workflowId));
  if (!record || record.value.deletedAt !== undefined) throw notFound("workflow", workflowId);
  const { version } = record.value;
  const graph = version === null
    ? (await loadDraft(store, workflowId)).graph
    : await loadVersion(store, workflowId, version);
  const counts = new Map((await countsOf(deps, workflowId)).map((count) => [count.nodeId, count]));
  const hasGoals = (graph.settings.goals ?? []).length > 0;
  const nodes = topologicalOrder(graph).map((node): FunnelNode => {
    const count: NodeCount = counts.get(node.id) ?? { nodeId: node.id, ...NOBODY };
    const { rounds: _rounds, converted = 0, ...stands } = count;
    return { ...stands, label: node.data.label, type: node.type, converted: hasGoals ? converted : null };
  });
  return { workflowId, version, nodes };
}
