import { topologicalOrder } from "../../engine/core/graph.ts";
import type { ExecutionState } from "../../engine/core/state.ts";
import { countsOf } from "../../engine/monitoring/node_counts.ts";
import type { NodeCount } from "../../engine/schemas/node_counts.ts";
import type { StepStatus } from "../../engine/schemas/execution.ts";
import type { Store } from "../../engine/store/store.ts";
import { loadVersion } from "../../engine/workflows/published.ts";

type Recount = { [what: string]: number };

const WHAT: { readonly [status in StepStatus]: readonly string[] } = {
  pending: [],
  queued: ["entered", "active"],
  running: ["entered", "active"],
  retrying: ["entered", "active"],
  waiting: ["entered", "waiting"],
  completed: ["entered", "passed"],
  failed: ["entered", "failed"],
  skipped: ["skipped"],
  cancelled: ["cancelled"],
};
/** Of children, what is not their own is not counted. */
const OF_CHILDREN = ["entered", "active", "waiting", "passed", "failed"];

/** The counters of every node equal a recount of the steps of every execution that is stored. */
export async function nodeCountProblems(
  store: Store,
  states: ReadonlyMap<string, ExecutionState>,
): Promise<string[]> {
  const ids = new Set([...states.values()].map(({ workflowId }) => workflowId));
  for (const prefix of ["node_count", "node_count_block"]) {
    for (const key of await store.keys({ selector: { prefix: [prefix] } })) ids.add(String(key[1]));
  }
  const problems: string[] = [];
  for (const workflowId of ids) {
    const recount = await recounted(
      store,
      [...states.values()].filter((each) => each.workflowId === workflowId),
    );
    const counts = await counted(store, workflowId);
    for (const name of new Set([...recount.keys(), ...counts.keys()])) {
      const [is, was] = [counts.get(name), recount.get(name)].map((each) =>
        JSON.stringify(Object.entries(each ?? {}).sort())
      );
      if (is !== was) problems.push(`${workflowId}: the counters of ${name} say ${is}, the steps ${was}`);
    }
  }
  return problems;
}

/** By node, and by node with `~` before it for children; what is 0 is left out. */
async function recounted(store: Store, states: readonly ExecutionState[]): Promise<Map<string, Recount>> {
  const found = new Map<string, Recount>();
  for (const { workflowId, version, statuses, parent, status: end, reason } of states) {
    const order = topologicalOrder(await loadVersion(store, workflowId, version));
    for (const [index, status] of statuses.entries()) {
      const name = `${parent ? "~" : ""}${order[index]?.id}`;
      const reached = status === "completed" && end === "completed" && reason?.code === "goal" && !parent;
      for (const what of [...WHAT[status], ...reached ? ["converted"] : []]) {
        if (parent && !OF_CHILDREN.includes(what)) continue;
        const counts = found.get(name) ?? {};
        counts[what] = (counts[what] ?? 0) + 1;
        found.set(name, counts);
      }
    }
  }
  return found;
}

async function counted(store: Store, workflowId: string): Promise<Map<string, Recount>> {
  const nodesOf = async (id: string, version: number): Promise<readonly { id: string }[]> =>
    topologicalOrder(await loadVersion(store, id, version));
  const found = new Map<string, Recount>();
  const put = (name: string, counts: Partial<NodeCount>): void => {
    const entries = Object.entries(counts).filter(([, value]) => typeof value === "number" && value !== 0);
    if (entries.length > 0) {
      found.set(name, Object.fromEntries(entries.map(([key, value]) => [key, Number(value)])));
    }
  };
  const items = await countsOf({ store, versions: { nodesOf } }, workflowId);
  for (const { nodeId, rounds, ...counts } of items) {
    put(nodeId, counts);
    put(`~${nodeId}`, rounds ?? {});
  }
  return found;
}
