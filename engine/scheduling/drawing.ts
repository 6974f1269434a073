import type { JsonObject } from "../schemas/json.ts";
import type { WorkflowEdge, WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";

const TYPE = "trigger_schedule";
/** Beside the other triggers: cards are 220 wide. */
const COLUMN = 300;
const TRIGGER = /^trigger_/;

/** The graph with a schedule's node changed; where the draft has no such node any more, as it is. */
export function configured(
  graph: WorkflowGraph,
  nodeId: string,
  { label, config, whole }: { label: string; config: JsonObject; whole: boolean },
): WorkflowGraph {
  const nodes = graph.nodes.map((node): WorkflowNode =>
    node.id !== nodeId || node.type !== TYPE ? node : {
      ...node,
      data: whole
        ? { ...node.data, label, config }
        : { ...node.data, config: { ...node.data.config, ...config } },
    }
  );
  return { ...graph, nodes };
}

/** The graph with a new schedule: it leads where the other triggers lead, else to whatever nothing leads to. */
export function drawnAnew(
  graph: WorkflowGraph,
  id: string,
  { label, config }: { label: string; config: JsonObject },
): WorkflowGraph {
  const triggers = graph.nodes.filter(({ type }) => TRIGGER.test(type));
  const beside = triggers.length > 0 ? triggers : graph.nodes;
  const position = {
    x: beside.length > 0 ? Math.max(...beside.map((node) => node.position.x)) + COLUMN : 0,
    y: beside.length > 0 ? Math.min(...beside.map((node) => node.position.y)) : 0,
  };
  const node: WorkflowNode = { id, type: TYPE, position, data: { label, config } };
  const taken = new Set(graph.edges.map((edge) => edge.id));
  const edges = targetsOf(graph, triggers).map((target): WorkflowEdge => {
    const named = `${id}-${target}`;
    return {
      id: taken.has(named) ? `${named}-schedule` : named,
      source: id,
      sourceHandle: "out",
      target,
      targetHandle: "in",
    };
  });
  return { ...graph, nodes: [...graph.nodes, node], edges: [...graph.edges, ...edges] };
}

function targetsOf({ nodes, edges }: WorkflowGraph, triggers: readonly WorkflowNode[]): string[] {
  const leading = triggers.find(({ id }) => edges.some(({ source }) => source === id));
  if (leading) {
    return [...new Set(edges.filter(({ source }) => source === leading.id).map(({ target }) => target))];
  }
  const reached = new Set(edges.map(({ target }) => target));
  return nodes.filter(({ id, type }) => !TRIGGER.test(type) && !reached.has(id)).map(({ id }) => id);
}

/** The graph without a schedule's node. */
export function undrawn(graph: WorkflowGraph, nodeId: string): WorkflowGraph {
  if (!graph.nodes.some(({ id, type }) => id === nodeId && type === TYPE)) return graph;
  return {
    ...graph,
    nodes: graph.nodes.filter(({ id }) => id !== nodeId),
    edges: graph.edges.filter(({ source, target }) => source !== nodeId && target !== nodeId),
  };
}
