import type { ConditionGroup } from "../schemas/condition.ts";
import type { Json } from "../schemas/json.ts";
import type { Issue, WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";
import { joined, type NodeInfo, type NodeLookup, nodeName, portOf, portsOf, valuesAt } from "./check_node.ts";
import { reachedFrom, upstreamOf } from "./check_paths.ts";
import { rateIssues } from "./check_rates.ts";
import { conditionPaths, conditionProblems } from "./condition.ts";
import { compileConfig, type ConfigProblem, type ConfigRead } from "./config.ts";
import { formatPath } from "./path.ts";
import { isZone } from "./zone.ts";

/** Edges that may leave one node. */
const MAX_FAN_OUT = 500;
/** Of one node or one kind: whoever mends twenty asks again. */
const MAX_ISSUES_OF_NODE = 20;
const MAX_NAMED = 10;

/**
 * What keeps a graph from running; refused at publish, listed with a draft. Expects a graph that passed checkShape;
 * of anything else it says what it can.
 */
export function checkRunnable(graph: WorkflowGraph, lookup: NodeLookup): Issue[] {
  const upstream = upstreamOf(graph);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const issues = [
    ...settingsIssues(graph),
    ...rateIssues(graph),
    ...triggerIssues(graph, lookup),
    ...outputIssues(graph, lookup),
  ];
  for (const node of graph.nodes) {
    const info = lookup(node.type);
    if (info) issues.push(...configIssues(node, info, { nodes, before: upstream(node.id) }));
  }
  return issues;
}

function settingsIssues({ settings }: WorkflowGraph): Issue[] {
  const { timezone } = settings;
  if (timezone === undefined || timezone === "" || isZone(timezone)) return [];
  return [{
    path: "settings.timezone",
    message: `There is no time zone "${timezone}"`,
    accepted: "an IANA name such as Europe/Zurich, or UTC",
  }];
}

function triggerIssues(graph: WorkflowGraph, lookup: NodeLookup): Issue[] {
  const triggers = graph.nodes.filter((node) => lookup(node.type)?.kind === "trigger").map((node) => node.id);
  if (triggers.length === 0) {
    return [{ path: "nodes", message: "Nothing starts this workflow", accepted: "at least one trigger" }];
  }
  const reached = reachedFrom(graph, triggers);
  return graph.nodes.filter((node) => !reached.has(node.id)).map((node) => ({
    path: `nodes.${node.id}`,
    nodeId: node.id,
    message: `No trigger leads to ${nodeName(node)}`,
    accepted: "an edge from a trigger or from what a trigger reaches",
  }));
}

function outputIssues(graph: WorkflowGraph, lookup: NodeLookup): Issue[] {
  const issues: Issue[] = [];
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const fanOut = new Map<string, number>();
  for (const edge of graph.edges) {
    const source = nodes.get(edge.source);
    const info = source && lookup(source.type);
    if (!source || !info) continue;
    fanOut.set(source.id, (fanOut.get(source.id) ?? 0) + 1);
    if (!("from" in info.ports)) continue;
    const ports = portsOf(info, source.data.config).map((port) => port.id);
    if (ports.includes(portOf(edge))) continue;
    issues.push({
      path: `edges.${edge.id}.sourceHandle`,
      nodeId: source.id,
      message: `${nodeName(source)} no longer has the outcome "${portOf(edge)}"`,
      ...(ports.length > 0 ? { accepted: ports.join(", ") } : {}),
    });
  }
  for (const [nodeId, count] of fanOut) {
    if (count <= MAX_FAN_OUT) continue;
    const message = `${count} edges leave one node; at most ${MAX_FAN_OUT} may`;
    issues.push({ path: `nodes.${nodeId}`, nodeId, message, accepted: `at most ${MAX_FAN_OUT} edges` });
  }
  return issues;
}

interface Surroundings {
  readonly nodes: ReadonlyMap<string, WorkflowNode>;
  readonly before: ReadonlySet<string>;
}

function configIssues(node: WorkflowNode, info: NodeInfo, around: Surroundings): Issue[] {
  const { config } = node.data;
  const { compiled, problems } = compileConfig(config, info.templates);
  const conditions = conditionsOf(node, info);
  const found = [...problems, ...conditions.problems];
  const spoilt = conditions.problems.length > 0 ? conditions.places : [];
  // A schema that is asked about a condition repeats in dim words what is said here already.
  if (!spoilt.includes("")) {
    found.push(
      ...parseProblems(info, node).filter(({ path }) => !spoilt.some((place) => isWithin(path, place))),
    );
  }
  if (found.length === 0) found.push(...info.check?.(config) ?? []);
  found.push(...readProblems([...compiled.reads, ...conditions.reads], node, {
    ...around,
    readsItself: info.readsItself === true,
  }));
  return found.slice(0, MAX_ISSUES_OF_NODE).map(({ path, message, accepted }) => ({
    path: joined(`nodes.${node.id}.config`, path),
    nodeId: node.id,
    message,
    ...(accepted !== undefined ? { accepted } : {}),
  }));
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`);
}

/** A schema may recurse deeper than the stack on what nobody draws. */
function parseProblems(info: NodeInfo, node: WorkflowNode): ConfigProblem[] {
  try {
    return info.parse(node.data.config);
  } catch (error) {
    if (error instanceof RangeError) return [{ path: "", message: "The config is nested too deep" }];
    throw error;
  }
}

interface Conditions {
  places: string[];
  problems: ConfigProblem[];
  reads: ConfigRead[];
}

function conditionsOf(node: WorkflowNode, info: NodeInfo): Conditions {
  const found: Conditions = { places: [], problems: [], reads: [] };
  for (const { path, value } of (info.conditions ?? []).flatMap((each) => valuesAt(node.data.config, each))) {
    const problems = conditionProblems(value);
    if (problems.length > 0) found.places.push(path);
    for (const problem of problems) found.problems.push({ ...problem, path: joined(path, problem.path) });
    if (problems.length > 0 || !isCondition(value)) continue;
    for (const read of conditionPaths(value)) found.reads.push({ field: path, path: read });
  }
  return found;
}

/** Only for values in which conditionProblems found nothing. */
function isCondition(value: Json | ConditionGroup): value is ConditionGroup {
  return typeof value === "object" && value !== null && ("all" in value || "any" in value);
}

/** What is read of a step that cannot have run, or of a message that cannot have been sent. */
function readProblems(
  reads: readonly ConfigRead[],
  node: WorkflowNode,
  { nodes, before, readsItself }: Surroundings & { readsItself: boolean },
): ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const { field, path } of reads) {
    const [root = "", id] = path;
    if (id === undefined || (root !== "steps" && root !== "messages") || before.has(id)) continue;
    // A loop's condition looks at what its last round put out.
    if (id === node.id && root === "steps" && readsItself) continue;
    const read = formatPath([root, id]);
    const known = nodes.get(id);
    const why = !known
      ? `there is no node "${id}"`
      : id === node.id
      ? "this is the node itself"
      : `${nodeName(known)} does not come before it`;
    const near = [...before].slice(0, MAX_NAMED);
    const accepted = near.length > 0 ? { accepted: `nodes that come before: ${near.join(", ")}` } : {};
    problems.set(`${field} ${read}`, {
      path: field,
      message: `${nodeName(node)} reads ${read}, but ${why}`,
      ...accepted,
    });
  }
  return [...problems.values()];
}
