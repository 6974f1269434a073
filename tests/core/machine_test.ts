import assert from "node:assert/strict";
import fc from "fast-check";
import { buildGraph } from "../../engine/core/graph.ts";
import { decide } from "../../engine/core/machine.ts";
import type { Command } from "../../engine/core/machine.ts";
import { isSettled } from "../../engine/core/state.ts";
import type { ExecutionState } from "../../engine/core/state.ts";
import type { WorkflowEdge, WorkflowNode } from "../../engine/schemas/workflow.ts";
import { endsAlike, order, picker, settles } from "./graph_properties.ts";
import { drawn, envOf, fresh, outcomeOf, simulate } from "./random_graph.ts";
import type { Drawn, Simulation } from "./random_graph.ts";

/** With few of them, steps stand queued. */
const slots = (): fc.Arbitrary<number> => fc.integer({ min: 1, max: 4 });

Deno.test("decide() gives one end, whatever the order in which steps end", () => {
  assert.equal(endsAlike({ numRuns: 1_500 }), 1_500);
});

Deno.test("decide() settles every execution: no join starves, skips are carried, progress only rises", () => {
  assert.equal(settles({ numRuns: 1_000 }), 1_000);
  assert.equal(settles({ numRuns: 1_000, joins: ["all", "any", "two"] }), 1_000);
});

Deno.test("decide() never changes the state that it is given", () => {
  fc.assert(
    fc.property(drawn(), order(), (graph, numbers) => {
      let before: [ExecutionState, string] | null = null;
      const shown = (state: ExecutionState): string => JSON.stringify([state, [...state.steps]]);
      simulate(graph, {
        pick: picker(numbers),
        interfere({ state }): null {
          if (before) assert.equal(shown(before[0]), before[1]);
          before = [state, shown(state)];
          return null;
        },
      });
    }),
    { numRuns: 300 },
  );
});

Deno.test("decide() with a cancel at any point: nothing starts afterwards, and it ends cancelled", () => {
  fc.assert(
    fc.property(
      drawn(),
      order(),
      fc.nat({ max: 12 }),
      fc.boolean(),
      slots(),
      (graph, numbers, at, marked, slots) => {
        let decisions = 0;
        let cancelledAt = -1;
        const result = simulate(graph, {
          slots,
          pick: picker(numbers),
          interfere(simulation): Command[] | null {
            if (decisions++ !== at) return null;
            cancelledAt = simulation.transitions.length;
            if (!marked) return [{ kind: "cancel", by: "Ann", reason: "no longer wanted" }];
            // Another process leaves only the mark; the holder finds it when it decides next.
            simulation.state = {
              ...simulation.state,
              cancelling: { by: "Ann", reason: "", at: simulation.now },
            };
            return [{ kind: "wake" }];
          },
        });
        if (cancelledAt < 0) return;
        assert.equal(result.state.status, "cancelled");
        assert.equal(result.state.progress, 100);
        for (const { started } of result.transitions.slice(cancelledAt)) assert.deepEqual(started, []);
        const alive = ["pending", "queued", "running", "waiting", "retrying"];
        assert.ok(!result.state.statuses.some((status) => alive.includes(status)));
      },
    ),
    { numRuns: 800 },
  );
});

Deno.test("decide() reopens what failed and completes it, and runs nothing else again", () => {
  fc.assert(
    fc.property(drawn(), order(), (graph, numbers) => {
      const first = simulate(graph, { pick: picker(numbers) });
      if (first.state.status !== "failed") return;
      const completed = graph.graph.nodes.filter((node) => first.state.statuses[node.index] === "completed");
      const attempts = new Map(completed.map((node) => [node.id, first.state.steps.get(node.id)?.attempt]));
      const mended: Drawn = {
        graph: graph.graph,
        fates: new Map([...graph.fates].map(([id, fate]) => [id, fate.startsWith("fail") ? "out" : fate])),
      };
      assert.ok(first.state.progress < 100, "a retry has something to do");
      const reopened = decideRetry(first, mended);
      const end = resume(mended, reopened.next, reopened.started, first.now);
      assert.equal(end.status, "completed");
      assert.equal(end.progress, 100);
      for (const [id, attempt] of attempts) {
        assert.equal(end.steps.get(id)?.attempt, attempt, `${id} ran again`);
      }
    }),
    { numRuns: 500 },
  );
});

function later(graph: Drawn, now: number): ReturnType<typeof envOf> {
  return envOf(now, { pure: (nodeId) => outcomeOf(graph.fates.get(nodeId) ?? "out", 9) });
}

function decideRetry({ state, now }: Simulation, graph: Drawn): ReturnType<typeof decide> {
  return decide(state, graph.graph, [{ kind: "retry", nodeIds: null }], later(graph, now));
}

function resume(graph: Drawn, state: ExecutionState, started: string[], now: number): ExecutionState {
  const running = [...started];
  while (!isSettled(state)) {
    const nodeId = running.shift();
    assert.ok(nodeId, `nothing runs: ${state.statuses.join(" ")}`);
    const attempt = state.steps.get(nodeId)!.attempt;
    const outcome = outcomeOf(graph.fates.get(nodeId) ?? "out", 9);
    const next = decide(
      state,
      graph.graph,
      [{ kind: "outcome", nodeId, attempt, outcome }],
      later(graph, now),
    );
    running.push(...next.started);
    state = next.next;
  }
  return state;
}

