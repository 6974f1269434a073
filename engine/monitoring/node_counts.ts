import { notFound } from "../errors.ts";
import type { NodeCount } from "../schemas/node_counts.ts";
import { keys } from "../store/keys.ts";
import { readBlock, unpack } from "../store/node_counts.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";

/** Counters of a node by slot, packed as they lie in the database. */
type Packed = Map<string, bigint>;

interface CountDeps {
  store: Store;
  versions: Pick<Versions, "nodesOf">;
}

/** How many executions stand where, by node: reads the counters, a few a node, and no execution. 404. */
export async function readNodeCounts(deps: CountDeps, workflowId: string): Promise<NodeCount[]> {
  const workflow = await deps.store.get<{ deletedAt?: number }>(keys.workflow(workflowId));
  if (!workflow || workflow.value.deletedAt !== undefined) throw notFound("workflow", workflowId);
  return await countsOf(deps, workflowId);
}

/** The same of any workflow, also of a deleted one whose executions go on. */
export async function countsOf({ store, versions }: CountDeps, workflowId: string): Promise<NodeCount[]> {
  const nodes = new Map<string, Packed>();
  const add = (nodeId: string, slot: string, value: bigint): void => {
    const packed = nodes.get(nodeId) ?? new Map<string, bigint>();
    packed.set(slot, (packed.get(slot) ?? 0n) + value);
    nodes.set(nodeId, packed);
  };
  const singles = { prefix: keys.nodeCount(workflowId, "", "").slice(0, 2) };
  for await (const { key, value } of store.kv.list<Deno.KvU64>(singles)) {
    add(String(key[2]), String(key[3]), value.value);
  }
  const blocks = { prefix: keys.nodeCountBlock(workflowId, 0, 0, "").slice(0, 2) };
  for await (const { key, value } of store.kv.list<Deno.KvU64>(blocks)) {
    const { version, child, adds } = readBlock(key);
    const order = await versions.nodesOf(workflowId, version);
    for (const { index, slot, add: each } of adds) {
      const nodeId = order[index]?.id;
      if (nodeId !== undefined) add(nodeId, child ? `child_${slot}` : slot, BigInt(each) * value.value);
    }
  }
  return [...nodes].map(([nodeId, packed]) => countOf(nodeId, packed));
}

function countOf(nodeId: string, packed: Packed): NodeCount {
  const of = (slot: string): [number, number] => unpack(packed.get(slot) ?? 0n);
  const stands = (prefix: string): NonNullable<NodeCount["rounds"]> => {
    const [entered, passed] = of(`${prefix}entered`);
    const [waiting, failed] = of(`${prefix}waiting`);
    return { entered, active: entered - waiting - passed - failed, waiting, passed, failed };
  };
  const [skipped, cancelled] = of("skipped");
  const [converted] = of("converted");
  const rounds = stands("child_");
  return {
    nodeId,
    ...stands(""),
    skipped,
    cancelled,
    ...converted > 0 ? { converted } : {},
    ...rounds.entered > 0 ? { rounds } : {},
  };
}
