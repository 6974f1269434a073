import { loadNodeTypes } from "../../engine/nodes/mod.ts";
import type { Issue, WorkflowGraph, WorkflowInput } from "../../engine/schemas/workflow.ts";
import { Store } from "../../engine/store/store.ts";
import { createWorkflows, type WorkflowSubject } from "../../engine/workflows/mod.ts";

export const ANN = { userId: "ann", name: "Ann" };

/** The subject over a database of its own, with a clock that tests move and checks that read labels. */
export interface House extends AsyncDisposable {
  kv: Deno.Kv;
  store: Store;
  workflows: WorkflowSubject;
  clock: { now: number };
  unsettled: { counts: Map<string, number>; cancelled: string[] };
}

export async function openHouse(): Promise<House> {
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const types = await loadNodeTypes();
  const clock = { now: Date.UTC(2026, 10, 22) };
  const unsettled = { counts: new Map<string, number>(), cancelled: [] as string[] };
  let serial = 0;
  const workflows = createWorkflows({
    store,
    lookup: (type) => types.get(type),
    now: () => clock.now,
    newId: () => `01${String(++serial).padStart(24, "0")}`,
    checks: { shape, runnable },
    unsettled: {
      count: (id) => Promise.resolve(unsettled.counts.get(id) ?? 0),
      cancelAll: (id) => {
        unsettled.cancelled.push(id);
        return Promise.resolve();
      },
    },
  });
  return { kv, store, workflows, clock, unsettled, [Symbol.asyncDispose]: () => Promise.resolve(kv.close()) };
}

/** No graph: an edge to a node that is not there. */
function shape({ nodes, edges }: WorkflowGraph): Issue[] {
  const ids = new Set(nodes.map((node) => node.id));
  return edges.filter((edge) => !ids.has(edge.target)).map((edge) => ({
    path: `edges.${edge.id}`,
    message: `The edge leads to "${edge.target}", which is not there`,
  }));
}

/** Unfinished: a node labelled so. */
function runnable({ nodes }: WorkflowGraph): Issue[] {
  return nodes.filter((node) => node.data.label === "unfinished").map((node) => ({
    path: `nodes.${node.id}.config`,
    nodeId: node.id,
    message: "is unfinished",
  }));
}

/** A workflow with one webhook per path, and a label that makes its content differ. */
export function input(name: string, paths: string[], label = ""): WorkflowInput {
  return {
    name,
    nodes: paths.map((path, index) => ({
      id: `hook${index}`,
      type: "trigger_webhook",
      position: { x: 0, y: 0 },
      data: { label, config: { path } },
    })),
    edges: [],
    settings: {},
  };
}

/** A graph of about so many KiB. */
export function large(kib: number, letter: string): Pick<WorkflowInput, "nodes"> {
  const nodes = Array.from({ length: kib }, (_, index) => ({
    id: `n${index}`,
    type: "set",
    position: { x: 0, y: index * 100 },
    data: { label: "", config: { fields: [{ name: "text", value: letter.repeat(1_000) }] } },
  }));
  return { nodes };
}

/** Every stored content: its hash and in how many chunks it lies. */
export async function storedContents(store: Store, workflowId: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const key of await store.keys({ selector: { prefix: ["content", workflowId] } })) {
    found.set(String(key[2]), (found.get(String(key[2])) ?? 0) + 1);
  }
  return found;
}