Deno.test("decide() takes no outcome twice, late, or for another attempt", () => {
  fc.assert(
    fc.property(drawn(), order(), (graph, numbers) => {
      const stale: Command[] = [];
      simulate(graph, {
        pick: picker(numbers),
        interfere({ state, now }): null {
          for (const command of stale) {
            const again = decide(state, graph.graph, [command], later(graph, now));
            assert.deepEqual([again.events, again.started], [[], []]);
          }
          stale.length = 0;
          for (const node of graph.graph.nodes) {
            const step = state.steps.get(node.id);
            if (!step) continue;
            const attempt = state.statuses[node.index] === "running" ? step.attempt + 1 : step.attempt;
            stale.push({
              kind: "outcome",
              nodeId: node.id,
              attempt: attempt + 1_000,
              outcome: { kind: "done" },
            });
            if (state.statuses[node.index] === "completed") {
              stale.push({
                kind: "outcome",
                nodeId: node.id,
                attempt: step.attempt,
                outcome: { kind: "done" },
              });
            }
          }
          return null;
        },
      });
    }),
    { numRuns: 200 },
  );
});

Deno.test("decide() gives the steps of a dead worker to the next, beside few, then alone, and convicts at the third death alone", () => {
  const graph: Drawn = simple();
  let { next: state } = decide(fresh(graph.graph), graph.graph, [
    { kind: "start", nodeId: "go", input: {} },
  ], later(graph, 0));
  for (let death = 1; death <= 4; death++) {
    const rescued = decide(state, graph.graph, [{ kind: "rescued" }], later(graph, 100 * death));
    assert.deepEqual(rescued.started, ["n0"]);
    const step = rescued.next.steps.get("n0")!;
    const [few, alone] = death === 1 ? [true, undefined] : [undefined, true];
    assert.deepEqual([step.few, step.alone], [few, alone]);
    assert.deepEqual([step.deaths, step.deathsAlone ?? 0], [death, Math.max(0, death - 2)]);
    assert.match(
      step.reason?.text ?? "",
      death === 1
        ? /^Runs beside a few others — the process ended while it ran, once /
        : /^Runs alone — the process /,
    );
    assert.equal(step.visit, 1, "the same key");
    state = rescued.next;
  }
  const convicted = decide(state, graph.graph, [{ kind: "rescued" }], later(graph, 500)).next;
  assert.equal(convicted.status, "failed");
  assert.equal(convicted.steps.get("n0")?.failure?.code, "poison");
});

Deno.test("decide() charges nobody for a polite stop, and the retries of the policy stay", () => {
  const graph = simple();
  let { next: state } = decide(fresh(graph.graph), graph.graph, [
    { kind: "start", nodeId: "go", input: {} },
  ], later(graph, 0));
  for (let stop = 0; stop < 5; stop++) {
    const given = decide(state, graph.graph, [{ kind: "interrupted", nodeIds: ["n0"] }], {
      ...later(graph, 10),
      slots: 0,
    }).next;
    assert.equal(given.statuses[1], "queued");
    assert.equal(given.lease, null);
    assert.deepEqual(given.due, { at: 10, kind: "execution" });
    state = decide(given, graph.graph, [{ kind: "wake" }], later(graph, 20)).next;
    assert.equal(state.statuses[1], "running");
  }
  const failure = { code: "http_503", message: "Service Unavailable", status: 503 };
  let retries = 0;
  for (; !isSettled(state); retries++) {
    const attempt = state.steps.get("n0")!.attempt;
    state = decide(
      state,
      graph.graph,
      [{ kind: "outcome", nodeId: "n0", attempt, outcome: { kind: "fail", failure } }],
      later(graph, state.due!.at),
    ).next;
    if (!isSettled(state)) {
      state = decide(state, graph.graph, [{ kind: "wake" }], later(graph, state.due!.at)).next;
    }
  }
  assert.equal(retries, 4, "one attempt and three retries");
});

function simple(): Drawn {
  const [one] = fc.sample(
    drawn().filter(({ graph }) => graph.nodes.length === 2 && graph.nodes[1]!.kind === "effect"),
    1,
  );
  return { graph: one!.graph, fates: new Map([["n0", "out"]]) };
}

Deno.test("decide() looks at a row of 200 diamonds without walking every way through it", () => {
  const effect = (id: string): WorkflowNode => ({
    id,
    type: id === "go" ? "trigger" : "effect",
    position: { x: 0, y: 0 },
    data: { label: "", config: {} },
  });
  const edge = (source: string, target: string): WorkflowEdge => ({
    id: `${source}-${target}`,
    source,
    target,
  });
  const nodes = [effect("go"), effect("quick"), effect("end")];
  const edges = [edge("go", "quick"), edge("quick", "end")];
  for (let i = 0, before = "go"; i < 200; i++) {
    nodes.push(effect(`a${i}`), effect(`b${i}`), effect(`c${i}`));
    edges.push(edge(before, `a${i}`), edge(before, `b${i}`), edge(`a${i}`, `c${i}`), edge(`b${i}`, `c${i}`));
    before = `c${i}`;
    if (i === 199) edges.push(edge(before, "end"));
  }
  const graph = buildGraph({ nodes, edges, settings: {} }, (type) => ({
    kind: type === "trigger" ? "trigger" : "effect",
  }));
  const { state } = simulate({ graph, fates: new Map() }, { pick: () => 0 });
  assert.equal(state.status, "completed");
});
