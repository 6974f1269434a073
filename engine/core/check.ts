import type { Issue, WorkflowEdge, WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";
import { joined, type NodeInfo, type NodeLookup, nodeName, portOf, valuesAt } from "./check_node.ts";
import { findCycle } from "./check_paths.ts";
import { endIssues } from "./check_ends.ts";
import { keyIssues } from "./check_rates.ts";
import { windowIssues } from "./check_window.ts";
import { conditionProblems } from "./condition.ts";
import { MAX_SOURCE_LENGTH } from "./template.ts";

export { type NodeInfo, type NodeLookup, nodeName, portOf, portsOf } from "./check_node.ts";
export { checkRunnable } from "./check_run.ts";

/**
 * What makes the drawing no graph, or too large to be kept: refused whenever it is saved. Ids twice, edges that
 * dangle, loop or leave by a port that its type never has, cycles, unknown types, conditions and templates past
 * their limits, a send window that never opens, a rate's key that is no template, a goal's or exit's condition that
 * nothing can meet. `known` are the types that exist, for the message.
 */
export function checkShape(graph: WorkflowGraph, lookup: NodeLookup, known: readonly string[] = []): Issue[] {
  const issues = [
    ...nodeIssues(graph, lookup, known),
    ...edgeIssues(graph, lookup),
    ...windowIssues(graph.settings),
    ...keyIssues(graph.settings),
    ...endIssues(graph.settings),
  ];
  if (issues.length > 0) return issues;
  const cycle = findCycle(graph);
  if (!cycle) return [];
  const names = new Map(graph.nodes.map((node) => [node.id, nodeName(node)]));
  const way = [...cycle, cycle[0] ?? ""].map((id) => names.get(id) ?? id);
  const shown = way.length > 12 ? [...way.slice(0, 6), "…", ...way.slice(-5)] : way;
  return [{
    path: "edges",
    ...(cycle[0] !== undefined ? { nodeId: cycle[0] } : {}),
    message: `The nodes form a cycle: ${shown.join(" → ")}`,
    accepted: "a graph without cycles",
  }];
}

function nodeIssues(graph: WorkflowGraph, lookup: NodeLookup, known: readonly string[]): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const node of graph.nodes) {
    const path = `nodes.${node.id}`;
    if (seen.has(node.id)) {
      issues.push({ path, nodeId: node.id, message: `Two nodes have the id "${node.id}"` });
    }
    seen.add(node.id);
    const info = lookup(node.type);
    if (info) issues.push(...limitIssues(node, info));
    else {
      issues.push({
        path: `${path}.type`,
        nodeId: node.id,
        message: `There is no node type "${node.type}"`,
        ...(known.length > 0 ? { accepted: known.join(", ") } : {}),
      });
    }
  }
  return issues;
}

/** Too large to be looked at in time, whatever it says. */
function limitIssues(node: WorkflowNode, info: NodeInfo): Issue[] {
  const issues: Issue[] = [];
  const { config } = node.data;
  const path = `nodes.${node.id}.config`;
  for (const pattern of info.conditions ?? []) {
    for (const found of valuesAt(config, pattern)) {
      for (const problem of conditionProblems(found.value)) {
        if (!problem.limit) continue;
        issues.push({
          path: joined(path, found.path, problem.path),
          nodeId: node.id,
          message: problem.message,
        });
      }
    }
  }
  for (const pattern of Object.keys(info.templates)) {
    for (const found of valuesAt(config, pattern)) {
      if (typeof found.value !== "string" || found.value.length <= MAX_SOURCE_LENGTH) continue;
      const message = `A template has at most ${MAX_SOURCE_LENGTH} characters (64 KiB)`;
      issues.push({ path: joined(path, found.path), nodeId: node.id, message });
    }
  }
  return issues;
}

function edgeIssues(graph: WorkflowGraph, lookup: NodeLookup): Issue[] {
  const issues: Issue[] = [];
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  for (const edge of graph.edges) {
    const path = `edges.${edge.id}`;
    if (seen.has(edge.id)) issues.push({ path, message: `Two edges have the id "${edge.id}"` });
    seen.add(edge.id);
    const [source, target] = [nodes.get(edge.source), nodes.get(edge.target)];
    if (!source) issues.push(dangling(path, "source", edge.source, "begins"));
    if (!target) issues.push(dangling(path, "target", edge.target, "ends"));
    if (source && source === target) {
      issues.push({ path, nodeId: source.id, message: `The edge leads from ${nodeName(source)} to itself` });
    }
    if (source) issues.push(...portIssues(edge, source, lookup));
    if (target && lookup(target.type)?.kind === "trigger") {
      const message = `${nodeName(target)} is a trigger: nothing leads into it`;
      issues.push({ path: `${path}.target`, nodeId: target.id, message });
    }
  }
  return issues;
}

function dangling(path: string, end: string, id: string, verb: string): Issue {
  return {
    path: `${path}.${end}`,
    message: `The edge ${verb} at "${id}", and there is no such node`,
    accepted: "the id of a node",
  };
}

/** Ports that come from the config are checked at publish: while drawing, the config is still being written. */
function portIssues(edge: WorkflowEdge, source: WorkflowNode, lookup: NodeLookup): Issue[] {
  const info = lookup(source.type);
  if (!info || "from" in info.ports) return [];
  const ports = info.ports.map((port) => port.id);
  if (ports.includes(portOf(edge))) return [];
  const message = ports.length === 0
    ? `${nodeName(source)} is an end: nothing leads out of it`
    : `${nodeName(source)} has no port "${portOf(edge)}"`;
  return [{
    path: `edges.${edge.id}.sourceHandle`,
    nodeId: source.id,
    message,
    ...(ports.length > 0 ? { accepted: ports.join(", ") } : {}),
  }];
}
