import assert from "node:assert/strict";
import fc from "fast-check";
import { buildGraph } from "../../engine/core/graph.ts";
import type { Graph } from "../../engine/core/graph.ts";
import { decide } from "../../engine/core/machine.ts";
import type { Command } from "../../engine/core/machine.ts";
import { planMigration } from "../../engine/core/migration_plan.ts";
import type { ExecutionState, Transition } from "../../engine/core/state.ts";
import type { Outcome } from "../../engine/schemas/node.ts";
import { chain, node } from "../helpers/engine.ts";
import { order, picker } from "./graph_properties.ts";
import { drawn, envOf, fresh, simulate } from "./random_graph.ts";
import type { Drawn, Simulation } from "./random_graph.ts";

const MOVE: Command = { kind: "migrate", to: 2, by: "Ann" };
const PORTS = ["out", "a", "b", "error", "deadline"];

/** A row of nodes behind the trigger: those named e… are effects. */
function row(...ids: string[]): Graph {
  const nodes = ["go", ...ids].map((id) => node(id, id));
  return buildGraph(
    { nodes, edges: chain("go", ...ids), settings: {} },
    (type) => ({ kind: type === "go" ? "trigger" : type.startsWith("e") ? "effect" : "pure" }),
  );
}

function deciding(
  state: ExecutionState,
  graph: Graph,
  commands: readonly Command[],
  options: { target?: Graph; now?: number; slots?: number; pure?: Outcome } = {},
): Transition {
  const { target, now = 10, slots = 64, pure = { kind: "done" } } = options;
  const env = envOf(now, { slots, pure: () => pure });
  const given = target ? { ...env, target: { version: 2, graph: target, portsOf: () => PORTS, env } } : env;
  return decide(state, graph, commands, given);
}

function started(graph: Graph): Transition {
  return deciding(fresh(graph), graph, [{ kind: "start", nodeId: "go", input: {} }]);
}

const done = (nodeId: string, attempt = 1): Command => ({
  kind: "outcome",
  nodeId,
  attempt,
  outcome: { kind: "done" },
});

