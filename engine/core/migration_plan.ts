/**
 * Can an execution under way go on in another version, and how does it stand there? By the same notion of "fits" as a
 * replay (fits.ts), with one difference: nothing that ran may run again, so what does not fit keeps it where it is.
 */
import type { StepStatus } from "../schemas/execution.ts";
import type { Issue } from "../schemas/workflow.ts";
import { didNotRun, isJoin, nameOf, nodeOf, portGone, triggerGone, typeChange, wayChange } from "./fits.ts";
import type { Ran, Target } from "./fits.ts";
import type { GraphNode } from "./graph.ts";
import type { LeftNode } from "./state.ts";
import { waitChange } from "./migration_waits.ts";

export interface MigrationPlan {
  /** Of the target's nodes. */
  statuses: StepStatus[];
  /** They ran, and the target does not have them: their steps stay readable. */
  gone: GraphNode[];
  /** They begin with the move: a way that was passed leads there now. */
  begins: GraphNode[];
}

/** Under way: it stands there. */
export const STANDS: ReadonlySet<StepStatus> = new Set(["queued", "running", "waiting", "retrying"]);
const MOST_ISSUES = 100;

/** How it would stand in the target, or why it cannot. A running step fits: the move waits for its end. */
export function planMigration(ran: Ran, target: Target): MigrationPlan | { issues: Issue[] } {
  const mapper = new Mapper(ran, target);
  mapper.checkWhole();
  mapper.mapSteps();
  mapper.checkWays();
  if (mapper.issues.length > 0) return { issues: mapper.issues.slice(0, MOST_ISSUES) };
  return { statuses: mapper.statuses(), gone: mapper.gone, begins: mapper.begins };
}

/** What an execution can be told of without its steps: null, or why it is not moved. */
export function heldInPlace({ state }: Pick<Ran, "state">): string | null {
  if (state.parent) {
    return "It is part of another execution, which would not follow it: move or restart that one";
  }
  return state.cancelling ? "It is being cancelled" : null;
}

class Mapper {
  readonly issues: Issue[] = [];
  readonly gone: GraphNode[] = [];
  readonly begins: GraphNode[] = [];
  readonly #ran: Ran;
  readonly #target: Target;
  /** By index in the target; absent: ahead. */
  readonly #mapped = new Map<number, StepStatus>();

  constructor(ran: Ran, target: Target) {
    this.#ran = ran;
    this.#target = target;
  }

  statuses(): StepStatus[] {
    return this.#target.graph.nodes.map((node) => this.#mapped.get(node.index) ?? "pending");
  }

