import assert from "node:assert/strict";
import { buildGraph } from "../../engine/core/graph.ts";
import type { Graph } from "../../engine/core/graph.ts";
import { decide } from "../../engine/core/machine.ts";
import type { Command } from "../../engine/core/machine.ts";
import type { ExecutionState, Transition } from "../../engine/core/state.ts";
import { wantsOf } from "../../engine/core/suspect.ts";
import type { Outcome } from "../../engine/schemas/node.ts";
import { envOf, fresh } from "./random_graph.ts";

const IDS = ["a", "b", "c"];

/** A trigger and three effects beside one another. */
function fan(): Graph {
  return buildGraph({
    nodes: ["go", ...IDS].map((id) => ({
      id,
      type: id === "go" ? "trigger" : "effect",
      position: { x: 0, y: 0 },
      data: { label: id, config: {} },
    })),
    edges: IDS.map((id) => ({
      id,
      source: "go",
      sourceHandle: "out",
      target: id,
      targetHandle: "in",
    })),
    settings: {},
  }, (type) => ({ kind: type === "trigger" ? "trigger" : "effect" }));
}

interface Room {
  slots: number;
  alone: boolean;
  few?: number;
}

function step(graph: Graph, state: ExecutionState, command: Command, room: Room): Transition {
  const env = envOf(1_000, { slots: room.slots, pure: () => ({ kind: "done" }) });
  return decide(state, graph, [command], {
    ...env,
    alone: () => room.alone,
    few: () => room.few ?? (room.alone ? 2 : 0),
  });
}

function ended(nodeId: string, attempt: number, outcome: Outcome): Command {
  return { kind: "outcome", nodeId, attempt, outcome };
}

const EMPTY = { slots: 64, alone: true };
const DONE: Outcome = { kind: "done" };

Deno.test("decide() runs the suspects of a death in groups, with nobody else, and those of two one after the other", () => {
  const graph = fan();
  let { next: state, started } = step(graph, fresh(graph), { kind: "start", nodeId: "go", input: {} }, EMPTY);
  assert.deepEqual(started, IDS);
  ({ next: state, started } = step(graph, state, { kind: "rescued" }, EMPTY));
  assert.deepEqual(started, ["a", "b"], "two, though there are 64 slots");
  assert.deepEqual(wantsOf(state), { slot: false, few: true, alone: false });
  const reason = state.steps.get("c")!.reason;
  assert.equal(reason?.text, "Runs beside a few others — the process ended while it ran, once before");
  assert.deepEqual(reason?.data, { deaths: 1, deathsAlone: 0 });
  // The group dies: these two are alone from now on, and the third, which did not run, is not.
  ({ next: state, started } = step(graph, state, { kind: "rescued" }, EMPTY));
  assert.deepEqual(started, ["a"]);
  assert.deepEqual(wantsOf(state), { slot: false, few: true, alone: true });
  assert.deepEqual(IDS.map((id) => state.steps.get(id)?.deaths), [2, 2, 1]);
  for (const [nodeId, attempt, next] of [["a", 3, "b"], ["b", 3, "c"], ["c", 2, null]] as const) {
    ({ next: state, started } = step(graph, state, ended(nodeId, attempt, DONE), EMPTY));
    assert.deepEqual(started, next ? [next] : []);
  }
  assert.equal(state.status, "completed");
  for (const id of IDS) {
    const { deaths, alone, few, reason } = state.steps.get(id)!;
    const nothing = { deaths: undefined, alone: undefined, few: undefined, reason: undefined };
    assert.deepEqual({ deaths, alone, few, reason }, nothing, id);
  }
});

Deno.test("decide() leaves a suspect queued while anything else runs in the process", () => {
  const graph = fan();
  for (const deaths of [1, 2]) {
    let { next } = step(graph, fresh(graph), { kind: "start", nodeId: "go", input: {} }, EMPTY);
    for (let death = 1; death < deaths; death++) {
      ({ next } = step(graph, next, { kind: "rescued" }, { ...EMPTY, few: 3 }));
    }
    const rescued = step(graph, next, { kind: "rescued" }, { slots: 64, alone: false });
    assert.deepEqual(rescued.started, []);
    assert.deepEqual(rescued.next.statuses.slice(1), ["queued", "queued", "queued"]);
    assert.deepEqual(wantsOf(rescued.next), { slot: false, few: deaths === 1, alone: deaths === 2 });
    const again = step(graph, rescued.next, { kind: "wake" }, { slots: 0, alone: true });
    const wanted = deaths === 1 ? ["a", "b"] : ["a"];
    assert.deepEqual(again.started, wanted, "others may start nothing");
  }
});

