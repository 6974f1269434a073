/**
 * When a step of one version fits into another: replays and migrations ask the same. Nodes are matched by id; what ran
 * must be of the same type, have left by a port that it still has, and be led to as it was.
 */
import type { Graph, GraphNode } from "./graph.ts";
import type { ExecutionState } from "./state.ts";

/** What ran, with the version that it ran. */
export interface Ran {
  state: ExecutionState;
  graph: Graph;
}

/** The version that is to go on. */
export interface Target {
  version: number;
  graph: Graph;
  /** Ids of the ports that a node has with its config. */
  portsOf(node: GraphNode): readonly string[];
}

/** A step that has ended in a way which another version can go on from. */
export interface Mapped {
  node: GraphNode;
  status: "completed" | "failed" | "skipped";
  port: string | undefined;
}

export function nodeOf(graph: Graph, id: string): GraphNode | undefined {
  const index = graph.indexOf.get(id);
  return index === undefined ? undefined : graph.nodes[index];
}

/** It goes on by a rule of its own, perhaps before all that leads to it has ended. */
export function isJoin(node: GraphNode): boolean {
  return node.join !== null;
}

export function nameOf(node: GraphNode): string {
  return `"${node.label}" (${node.id})`;
}

/** Null: the trigger that started it is there. */
export function triggerGone({ state }: Ran, { version, graph }: Target): string | null {
  if (nodeOf(graph, state.trigger.nodeId)?.kind === "trigger") return null;
  return `The trigger that started it, "${state.trigger.nodeId}", is not in version ${version}`;
}

/** What a step has put out; null while it has not ended, or when it failed and nothing goes on from there. */
export function resultOf({ state }: Ran, node: GraphNode, before: GraphNode): Mapped | null {
  const status = state.statuses[before.index];
  const port = state.steps.get(before.id)?.port;
  if (status === "skipped") return { node, status, port: undefined };
  if ((status === "completed" || status === "failed") && port !== undefined) return { node, status, port };
  return null;
}

// Each says why it does not fit, or null.

export function typeChange(node: GraphNode, before: Pick<GraphNode, "type">): string | null {
  // A trigger is what arrived; whatever calls it now has no part in that.
  if (before.type === node.type || node.kind === "trigger") return null;
  return `${nameOf(node)} was of type ${before.type} and is of type ${node.type} now`;
}

export function didNotRun(node: GraphNode, version: number): string {
  return `${nameOf(node)} leads to the step in version ${version} and did not run before`;
}

export function portGone({ node, port }: Pick<Mapped, "node" | "port">, target: Target): string | null {
  if (port === undefined || target.portsOf(node).includes(port)) return null;
  return `${nameOf(node)} left by "${port}", a port that it has no more`;
}

/** `arrives`: does a way lead there, as the version is drawn now? */
export function wayChange(node: GraphNode, skipped: boolean, arrives: boolean): string | null {
  if (node.kind === "trigger" || isJoin(node) || skipped !== arrives) return null;
  const way = skipped ? "was skipped, and a way leads there now" : "ran, and no way leads there now";
  return `${nameOf(node)} ${way}`;
}
