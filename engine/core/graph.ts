import type { JsonObject } from "../schemas/json.ts";
import type { RetryOverrides, RetryPolicy } from "../schemas/retry.ts";
import { durationMs } from "../schemas/duration_units.ts";
import type { EndRule, WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";
import type { Window } from "../schemas/window.ts";
import { resolvePolicy } from "./retry.ts";

/** What the machine must know of a node type. */
export interface NodeKind {
  kind: "trigger" | "pure" | "effect";
  /** Cannot be repeated safely: intent is written before the act. */
  ledger?: boolean;
  /** Reaches a person: held back outside the send window. */
  reaches?: boolean;
  /** Computed from what it reads alone: decided anew when a step behind it was held. */
  repeatable?: boolean;
  /** Asks people and waits for their votes. */
  votes?: boolean;
  /** Null or absent: several edges into it are an implicit join of all. */
  join?: JoinRule | null;
}

/** When an explicit join goes on (engine/README.md, "Joins, signals, goals"). */
export interface JoinRule {
  mode: "all" | "any" | "count";
  count: number;
  deadlineMs: number | null;
}

export interface GraphEdge {
  source: number;
  port: string;
  target: number;
}

/** A node ready to be run: its edges as indexes, its policies resolved. */
export interface GraphNode {
  index: number;
  id: string;
  type: string;
  label: string;
  kind: NodeKind["kind"];
  ledger: boolean;
  reaches: boolean;
  repeatable: boolean;
  votes: boolean;
  join: JoinRule | null;
  config: JsonObject;
  retry: RetryPolicy;
  /** What the node itself says: it also counts over what a schedule says. */
  ownRetry?: RetryOverrides;
  /** Null: the node type's own limit. */
  timeoutMs: number | null;
  inputs: GraphEdge[];
  outputs: GraphEdge[];
}

/** One version of a workflow, in topological order: every edge leads from a lower index to a higher one. */
export interface Graph {
  nodes: GraphNode[];
  indexOf: ReadonlyMap<string, number>;
  timezone: string;
  sendWindow: Window | null;
  /** It has rates: steps that act on the world ask for their turn. */
  rated: boolean;
  timeoutMs: number | null;
  goals: readonly EndRule[];
  exits: readonly EndRule[];
}

/** Compiles a graph that has passed the checks of publish; throws for a cycle, a dangling edge or an unknown type. */
export function buildGraph(
  graph: WorkflowGraph,
  lookup: (type: string, config: JsonObject) => NodeKind | undefined,
): Graph {
  const order = topologicalOrder(graph);
  const indexOf = new Map(order.map((node, index) => [node.id, index]));
  const nodes = order.map((node, index) => graphNode(node, index, graph, lookup));
  for (const edge of graph.edges) {
    const compiled = {
      source: indexOf.get(edge.source)!,
      port: edge.sourceHandle ?? "out",
      target: indexOf.get(edge.target)!,
    };
    nodes[compiled.source]!.outputs.push(compiled);
    nodes[compiled.target]!.inputs.push(compiled);
  }
  return {
    nodes,
    indexOf,
    timezone: graph.settings.timezone ?? "UTC",
    sendWindow: graph.settings.sendWindow ?? null,
    rated: (graph.settings.limits?.rates ?? []).length > 0,
    timeoutMs: graph.settings.timeout ? durationMs(graph.settings.timeout) : null,
    goals: graph.settings.goals ?? [],
    exits: graph.settings.exits ?? [],
  };
}

function graphNode(
  node: WorkflowNode,
  index: number,
  graph: WorkflowGraph,
  lookup: (type: string, config: JsonObject) => NodeKind | undefined,
): GraphNode {
  const type = lookup(node.type, node.data.config);
  if (!type) throw new Error(`Cannot compile node "${node.id}": no node type "${node.type}"`);
  return {
    index,
    id: node.id,
    type: node.type,
    label: node.data.label || node.id,
    kind: type.kind,
    ledger: type.ledger ?? false,
    reaches: type.reaches ?? false,
    repeatable: type.repeatable ?? false,
    votes: type.votes ?? false,
    join: type.join ?? null,
    config: node.data.config,
    retry: resolvePolicy(graph.settings.retry, node.data.retry),
    ...(node.data.retry ? { ownRetry: node.data.retry } : {}),
    timeoutMs: node.data.timeout ? durationMs(node.data.timeout) : null,
    inputs: [],
    outputs: [],
  };
}

/** Kahn's algorithm; nodes keep their drawn order where the edges leave a choice. A node's index is its place here. */
export function topologicalOrder(graph: WorkflowGraph): WorkflowNode[] {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const open = new Map(graph.nodes.map((node) => [node.id, 0]));
  const targets = new Map<string, string[]>();
  for (const edge of graph.edges) {
    if (!byId.has(edge.source) || !byId.has(edge.target)) {
      throw new Error(`Cannot compile edge "${edge.id}": an end is missing`);
    }
    open.set(edge.target, open.get(edge.target)! + 1);
    const list = targets.get(edge.source);
    if (list) list.push(edge.target);
    else targets.set(edge.source, [edge.target]);
  }
  const order = graph.nodes.filter((node) => open.get(node.id) === 0);
  for (let i = 0; i < order.length; i++) {
    for (const target of targets.get(order[i]!.id) ?? []) {
      const left = open.get(target)! - 1;
      open.set(target, left);
      if (left === 0) order.push(byId.get(target)!);
    }
  }
  if (order.length !== graph.nodes.length) throw new Error("Cannot compile a graph that has a cycle");
  return order;
}