Deno.test("decide() starts nobody beside a step that is alone, and nobody but suspects in a group", () => {
  const graph = fan();
  const start = { kind: "start", nodeId: "go", input: {} } as const;
  const one = { slots: 1, alone: true };
  let { next: state } = step(graph, fresh(graph), start, one);
  const few = step(graph, state, { kind: "rescued" }, { slots: 64, alone: true, few: 8 });
  assert.deepEqual(few.started, ["a"], "b and c are no suspects");
  ({ next: state } = step(graph, few.next, { kind: "rescued" }, { slots: 64, alone: true, few: 8 }));
  assert.deepEqual(state.statuses.slice(1), ["running", "queued", "queued"]);
  assert.equal(state.steps.get("a")?.alone, true);
});

Deno.test("decide() acquits by any end of an attempt: what failed is retried like all others", () => {
  const graph = fan();
  let { next: state } = step(graph, fresh(graph), { kind: "start", nodeId: "go", input: {} }, {
    ...EMPTY,
    slots: 1,
  });
  assert.deepEqual(wantsOf(state), { slot: true, few: false, alone: false });
  ({ next: state } = step(graph, state, { kind: "rescued" }, { slots: 0, alone: true }));
  assert.deepEqual(
    wantsOf(state),
    { slot: true, few: false, alone: false },
    "it runs, the others want a slot",
  );
  const failure = { code: "http_503", message: "Service Unavailable", status: 503 };
  ({ next: state } = step(graph, state, ended("a", 2, { kind: "fail", failure }), { slots: 0, alone: true }));
  const step_ = state.steps.get("a")!;
  assert.equal(state.statuses[1], "retrying");
  assert.deepEqual([step_.deaths, step_.alone, step_.reason?.code], [undefined, undefined, "retry"]);
});

Deno.test("decide() charges only what runs: what is queued or waits beside it stays innocent", () => {
  const graph = fan();
  const room = { slots: 2, alone: true };
  const { next } = step(graph, fresh(graph), { kind: "start", nodeId: "go", input: {} }, room);
  const wait: Outcome = {
    kind: "wait",
    for: { kind: "time" },
    until: 9_000,
    reason: { code: "w", text: "w" },
  };
  const waiting = step(graph, next, ended("b", 1, wait), { slots: 0, alone: false }).next;
  assert.deepEqual(waiting.statuses.slice(1), ["running", "waiting", "queued"]);
  const rescued = step(graph, waiting, { kind: "rescued" }, { slots: 0, alone: false }).next;
  assert.deepEqual(IDS.map((id) => rescued.steps.get(id)?.deaths), [1, undefined, undefined]);
});

Deno.test("decide() convicts at once whoever is retried by hand after a conviction and kills again", () => {
  const graph = fan();
  let { next: state } = step(graph, fresh(graph), { kind: "start", nodeId: "go", input: {} }, {
    slots: 1,
    alone: true,
  });
  for (let i = 0; i < 5; i++) state = step(graph, state, { kind: "rescued" }, { slots: 0, alone: true }).next;
  assert.equal(state.statuses[1], "failed");
  for (const id of ["b", "c"]) {
    const room = { slots: 1, alone: true };
    const { next } = step(graph, state, { kind: "wake" }, room);
    state = step(graph, next, ended(id, 1, DONE), { slots: 0, alone: true }).next;
  }
  assert.equal(state.status, "failed");
  assert.match(
    state.reason?.text ?? "",
    /5 processes ended while this step ran, 3 of them with nothing else/,
  );
  const busy = step(graph, state, { kind: "retry", nodeIds: ["a"] }, { slots: 64, alone: false });
  assert.deepEqual(wantsOf(busy.next), { slot: false, few: false, alone: true }, "it waits to be alone");
  const retried = step(graph, state, { kind: "retry", nodeIds: ["a"] }, EMPTY);
  assert.deepEqual(retried.started, ["a"]);
  assert.equal(retried.next.steps.get("a")?.alone, true);
  const dead = step(graph, retried.next, { kind: "rescued" }, EMPTY).next;
  assert.equal(dead.steps.get("a")?.failure?.code, "poison");
});
