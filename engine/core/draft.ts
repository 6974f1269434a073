import type { ConditionGroup } from "../schemas/condition.ts";
import type { EventType } from "../schemas/event.ts";
import type { StepStatus } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import type { Outcome } from "../schemas/node.ts";
import type { DoneChild, Spawn } from "./children.ts";
import type { Graph, GraphNode } from "./graph.ts";
import type { Cause } from "./metrics.ts";
import type { Target } from "./fits.ts";
import type { TurnGiven } from "./rate.ts";
import type { ExecutionState, SignalFact, StepState, Stored, StoredEvent, Transition } from "./state.ts";

/** What deciding may know of the world, all of it given. */
export interface Env {
  /** Epoch ms. */
  now: number;
  /** 0 ≤ x < 1. */
  random(): number;
  /** The process that decides. */
  owner: string;
  /** How many steps it may start. */
  slots: number;
  /** May a suspect of this execution begin alone: does nothing else run in this process? */
  alone(): boolean;
  /** How many suspects of this execution may begin that run in a group. */
  few(): number;
  /** What the steps that asked for a turn were given, by node; absent: nobody has asked yet. */
  turns?: ReadonlyMap<string, TurnGiven> | undefined;
  /** How long a settled execution is kept. */
  retentionMs: number;
  /** The lead's time zone, where it has one. */
  leadZone?: string | undefined;
  /** Can this ledger node's act leave the house? False: repeating it is harmless. */
  outside(node: GraphNode): boolean;
  /** Whom a step would reach, as people know them; null or absent: not known. */
  recipient?(node: GraphNode, state: ExecutionState): string | null;
  /** Computes a pure node; throws for a failure. */
  evaluate(
    node: GraphNode,
    state: ExecutionState,
  ): { outcome: Outcome; input: Json | undefined; warnings: string[] };
  /** The lead's signals that this execution may hear, oldest first; empty when it does not listen. */
  signals: readonly SignalFact[];
  /** Does a filter or rule hold, for a signal or (null) as things stand? */
  matches(
    condition: ConditionGroup,
    about: { state: ExecutionState; node: GraphNode | null; signal: SignalFact | null },
  ): boolean;
  /** Children that have settled, by `<node>.<visit>`: those from `low` on, or all when the last ones have come. */
  children: ReadonlyMap<string, readonly DoneChild[]>;
  /** May children be created with this transition? */
  maySpawn: boolean;
  /** Where a value is kept: in the record, or as a body beside it. */
  keep(value: Json, ref: string): Stored;
  /** The version that it is to move to, and what may be known once it has. */
  target?: (Target & { env: Env }) | null;
}

/** A transition in the making: the next state, copied on write, and what goes with it. */
export class Draft {
  readonly graph: Graph;
  readonly env: Env;
  readonly state: ExecutionState;
  readonly steps: Map<string, StepState>;
  readonly events: StoredEvent[] = [];
  readonly started: string[] = [];
  readonly asks: string[] = [];
  readonly attention: Transition["attention"] = [];
  readonly ledger: Transition["ledger"] = [];
  readonly messages: Transition["messages"] = [];
  readonly counts: string[] = [];
  cause: Cause | undefined;
  readonly spawn: Spawn[] = [];
  readonly dismiss: Spawn[] = [];
  readonly resume: Transition["resume"] = [];
  reopened = false;
  result: Stored | null = null;
  response: Transition["response"] = null;
  /** About how many bytes this transition adds to what is stored, bodies beside the records aside. */
  weight = 0;
  /** Pure nodes computed in it. */
  computed = 0;
  /** Nodes whose inputs may have become complete. */
  readonly #candidates: number[] = [];

  constructor(state: ExecutionState, graph: Graph, env: Env) {
    this.graph = graph;
    this.env = env;
    this.steps = new Map(state.steps);
    this.state = { ...state, statuses: state.statuses.slice(), steps: this.steps };
  }

  status(node: GraphNode): StepStatus {
    return this.state.statuses[node.index]!;
  }

  step(node: GraphNode): StepState {
    return this.steps.get(node.id) ?? { visit: 1, attempt: 0 };
  }

  node(id: string): GraphNode | null {
    const index = this.graph.indexOf.get(id);
    return index === undefined ? null : this.graph.nodes[index]!;
  }

  withStatus(...wanted: StepStatus[]): GraphNode[] {
    return this.graph.nodes.filter((node) => wanted.includes(this.state.statuses[node.index]!));
  }

  /** Sets a step's status and record; a settled step makes its followers candidates. */
  put(node: GraphNode, status: StepStatus, step?: StepState, { settled = true } = {}): void {
    this.state.statuses[node.index] = status;
    if (step) this.steps.set(node.id, step);
    if (!settled) return;
    if (status === "completed" || status === "skipped" || status === "failed") {
      for (const edge of node.outputs) this.#candidates.push(edge.target);
    }
  }

  consider(node: GraphNode): void {
    this.#candidates.push(node.index);
  }

  nextCandidate(): GraphNode | null {
    const index = this.#candidates.shift();
    return index === undefined ? null : this.graph.nodes[index]!;
  }

  /** Records that something happened to a step, or to the execution when `node` is null. */
  event(
    type: EventType,
    node: GraphNode | null,
    detail: Omit<StoredEvent, "type" | "node" | "progress"> = {},
  ): void {
    this.events.push({ type, ...(node ? { node: node.id } : {}), ...detail, progress: this.state.progress });
  }

  /** The same transition, going on over another version's graph; nothing has started yet. */
  onto(
    { version, graph, env }: { version: number; graph: Graph; env: Env },
    statuses: StepStatus[],
  ): Draft {
    const next = new Draft({ ...this.state, version, statuses }, graph, env);
    next.events.push(...this.events);
    next.attention.push(...this.attention);
    next.ledger.push(...this.ledger);
    next.messages.push(...this.messages);
    next.counts.push(...this.counts);
    next.spawn.push(...this.spawn);
    next.dismiss.push(...this.dismiss);
    next.resume.push(...this.resume);
    next.reopened = this.reopened;
    next.response = this.response;
    next.weight = this.weight;
    next.computed = this.computed;
    return next;
  }

  transition(): Transition {
    this.state.seq += this.events.length;
    return {
      next: this.state,
      events: this.events,
      started: this.started,
      asks: this.asks,
      attention: this.attention,
      ledger: this.ledger,
      messages: this.messages,
      response: this.response,
      counts: this.counts,
      ...(this.cause ? { cause: this.cause } : {}),
      spawn: this.spawn,
      dismiss: this.dismiss,
      resume: this.resume,
      ...(this.reopened ? { reopened: true } : {}),
      result: this.result,
    };
  }
}
