import assert from "node:assert/strict";
import type { DoneChild } from "../../engine/core/children.ts";
import { buildGraph } from "../../engine/core/graph.ts";
import { decide } from "../../engine/core/machine.ts";
import type { Command } from "../../engine/core/machine.ts";
import type { ExecutionState, Transition } from "../../engine/core/state.ts";
import type { Outcome } from "../../engine/schemas/node.ts";
import { envOf, fresh } from "./random_graph.ts";

const WAIT: Outcome = {
  kind: "wait",
  for: {
    kind: "children",
    how: "for_each",
    total: 5,
    created: 0,
    low: 0,
    lowFailed: 0,
    done: 0,
    failed: 0,
    concurrency: 3,
    onError: "stop",
  },
  reason: { code: "children", text: "Waiting" },
};

const GRAPH = buildGraph({
  nodes: ["go", "loop"].map((id) => ({
    id,
    type: id,
    position: { x: 0, y: 0 },
    data: { label: id, config: {} },
  })),
  edges: [{ id: "e", source: "go", sourceHandle: "out", target: "loop", targetHandle: "in" }],
  settings: {},
}, (type) => ({ kind: type === "go" ? "trigger" : "pure" }));

function step(
  state: ExecutionState,
  command: Command,
  records: readonly Omit<DoneChild, "executionId" | "output">[] = [],
  maySpawn = true,
): Transition {
  const children = new Map([[
    "loop.1",
    records.map((each) => ({ ...each, executionId: "e", output: null })),
  ]]);
  return decide(state, GRAPH, [command], { ...envOf(1_000, { pure: () => WAIT }), children, maySpawn });
}

const indexes = (of: readonly { index: number }[]): number[] => of.map(({ index }) => index);
const START: Command = { kind: "start", nodeId: "go", input: {} };
const RETRY: Command = { kind: "retry", nodeIds: null };
const WAKE: Command = { kind: "wake" };

Deno.test("decide() tells children to stop that may have been created, though no commit has counted them", () => {
  const { next } = step(fresh(GRAPH), START, [], false);
  const failed = step(next, WAKE, [{ index: 1, status: "failed" }]);
  assert.equal(failed.next.status, "failed");
  assert.deepEqual(indexes(failed.dismiss), [0, 2]);
});

Deno.test("decide() goes on with what was begun and has not completed, and counts nothing that was said before", () => {
  const begun = step(fresh(GRAPH), START);
  assert.deepEqual(indexes(begun.spawn), [0, 1, 2]);
  const said: Omit<DoneChild, "executionId" | "output">[] = [
    { index: 0, status: "completed" },
    { index: 1, status: "failed" },
  ];
  const failed = step(begun.next, WAKE, said);
  assert.deepEqual(indexes(failed.dismiss), [2]);
  const old = [...said, { index: 2, status: "cancelled" } as const];
  const again = step(failed.next, RETRY, old);
  assert.equal(again.next.status, "waiting");
  assert.deepEqual(again.resume.map(({ index, again }) => [index, again]), [[1, 1], [2, 1]]);
  assert.deepEqual(again.spawn.map(({ index, again }) => [index, again]), [[3, 1]], "three at once");
  // The old word of a round that has not heard yet changes nothing; a new one does.
  const deaf = step(again.next, WAKE, old);
  assert.equal(deaf.next.status, "waiting");
  assert.deepEqual(deaf.dismiss, []);
  const new_ = [old[0]!, { index: 1, status: "failed", again: 1 } as const, old[2]!];
  const twice = step(again.next, WAKE, new_);
  assert.equal(twice.next.status, "failed");
  assert.deepEqual(twice.dismiss.map(({ index, again }) => [index, again]), [[2, 1], [3, 1]]);
  const third = step(twice.next, RETRY, new_);
  assert.deepEqual(third.resume.map(({ index, again }) => [index, again]), [[1, 2], [2, 2], [3, 2]]);
  const all = [0, 1, 2, 3, 4].map((index) => ({ index, status: "completed", again: 2 }) as const);
  const done = step(third.next, WAKE, all);
  assert.equal(done.next.status, "completed");
  assert.equal(done.next.steps.get("loop")?.rounds, undefined);
});

