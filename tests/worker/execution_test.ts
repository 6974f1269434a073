import assert from "node:assert/strict";
import {
  chain,
  edge,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import { ANN } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

Deno.test("engine runs a chain of effects to its end, one event after the other", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(
    engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe"), node("c", "probe")],
    chain(
      "hook",
      "a",
      "b",
      "c",
    ),
  );
  const { executionId } = await hook(engine, "go", { n: 1 });
  await house.until(() => isOver(engine, executionId));
  const execution = await engine.executions.get(executionId);
  assert.equal(execution.status, "completed");
  assert.equal(execution.progress, 100);
  assert.deepEqual(execution.input, { n: 1 });
  assert.deepEqual(probe.calls.map((call) => call.nodeId), ["a", "b", "c"]);
  assert.deepEqual(
    probe.calls.map((call) => call.key),
    ["a", "b", "c"].map((id) => `${executionId}.${id}.1`),
  );
  const events = await engine.executions.events(executionId, {});
  assert.deepEqual(events.map(({ event }) => [event.type, event.taskId]), [
    ["queued", null],
    ["started", null],
    ["completed", "hook"],
    ["started", "a"],
    ["completed", "a"],
    ["started", "b"],
    ["completed", "b"],
    ["started", "c"],
    ["completed", "c"],
    ["completed", null],
  ]);
  // Each says how far the execution is once it has happened.
  assert.deepEqual(events.map(({ event }) => event.progress), [25, 25, 25, 25, 50, 50, 75, 75, 99, 100]);
  await oracle(house.store);
});

Deno.test("engine carries a skip on and lets a join run once", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("choice", "condition", { all: [{ field: "trigger.body.yes", op: "is_true" }] }),
      node("yes", "probe"),
      node("no", "probe"),
      node("after_no", "probe"),
      node("join", "probe"),
    ],
    [
      ...chain("hook", "choice"),
      edge("choice", "yes", "true"),
      edge("choice", "no", "false"),
      ...chain("no", "after_no", "join"),
      edge("yes", "join"),
    ],
  );
  const { executionId } = await hook(engine, "go", { yes: true });
  await house.until(() => isOver(engine, executionId));
  assert.deepEqual(await statuses(engine, executionId), {
    hook: "completed",
    choice: "completed",
    yes: "completed",
    no: "skipped",
    after_no: "skipped",
    join: "completed",
  });
  assert.deepEqual(probe.calls.map((call) => call.nodeId), ["yes", "join"]);
  await oracle(house.store);
});

Deno.test("a step that failed and then succeeded shows no failure, and keeps its tries", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  probe.answer = ({ attempt }) =>
    attempt < 3
      ? { kind: "fail", failure: { code: "http_503", message: "Service Unavailable", status: 503 } }
      : { kind: "done" };
  await publish(engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const { executionId } = await hook(engine, "go");
  await house.until(() => isOver(engine, executionId));
  const step = (await engine.executions.get(executionId)).steps.find(({ nodeId }) => nodeId === "a");
  assert.equal(step?.status, "completed");
  assert.equal(step.failure, null);
  assert.equal(step.attempts, 3);
  assert.deepEqual(step.tries.map(({ number, failure }) => [number, failure?.code]), [
    [1, "http_503"],
    [2, "http_503"],
  ]);
  assert.equal(new Set(probe.calls.map((call) => call.key)).size, 1, "one key for every attempt");
  await oracle(house.store);
});

Deno.test("retry() reopens a failed execution at its failed step and goes on behind it", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  let broken = true;
  probe.answer = ({ nodeId }) =>
    nodeId === "a" && broken
      ? { kind: "fail", failure: { code: "http_401", message: "Unauthorized", status: 401 } }
      : { kind: "done" };
  await publish(
    engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe"), node("side", "probe")],
    [...chain("hook", "a", "b"), edge("hook", "side")],
  );
  const { executionId } = await hook(engine, "go");
  await house.until(() => isOver(engine, executionId));
  assert.deepEqual(await statuses(engine, executionId), {
    hook: "completed",
    a: "failed",
    b: "pending",
    side: "completed",
  });
  assert.equal((await engine.executions.get(executionId)).status, "failed");
  assert.deepEqual((await engine.inbox.list({ limit: 10 })).items.map(({ kind, nodeId }) => [kind, nodeId]), [
    [
      "failed",
      "a",
    ],
  ]);
  await oracle(house.store);
  broken = false;
  assert.deepEqual(await engine.executions.retry(executionId, {}, ANN), { steps: ["a"] });
  await house.until(() => isOver(engine, executionId));
  const { status, progress } = await engine.executions.get(executionId);
  assert.deepEqual([status, progress], ["completed", 100]);
  assert.deepEqual(probe.calls.filter(({ nodeId }) => nodeId === "side").length, 1);
  assert.equal(await engine.inbox.count(), 0);
  await assert.rejects(engine.executions.retry(executionId, {}, ANN), { status: 409 });
  await oracle(house.store);
});

Deno.test("a workflow's time limit ends its execution, also in the middle of a wait", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(
    engine,
    [hookNode("go"), node("pause", "wait", { kind: "for", duration: { value: 9, unit: "days" } })],
    chain("hook", "pause"),
    { timeout: { value: 1, unit: "minutes" } },
  );
  const { executionId } = await hook(engine, "go");
  const began = house.clock.now;
  await house.until(() => isOver(engine, executionId));
  const execution = await engine.executions.get(executionId);
  assert.deepEqual([execution.status, execution.reason?.code], ["failed", "execution_timeout"]);
  assert.ok(house.clock.now - began < 61_100, `${house.clock.now - began}`);
  await oracle(house.store);
});
