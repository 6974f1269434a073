import type { Issue } from "../schemas/workflow.ts";
import {
  didNotRun,
  isJoin,
  nameOf,
  nodeOf,
  portGone,
  resultOf,
  triggerGone,
  typeChange,
  wayChange,
} from "./fits.ts";
import type { Mapped, Ran, Target } from "./fits.ts";
import type { Graph, GraphNode } from "./graph.ts";

export interface Plan {
  from: GraphNode;
  taken: Mapped[];
  ahead: GraphNode[];
}

/**
 * What a replay from a node takes over and what it runs. Steps upstream keep their results, matched by node id; so do
 * those beside it that had ended, because nothing there can have changed and a mail is not sent twice. Everything else
 * is ahead. What cannot be mapped is an issue: the node, an upstream step or its port is missing, or no way leads there.
 */
export function planReplay(ran: Ran, target: Target, fromId: string | null): Plan | { issues: Issue[] } {
  const from = findStart(ran, target, fromId);
  if ("issues" in from) return from;
  const planner = new Planner(ran, target, from);
  planner.takeUpstream();
  planner.takeBeside();
  planner.checkStart();
  if (planner.issues.length > 0) return { issues: planner.issues.slice(0, 100) };
  const taken = [...planner.taken.values()].sort((a, b) => a.node.index - b.node.index);
  const ahead = target.graph.nodes.filter((node) => !planner.taken.has(node.index));
  return { from, taken, ahead };
}

function findStart(ran: Ran, target: Target, fromId: string | null): GraphNode | { issues: Issue[] } {
  const { nodeId } = ran.state.trigger;
  const trigger = nodeOf(target.graph, nodeId);
  const message = triggerGone(ran, target);
  if (message || !trigger) {
    return { issues: [{ path: "version", nodeId, message: message ?? "", accepted: "same" }] };
  }
  const from = fromId === null ? trigger : nodeOf(target.graph, fromId);
  if (!from) {
    const accepted = target.graph.nodes.slice(0, 50).map((node) => node.id).join(", ");
    const message = `There is no step "${fromId}" in version ${target.version}`;
    return { issues: [{ path: "from", nodeId: fromId ?? "", message, accepted }] };
  }
  if (from.kind === "trigger" && from !== trigger) {
    const message = `It was not "${from.label}" that started this execution`;
    return { issues: [{ path: "from", nodeId: from.id, message, accepted: trigger.id }] };
  }
  return from;
}

class Planner {
  readonly issues: Issue[] = [];
  readonly taken = new Map<number, Mapped>();
  readonly #ran: Ran;
  readonly #target: Target;
  readonly #from: GraphNode;
  /** Upstream of `from`; a step that had not ended there is ahead behind a join that had gone on without it. */
  readonly #upstream = new Set<number>();

  constructor(ran: Ran, target: Target, from: GraphNode) {
    this.#ran = ran;
    this.#target = target;
    this.#from = from;
  }

  takeUpstream(): void {
    const open = [this.#from];
    for (let node = open.pop(); node; node = open.pop()) {
      for (const edge of node.inputs) {
        if (this.#upstream.has(edge.source)) continue;
        this.#upstream.add(edge.source);
        const source = this.#target.graph.nodes[edge.source]!;
        if (this.#take(source, node)) open.push(source);
      }
    }
    // A missing step would be told again by each step behind it.
    if (this.issues.length > 0) return;
    for (const mapped of [...this.taken.values()].sort((a, b) => a.node.index - b.node.index)) {
      this.#checkWay(mapped);
    }
  }

  /** False: it is not taken over, with an issue unless it may still be ahead. */
  #take(node: GraphNode, behind: GraphNode): boolean {
    const before = nodeOf(this.#ran.graph, node.id);
    if (node.kind === "trigger" && node.id !== this.#ran.state.trigger.nodeId) {
      this.taken.set(node.index, { node, status: "skipped", port: undefined });
      return false;
    }
    const problem = before ? typeChange(node, before) : didNotRun(node, this.#target.version);
    if (!before || problem) {
      this.#refuse(node, problem ?? "");
      return false;
    }
    const mapped = resultOf(this.#ran, node, before);
    if (mapped) this.taken.set(node.index, mapped);
    else if (!isJoin(behind)) {
      const status = this.#ran.state.statuses[before.index]!;
      this.#refuse(node, `${nameOf(node)} is ${status}: it has put out nothing that could be taken over`);
    }
    return mapped !== null;
  }

  #refuse(node: GraphNode, message: string): void {
    const same = this.#ran.state.version === this.#target.version;
    this.issues.push({
      path: same ? "from" : "version",
      nodeId: node.id,
      message,
      accepted: same ? "a step whose upstream steps have ended" : "a version that has it, or an earlier step",
    });
  }

  /** In another version the way that led to a step may be drawn differently. */
  #checkWay(mapped: Mapped): void {
    const { node, status } = mapped;
    const problem = portGone(mapped, this.#target) ??
      wayChange(node, status === "skipped", this.#arrives(node));
    if (problem) this.#refuse(node, problem);
  }

  #arrives(node: GraphNode): boolean {
    return node.inputs.some((edge) => {
      const source = this.taken.get(edge.source);
      return source !== undefined && source.port === edge.port;
    });
  }

  /** Triggers that did not fire stay skipped; what had ended beside the way stays as it is. */
  takeBeside(): void {
    const downstream = reachedFrom(this.#target.graph, this.#from);
    for (const node of this.#target.graph.nodes) {
      if (this.#upstream.has(node.index) || downstream.has(node.index)) continue;
      if (node.inputs.length === 0) this.taken.set(node.index, { node, status: "skipped", port: undefined });
      const before = nodeOf(this.#ran.graph, node.id);
      if (node.inputs.length === 0 || before?.type !== node.type) continue;
      const mapped = resultOf(this.#ran, node, before);
      if (!mapped || !this.#inputsTaken(node)) continue;
      const problem = portGone(mapped, this.#target) ??
        wayChange(node, mapped.status === "skipped", this.#arrives(node));
      if (!problem) this.taken.set(node.index, mapped);
    }
  }

  #inputsTaken(node: GraphNode): boolean {
    return isJoin(node) || node.inputs.every((edge) => this.taken.has(edge.source));
  }

  checkStart(): void {
    const from = this.#from;
    if (from.kind === "trigger" || this.issues.length > 0 || this.#arrives(from)) return;
    const message = `No way led to "${from.label}" (${from.id}) in this execution`;
    this.issues.push({ path: "from", nodeId: from.id, message, accepted: "a step that was reached" });
  }
}

/** The node and everything behind it. */
function reachedFrom(graph: Graph, node: GraphNode): Set<number> {
  const reached = new Set([node.index]);
  for (const each of graph.nodes) {
    if (each.inputs.some((edge) => reached.has(edge.source))) reached.add(each.index);
  }
  return reached;
}