Deno.test("decide() with a move to an equal version at any point: the same end, and no attempt more", () => {
  let moves = 0;
  fc.assert(
    fc.property(
      drawn(),
      order(),
      fc.nat({ max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (graph, numbers, at, slots) => {
        const plain = simulate(graph, { slots, pick: picker(numbers) });
        const moved = movedOnce(graph, { numbers, at, slots });
        const shown = ({ state }: Simulation): unknown => [
          state.status,
          state.statuses,
          state.progress,
          [...state.steps].map(([id, { attempt, port }]) => [id, attempt, port]).sort(),
        ];
        assert.deepEqual(shown(moved), shown(plain));
        if (moved.state.version === 2) moves++;
        let progress = 0;
        for (const { next, events } of moved.transitions) {
          assert.ok(next.progress >= progress, "progress only rises");
          progress = next.progress;
          assert.ok(
            !events.some(({ reason }) => reason?.code === "not_migrated"),
            "an equal version always fits",
          );
        }
      },
    ),
    { numRuns: 1_000 },
  );
  assert.ok(moves > 300, `${moves} moves`);
});

function movedOnce(
  graph: Drawn,
  { numbers, at, slots }: { numbers: number[]; at: number; slots: number },
): Simulation {
  let decisions = 0;
  return simulate(graph, {
    slots,
    target: graph.graph,
    pick: picker(numbers),
    interfere: () => decisions++ === at ? [MOVE] : null,
  });
}

Deno.test("decide() moves at the outcome of the last running step, and starts nothing before", () => {
  const [one, two] = [row("e1", "e2"), row("e1", "p", "e3", "e4", "e5")];
  const first = started(one).next;
  const marked = deciding(first, one, [MOVE], { target: two });
  assert.deepEqual([marked.next.version, marked.next.migrating, marked.started], [1, {
    to: 2,
    by: "Ann",
    at: 10,
  }, []]);
  assert.equal(marked.events[0]?.reason?.code, "migrating");
  const again = deciding(marked.next, one, [MOVE], { target: two });
  assert.deepEqual(again.events, [], "asked twice, it is marked once");
  const moved = deciding(marked.next, one, [done("e1")], { target: two });
  assert.deepEqual([moved.next.version, moved.next.migrating, moved.started], [2, null, ["e3"]]);
  assert.deepEqual(moved.next.statuses, [
    "completed",
    "completed",
    "completed",
    "running",
    "pending",
    "pending",
  ]);
  assert.ok(moved.next.progress >= marked.next.progress);
  assert.deepEqual(moved.next.moves, [{ from: 1, to: 2, by: "Ann", at: 10 }]);
  const late = deciding(moved.next, two, [MOVE], { target: two });
  assert.deepEqual([late.events, late.next.moves], [[], moved.next.moves], "it is there already");
});

Deno.test("decide() without the version at hand, cancelled or settled: no move, and nothing is lost", () => {
  const [one, two] = [row("e1", "e2"), row("e1", "e3")];
  const first = started(one).next;
  const marked = deciding(first, one, [MOVE]).next;
  const cancelled = deciding(marked, one, [{ kind: "cancel", by: "Ann", reason: "" }], { target: two }).next;
  const over = deciding(cancelled, one, [done("e1")], { target: two }).next;
  assert.deepEqual([over.status, over.version, over.migrating], ["cancelled", 1, null]);
  assert.deepEqual(deciding(over, one, [MOVE], { target: two }).events, []);
});

Deno.test("decide() keeps the deadline of a wait, and begins another time limit with the move", () => {
  const [one, two] = [row("w", "e2"), { ...row("w", "e3"), timeoutMs: 500 }];
  const wait: Outcome = {
    kind: "wait",
    for: { kind: "time" },
    until: 5_000,
    reason: { code: "wait", text: "Waiting" },
  };
  const first = deciding(fresh(one), one, [{ kind: "start", nodeId: "go", input: {} }], { pure: wait }).next;
  assert.deepEqual([first.status, first.due?.at], ["waiting", 5_000]);
  const moved = deciding(first, one, [MOVE], { target: two, now: 1_000 }).next;
  assert.deepEqual([moved.version, moved.steps.get("w")?.wakeAt], [2, 5_000]);
  assert.deepEqual([moved.timeoutAt, moved.due?.at], [1_500, 1_500]);
  const back = deciding({ ...moved, version: 1 }, two, [MOVE], { target: one, now: 1_100 }).next;
  assert.deepEqual([back.timeoutAt, back.due?.at], [null, 5_000]);
});

Deno.test("decide() lets what a send window held go by the other version's window", () => {
  const one = row("e1", "e2");
  const graph = { ...one, sendWindow: { days: ["mon" as const], from: "09:00", to: "10:00" } };
  graph.nodes = graph.nodes.map((each) => each.id === "e1" ? { ...each, reaches: true } : each);
  const held = started(graph).next;
  assert.equal(held.steps.get("e1")?.waitingFor?.kind, "window");
  const without = deciding(held, graph, [MOVE], { target: { ...graph, sendWindow: null } });
  assert.deepEqual([without.next.version, without.started], [2, ["e1"]]);
  const later = { ...graph, sendWindow: { days: ["tue" as const], from: "09:00", to: "10:00" } };
  const other = deciding(held, graph, [MOVE], { target: later }).next;
  const day = 86_400_000;
  assert.deepEqual(other.steps.get("e1")?.waitingFor?.kind, "window");
  assert.equal((other.due!.at - held.due!.at + 7 * day) % (7 * day), day, "held until Tuesday now");
});

Deno.test("planMigration() counts a join's branches anew; one that has come has to lead there still", () => {
  const effect = (ids: string[], joinOf: string[]): Graph =>
    buildGraph({
      nodes: [node("go", "go"), ...ids.map((id) => node(id, "effect")), node("j", "join")],
      edges: [...ids.flatMap((id) => chain("go", id)), ...joinOf.flatMap((id) => chain(id, "j"))],
      settings: {},
    }, (type) => ({
      kind: type === "go" ? "trigger" : type === "join" ? "pure" : "effect",
      join: type === "join" ? { mode: "all", count: 0, deadlineMs: 9_000 } : null,
    }));
  const one = effect(["a", "b"], ["a", "b"]);
  const begun = started(one).next;
  const half = deciding(begun, one, [done("a")], { slots: 0 }).next;
  const deadline = half.steps.get("j")?.wakeAt;
  const target = (graph: Graph): Parameters<typeof planMigration>[1] => ({
    version: 2,
    graph,
    portsOf: () => PORTS,
  });
  const lost = planMigration({ state: half, graph: one }, target(effect(["a", "b"], ["b"])));
  assert.ok("issues" in lost);
  assert.match(
    lost.issues[0]!.message,
    /"j" \(j\) has 1 of 2 branches, and "a" does not lead there in version 2/,
  );
  const three = effect(["a", "b", "c"], ["a", "b", "c"]);
  const plan = planMigration({ state: half, graph: one }, target(three));
  assert.ok(!("issues" in plan));
  assert.deepEqual(plan.begins.map(({ id }) => id), ["c"], "a way that was passed leads to it now");
  const rest = deciding(half, one, [MOVE], { target: three });
  assert.equal(rest.next.version, 1, "b runs still");
  const moved = deciding(rest.next, one, [done("b")], { target: three });
  assert.deepEqual(moved.started, ["c"]);
  const wait = moved.next.steps.get("j");
  assert.deepEqual(wait?.waitingFor, { kind: "join", arrived: ["a", "b"], needed: 3 });
  assert.equal(wait?.wakeAt, deadline, "its deadline stays");
});

Deno.test("decide() lets what waits for its turn under a rate ask the other version for another", () => {
  const one = { ...row("e1", "e2"), rated: true };
  const begun = deciding(fresh(one), one, [{ kind: "start", nodeId: "go", input: {} }], { slots: 0 }).next;
  const statuses = begun.statuses.map((status) => status === "queued" ? "waiting" as const : status);
  const steps = new Map(begun.steps);
  steps.set("e1", {
    visit: 1,
    attempt: 0,
    wakeAt: 90_000,
    waitingFor: { kind: "rate" },
    turn: { at: 90_000, since: 5 },
    reason: { code: "rate", text: "Waiting" },
  });
  const held: ExecutionState = { ...begun, statuses, steps, status: "waiting" };
  const free = deciding(held, one, [MOVE], { target: { ...one, rated: false } });
  assert.deepEqual([free.next.version, free.started], [2, ["e1"]]);
  const rated = deciding(held, one, [MOVE], { target: one });
  assert.deepEqual([rated.next.version, rated.started, rated.asks], [2, [], ["e1"]]);
  assert.equal(rated.next.steps.get("e1")?.turn?.since, 5, "it keeps its place in the line");
});
