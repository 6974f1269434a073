import fc from "fast-check";
import type { Env } from "../../engine/core/draft.ts";
import { buildGraph } from "../../engine/core/graph.ts";
import type { Graph, GraphNode, JoinRule, NodeKind } from "../../engine/core/graph.ts";
import { decide } from "../../engine/core/machine.ts";
import type { Command } from "../../engine/core/machine.ts";
import { isSettled } from "../../engine/core/state.ts";
import type { ExecutionState, Transition } from "../../engine/core/state.ts";
import type { Outcome } from "../../engine/schemas/node.ts";

/** Explicit joins, by the type that draws them. */
const JOINS: { readonly [type: string]: JoinRule } = {
  all: { mode: "all", count: 0, deadlineMs: null },
  any: { mode: "any", count: 0, deadlineMs: null },
  two: { mode: "count", count: 2, deadlineMs: null },
};
export type Join = "all" | "any" | "two";

/** What every node will do, whenever it is asked. */
export type Fate = "out" | "a" | "b" | "fail" | "fail twice";

export interface Drawn {
  graph: Graph;
  fates: ReadonlyMap<string, Fate>;
}

const PORTS = ["out", "a", "b", "error"];

/**
 * Up to twelve nodes behind one trigger: pure, effect and explicit joins of the given kinds, edges from lower to higher by
 * any port, any fate.
 */
export function drawn(joins: readonly Join[] = []): fc.Arbitrary<Drawn> {
  const one = fc.record({
    type: fc.constantFrom("pure", "effect", ...joins),
    fate: fc.constantFrom<Fate>("out", "out", "out", "a", "b", "fail", "fail twice"),
    inputs: fc.array(fc.record({ from: fc.nat(), port: fc.constantFrom(...PORTS) }), {
      minLength: 1,
      maxLength: 3,
    }),
  });
  return fc.array(one, { minLength: 1, maxLength: 12 }).map((nodes) => {
    const graph = buildGraph({
      nodes: [
        { id: "go", type: "trigger", position: { x: 0, y: 0 }, data: { label: "", config: {} } },
        ...nodes.map((each, index) => ({
          id: `n${index}`,
          type: each.type,
          position: { x: 0, y: 0 },
          data: { label: "", config: {} },
        })),
      ],
      edges: nodes.flatMap((each, index) =>
        each.inputs.map(({ from, port }, i) => {
          const source = from % (index + 1);
          return {
            id: `${index}.${i}`,
            source: source === 0 ? "go" : `n${source - 1}`,
            sourceHandle: source === 0 ? "out" : port,
            target: `n${index}`,
            targetHandle: "in",
          };
        })
      ),
      settings: {},
    }, typeOf);
    return { graph, fates: new Map(nodes.map((each, index) => [`n${index}`, each.fate])) };
  });
}

function typeOf(type: string): NodeKind | undefined {
  if (type in JOINS) return { kind: "pure", join: JOINS[type]! };
  return type === "trigger" || type === "pure" || type === "effect" ? { kind: type } : undefined;
}

export function fresh(graph: Graph): ExecutionState {
  return {
    id: "01EXECUTION",
    workflowId: "01WORKFLOW",
    version: 1,
    status: "queued",
    trigger: { nodeId: "go", kind: "manual" },
    leadId: null,
    test: false,
    depth: 0,
    delivery: null,
    createdAt: 0,
    startedAt: null,
    endedAt: null,
    progress: 0,
    seq: 0,
    statuses: graph.nodes.map(() => "pending"),
    steps: new Map(),
    messages: {},
    fence: 0,
    lease: null,
    due: null,
    cancelling: null,
    reason: null,
    timeoutAt: null,
    consumed: [],
    listening: false,
    parent: null,
    nesting: 0,
    limit: null,
  };
}

/** All that deciding may know, with room for everything. */
export function envOf(
  now: number,
  options: { slots?: number; few?: number; pure(nodeId: string): Outcome },
): Env {
  return {
    now,
    random: () => 0.5,
    owner: "me",
    slots: options.slots ?? 64,
    alone: () => true,
    few: () => options.few ?? 8,
    retentionMs: 1_000,
    outside: () => false,
    evaluate: (node: GraphNode) => ({ outcome: options.pure(node.id), input: undefined, warnings: [] }),
    signals: [],
    children: new Map(),
    maySpawn: false,
    matches: () => false,
    keep: (json) => ({ json }),
  };
}

const BUSY = { code: "http_503", message: "Service Unavailable", status: 503 };

export function outcomeOf(fate: Fate, attempt: number): Outcome {
  if (fate === "fail") return { kind: "fail", failure: { code: "http_401", message: "no", status: 401 } };
  if (fate === "fail twice") {
    return attempt < 3 ? { kind: "fail", failure: BUSY } : { kind: "done", output: { ok: true } };
  }
  return { kind: "done", port: fate, output: { ok: true } };
}

/** Pure fates do not depend on attempts: what computes fails or not. */
function pureOutcome(fate: Fate): Outcome {
  return fate === "fail twice"
    ? { kind: "fail", failure: { ...BUSY, retryable: false } }
    : outcomeOf(fate, 1);
}

export interface Simulation {
  state: ExecutionState;
  now: number;
  transitions: Transition[];
}

/** Runs the machine alone, on virtual time; `pick` chooses which of the running steps ends next. */
export function simulate(
  { graph, fates }: Drawn,
  options: {
    pick(count: number): number;
    slots?: number;
    /** It may be moved to this as version 2. */
    target?: Graph;
    from?: Simulation;
    /** Called before each decision; commands that it gives are decided instead. */
    interfere?(simulation: Simulation): Command[] | null;
  },
): Simulation {
  const simulation = options.from ?? { state: fresh(graph), now: 1_000, transitions: [] };
  const running = new Map<string, number>();
  const act = (commands: Command[]): void => {
    const env = envOf(simulation.now, {
      slots: (options.slots ?? 64) - running.size,
      pure: (nodeId) => pureOutcome(fates.get(nodeId) ?? "out"),
    });
    const { target } = options;
    const ports = ["out", "a", "b", "error", "deadline"];
    const given = target ? { ...env, target: { version: 2, graph: target, portsOf: () => ports, env } } : env;
    const present = simulation.state.version === 2 && target ? target : graph;
    const transition = decide(simulation.state, present, commands, given);
    simulation.state = transition.next;
    simulation.transitions.push(transition);
    for (const id of transition.started) running.set(id, transition.next.steps.get(id)!.attempt);
  };
  if (!options.from) act([{ kind: "start", nodeId: "go", input: {} }]);
  for (let i = 0; !isSettled(simulation.state); i++) {
    if (i > 2_000) throw new Error(`Never settles: ${simulation.state.statuses.join(" ")}`);
    const commands = options.interfere?.(simulation);
    if (commands) act(commands);
    else if (running.size > 0) {
      const [nodeId, attempt] = [...running][options.pick(running.size)]!;
      running.delete(nodeId);
      simulation.now += 10;
      act([{ kind: "outcome", nodeId, attempt, outcome: outcomeOf(fates.get(nodeId) ?? "out", attempt) }]);
    } else {
      simulation.now = Math.max(simulation.now, simulation.state.due?.at ?? simulation.now);
      act([{ kind: "wake" }]);
    }
  }
  return simulation;
}