  #refuse(nodeId: string, message: string | null): void {
    if (message === null) return;
    this.issues.push({ path: "to", nodeId, message, accepted: "a version that it fits into, or a restart" });
  }

  checkWhole(): void {
    this.#refuse(this.#ran.state.trigger.nodeId, heldInPlace(this.#ran));
    this.#refuse(this.#ran.state.trigger.nodeId, triggerGone(this.#ran, this.#target));
  }

  /** Every step that has begun or ended finds its node. */
  mapSteps(): void {
    const { state, graph } = this.#ran;
    for (const before of graph.nodes) {
      const status = state.statuses[before.index] ?? "pending";
      if (status === "pending") continue;
      const node = nodeOf(this.#target.graph, before.id);
      if (node) this.#mapStep(node, before, status);
      else this.#lose(before, status);
    }
    // One that an earlier version had, and that came back, does not run again.
    for (const [id, step] of state.steps) {
      const node = graph.indexOf.has(id) ? undefined : nodeOf(this.#target.graph, id);
      if (node) this.#mapReturned(node, state.left?.[id], step.port);
    }
  }

  #mapReturned(node: GraphNode, left: LeftNode | undefined, port: string | undefined): void {
    this.#mapped.set(node.index, left?.status ?? "completed");
    const problem = left ? typeChange(node, left) : null;
    this.#refuse(node.id, problem ?? portGone({ node, port }, this.#target));
  }

  #mapStep(node: GraphNode, before: GraphNode, status: StepStatus): void {
    this.#mapped.set(node.index, status);
    if (status === "skipped") return;
    const step = this.#ran.state.steps.get(before.id);
    const ended = status === "completed" || status === "failed";
    const problem = typeChange(node, before) ??
      (ended ? portGone({ node, port: step?.port }, this.#target) : null) ??
      (status === "waiting" && step ? waitChange({ node, before, step }, this.#target) : null);
    this.#refuse(node.id, problem);
  }

  /** What ended is history; where it stands, or what a person may still retry, has to be there. */
  #lose(before: GraphNode, status: StepStatus): void {
    const { version } = this.#target;
    if (STANDS.has(status)) {
      this.#refuse(before.id, `It stands on ${nameOf(before)}, which version ${version} does not have`);
    } else if (status === "failed" && this.#ran.state.steps.get(before.id)?.port === undefined) {
      this.#refuse(
        before.id,
        `${nameOf(before)} failed and can be retried, and version ${version} does not have it`,
      );
    } else if (status !== "skipped") this.gone.push(before);
  }

  /** In the order of the target: what leads to a node is known before it. */
  checkWays(): void {
    for (const node of this.#target.graph.nodes) {
      const status = this.#mapped.get(node.index);
      if (node.inputs.length === 0) {
        if (status === undefined) this.#mapped.set(node.index, "skipped");
        continue;
      }
      const ways = this.#waysTo(node);
      if (status === undefined) {
        if (ways.open.length === 0 && ways.arrived > 0) this.begins.push(node);
      } else if (status === "skipped") this.#checkSkipped(node, ways);
      else if (isJoin(node)) this.#checkJoin(node, status);
      else this.#checkLedTo(node, ways);
    }
  }

  #waysTo(node: GraphNode): { arrived: number; open: GraphNode[] } {
    const open: GraphNode[] = [];
    let arrived = 0;
    for (const edge of node.inputs) {
      const source = this.#target.graph.nodes[edge.source]!;
      const status = this.#mapped.get(source.index);
      if (status === undefined || STANDS.has(status)) open.push(source);
      else if (this.#leavesBy(source, edge.port)) arrived++;
    }
    return { arrived, open };
  }

  #leavesBy(source: GraphNode, port: string): boolean {
    const status = this.#mapped.get(source.index);
    return (status === "completed" || status === "failed") &&
      this.#ran.state.steps.get(source.id)?.port === port;
  }

  /** A way that may still come makes it ahead again; one that has come would have begun it. */
  #checkSkipped(node: GraphNode, { arrived, open }: { arrived: number; open: GraphNode[] }): void {
    if (isJoin(node) || this.#isDrawnAlike(node)) return;
    if (open.length > 0) this.#mapped.delete(node.index);
    else this.#refuse(node.id, wayChange(node, true, arrived > 0));
  }

  #checkLedTo(node: GraphNode, { arrived, open }: { arrived: number; open: GraphNode[] }): void {
    const missing = open.find((source) => !this.#mapped.has(source.index));
    const [ahead] = open;
    if (missing) this.#refuse(missing.id, didNotRun(missing, this.#target.version));
    else if (ahead) {
      const message = `${nameOf(node)} ran, and ${nameOf(ahead)}, which leads there now, has not ended`;
      this.#refuse(node.id, message);
    } else if (!this.#isDrawnAlike(node)) this.#refuse(node.id, wayChange(node, false, arrived > 0));
  }

  /** The same ways lead there as before, from steps that stand as before. */
  #isDrawnAlike(node: GraphNode): boolean {
    const before = nodeOf(this.#ran.graph, node.id);
    if (!before) return false;
    const ways = (graph: Ran["graph"], of: GraphNode): string[] =>
      of.inputs.map((edge) => `${graph.nodes[edge.source]!.id} ${edge.port}`).sort();
    const drawn = ways(this.#target.graph, node);
    return drawn.join("\n") === ways(this.#ran.graph, before).join("\n") &&
      node.inputs.every(({ source }) => this.#mapped.has(source));
  }

  /** A join that some have reached: each of them has to lead there still. */
  #checkJoin(node: GraphNode, status: StepStatus): void {
    const wait = this.#ran.state.steps.get(node.id)?.waitingFor;
    if (status !== "waiting" || wait?.kind !== "join") return;
    const lost = wait.arrived.find((id) =>
      !node.inputs.some((edge) => {
        const source = this.#target.graph.nodes[edge.source]!;
        return source.id === id && this.#leavesBy(source, edge.port);
      })
    );
    if (lost === undefined) return;
    const message =
      `${
        nameOf(node)
      } has ${wait.arrived.length} of ${wait.needed} branches, and "${lost}" does not lead there ` +
      `in version ${this.#target.version}`;
    this.#refuse(node.id, message);
  }
}