Deno.test("decide() goes on with a loop when one of its rounds was retried, once, and not when that has failed again", () => {
  const begun = step(fresh(GRAPH), START);
  const said = [{ index: 1, status: "failed" } as const];
  const failed = step(begun.next, WAKE, said).next;
  const mail = { kind: "round", nodeId: "loop", visit: 1, index: 1, again: 1, at: 1 } as const;
  const told = step(failed, { kind: "mail", mail }, said);
  assert.deepEqual(told.resume.map(({ index, again }) => [index, again]), [[0, 1], [1, 1], [2, 1]]);
  const twice = step(told.next, { kind: "mail", mail }, said);
  assert.deepEqual([twice.resume, twice.events], [[], []]);
  const late = step(failed, { kind: "mail", mail }, [{ index: 1, status: "failed", again: 1 }]);
  assert.deepEqual([late.next.status, late.resume], ["failed", []]);
});

Deno.test("decide() passes over a word to stop that is older than the one to go on, in whichever order they come", () => {
  const begun = step(fresh(GRAPH), START).next;
  const child: ExecutionState = {
    ...begun,
    parent: { executionId: "p", nodeId: "outer", visit: 1, index: 0 },
  };
  const stop = {
    kind: "mail",
    mail: { kind: "cancel", by: "its parent", reason: "", at: 1, again: 0 },
  } as const;
  const goOn = { kind: "mail", mail: { kind: "resume", again: 1, at: 2 } } as const;
  for (const commands of [[stop, goOn], [goOn, stop]]) {
    const env = { ...envOf(1_000, { pure: () => WAIT }), maySpawn: true };
    const { next } = decide(child, GRAPH, commands, env);
    assert.deepEqual([next.status, next.cancelling, next.parent?.again], ["waiting", null, 1]);
  }
  const stopped = step(child, stop).next;
  assert.equal(stopped.status, "cancelled");
  assert.equal(step(stopped, goOn).next.status, "waiting");
});

Deno.test("decide() a person's cancel outlasts the stop of a loop that is under way, and the loop's word to go on", () => {
  const ROUND = buildGraph({
    nodes: ["go", "work"].map((id) => ({
      id,
      type: id,
      position: { x: 0, y: 0 },
      data: { label: id, config: {} },
    })),
    edges: [{ id: "e", source: "go", sourceHandle: "out", target: "work", targetHandle: "in" }],
    settings: {},
  }, (type) => ({ kind: type === "go" ? "trigger" : "effect" }));
  const say = (state: ExecutionState, ...commands: Command[]): ExecutionState =>
    decide(state, ROUND, commands, envOf(1_000, { pure: () => WAIT })).next;
  const place = { executionId: "above", nodeId: "loop", visit: 1, index: 0 };
  const running = say({ ...fresh(ROUND), parent: place }, START);
  assert.deepEqual(running.statuses, ["completed", "running"]);
  const stop: Command = { kind: "mail", mail: { kind: "cancel", by: "Loop", reason: "", at: 0, again: 0 } };
  const goOn: Command = { kind: "mail", mail: { kind: "resume", again: 1, at: 0 } };
  const cancel: Command = { kind: "cancel", by: "Ann", reason: "Enough" };
  const ended: Command = {
    kind: "outcome",
    nodeId: "work",
    attempt: 1,
    outcome: { kind: "done", output: 1 },
  };

  assert.equal(say(running, stop, goOn).cancelling?.resumes, true, "the loop takes its own word back");
  for (const words of [[stop, cancel, goOn], [stop, goOn, cancel], [cancel, stop, goOn], [cancel, goOn]]) {
    const { cancelling } = say(running, ...words);
    assert.deepEqual([cancelling?.by, cancelling?.resumes], ["Ann", undefined]);
    const over = say(say(running, ...words), ended);
    assert.deepEqual([over.status, over.reason?.text], ["cancelled", "Cancelled by Ann: Enough"]);
    const later: Command = { kind: "mail", mail: { kind: "resume", again: 2, at: 0 } };
    assert.equal(say(over, later).status, "cancelled");
    const called: Command = { kind: "mail", mail: { kind: "resume", again: 2, at: 0, called: true } };
    assert.equal(say(over, called).status === "cancelled", false);
  }
});
