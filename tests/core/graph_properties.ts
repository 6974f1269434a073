/** What must hold of every drawn graph; checked briefly with every run of the tests, and at length by `test:long`. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ExecutionState } from "../../engine/core/state.ts";
import { drawn, simulate } from "./random_graph.ts";
import type { Drawn, Join, Simulation } from "./random_graph.ts";

export interface Extent {
  numRuns: number;
  seed?: number;
}

export const order = (): fc.Arbitrary<number[]> => fc.array(fc.nat(), { minLength: 40, maxLength: 40 });

/** Chooses by the drawn numbers, one after the other. */
export function picker(numbers: readonly number[]): (count: number) => number {
  let i = 0;
  return (count) => numbers[i++ % numbers.length]! % count;
}

/** What a person would call the result: status, and each node's status and port. */
function picture({ state }: Simulation, { graph }: Drawn): unknown {
  return [
    state.status,
    graph.nodes.map((node) => [node.id, state.statuses[node.index], state.steps.get(node.id)?.port ?? null]),
  ];
}

/** One end, whatever the order in which steps end and however many run at once; joins that need all keep it so. */
export function endsAlike(extent: Extent): number {
  let runs = 0;
  const slots = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(drawn(["all"]), order(), order(), slots, (graph, one, other, slots) => {
      const first = simulate(graph, { pick: picker(one) });
      assert.deepEqual(
        picture(simulate(graph, { pick: picker(other), slots }), graph),
        picture(first, graph),
      );
      runs++;
    }),
    extent,
  );
  return runs;
}

/** Every execution settles: skips are carried, no join starves, progress only rises. */
export function settles(extent: Extent & { joins?: readonly Join[] }): number {
  const { joins, ...parameters } = extent;
  let runs = 0;
  fc.assert(
    fc.property(drawn(joins), order(), (graph, numbers) => {
      const simulation = simulate(graph, { pick: picker(numbers) });
      checkProgress(simulation);
      const { state, transitions } = simulation;
      const failed = graph.graph.nodes.some((node) =>
        state.statuses[node.index] === "failed" && state.steps.get(node.id)?.port === undefined
      );
      assert.equal(state.status, failed ? "failed" : "completed");
      if (!failed) assert.equal(state.progress, 100);
      for (const node of graph.graph.nodes) checkNode(node.index, state, graph);
      assert.equal(state.seq, transitions.reduce((sum, { events }) => sum + events.length, 0));
      runs++;
    }),
    parameters,
  );
  return runs;
}

function checkProgress({ transitions }: Simulation): void {
  let progress = 0;
  for (const { next, events } of transitions) {
    for (const event of events) assert.ok(event.progress >= progress && event.progress <= next.progress);
    assert.ok(next.progress >= progress);
    assert.ok(next.endedAt !== null || next.progress < 100);
    progress = next.progress;
  }
}

/** A node ran exactly if all inputs had settled and one arrived; it was skipped exactly if none did. */
function checkNode(index: number, state: ExecutionState, { graph }: Drawn): void {
  const node = graph.nodes[index]!;
  if (node.kind === "trigger") return;
  const inputs = node.inputs.map((edge) => {
    const status = state.statuses[edge.source]!;
    const port = state.steps.get(graph.nodes[edge.source]!.id)?.port;
    if (status === "skipped") return "skipped";
    if (status === "pending" || status === "failed" && port === undefined) return "open";
    return port === edge.port ? "arrived" : "skipped";
  });
  const arrived = inputs.filter((input) => input === "arrived").length;
  let expected = inputs.includes("open") ? ["pending"] : arrived ? ["completed", "failed"] : ["skipped"];
  if (node.join) {
    // In the end what is open will never come.
    const needed = node.join.mode === "count" ? Math.min(node.join.count, inputs.length) : 1;
    expected = arrived >= needed ? ["completed"] : ["skipped"];
  }
  assert.ok(
    expected.includes(state.statuses[index]!),
    `${node.id} is ${state.statuses[index]}: ${inputs.join()}`,
  );
}
