import assert from "node:assert/strict";
import {
  ANN,
  chain,
  createProbe,
  edge,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import { ManualClock } from "../helpers/clock.ts";
import { oracle } from "../helpers/oracle.ts";
import { systemClock } from "../../engine/worker/clock.ts";

Deno.test("stop() lets a quick step end, gives a slow one back within 5 s, and it runs again under its key", async () => {
  const probe = createProbe();
  let stopping = false;
  probe.answer = ({ nodeId, attempt }) =>
    nodeId === "slow" && attempt === 1 ? new Promise(() => {}) : { kind: "done" };
  // Real time here: what is measured is how long a stop takes.
  await using house = await openEngine({ probe, clock: systemClock });
  await publish(house.engine, [hookNode("go"), node("quick", "probe"), node("slow", "probe")], [
    edge("hook", "quick"),
    edge("hook", "slow"),
  ]);
  const { executionId } = await hook(house.engine, "go");
  await house.settle();
  const began = performance.now();
  stopping = true;
  await house.engine.stop();
  assert.ok(stopping && performance.now() - began < 5_000, `${performance.now() - began} ms`);
  await assert.rejects(hook(house.engine, "go"), { status: 503 });
  house.die();
  await oracle(house.store);
  await using next = await openEngine({ probe, real: house.real, manual: new ManualClock(Date.now()) });
  await next.until(() => isOver(next.engine, executionId), 10_000);
  const keys = probe.calls.filter(({ nodeId }) => nodeId === "slow").map(({ key }) => key);
  assert.deepEqual(keys, [`${executionId}.slow.1`, `${executionId}.slow.1`]);
  assert.equal(probe.calls.filter(({ nodeId }) => nodeId === "quick").length, 1);
  await oracle(next.store);
});

Deno.test("cancel() of a wait, of a retry and of a task ends it at once, and nothing runs later", async () => {
  await using house = await openEngine();
  const { engine, clock, probe } = house;
  probe.answer = ({ nodeId }) =>
    nodeId === "flaky"
      ? { kind: "fail", failure: { code: "http_503", message: "Service Unavailable", status: 503 } }
      : { kind: "done" };
  const middles = {
    wait: node("pause", "wait", { kind: "for", duration: { value: 1, unit: "hours" } }),
    retry: node("flaky", "probe", {}, { retry: { backoffMs: 60_000, maxBackoffMs: 60_000 } }),
    task: node("ask", "task", { title: "Call", outcomes: ["out"] }),
  };
  for (const [path, middle] of Object.entries(middles)) {
    await publish(
      engine,
      [hookNode(path), middle, node("after", "probe")],
      chain("hook", middle.id, "after"),
    );
    const { executionId } = await hook(engine, path);
    await house.until(async () =>
      ["waiting", "retrying"].includes((await statuses(engine, executionId))[middle.id]!)
    );
    assert.deepEqual(await engine.executions.cancel(executionId, { reason: "enough" }, ANN), {
      status: "cancelled",
    });
    assert.deepEqual(await engine.executions.cancel(executionId, {}, ANN), { status: "cancelled" });
    const execution = await engine.executions.get(executionId);
    assert.equal(execution.reason?.text, "Cancelled by Ann: enough");
    assert.deepEqual(await statuses(engine, executionId), {
      hook: "completed",
      [middle.id]: "cancelled",
      after: "cancelled",
    });
    await oracle(house.store);
  }
  assert.equal(await engine.inbox.count(), 0);
  const ran = probe.calls.length;
  clock.advance(7_200_000);
  await house.settle();
  assert.equal(probe.calls.length, ran);
});

Deno.test("cancel() of a running step aborts it, and what it brings back changes nothing", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  for (const outcome of ["done", "wait", "fail"] as const) {
    probe.answer = ({ nodeId, signal }) =>
      nodeId === "after"
        ? { kind: "done" }
        : new Promise((resolve) =>
          signal.addEventListener("abort", () =>
            resolve(
              outcome === "done"
                ? { kind: "done" }
                : outcome === "fail"
                ? { kind: "fail", failure: { code: "http_503", message: "Service Unavailable", status: 503 } }
                : {
                  kind: "wait",
                  for: { kind: "person", title: "Call", outcomes: ["out"] },
                  reason: { code: "task", text: "Waiting" },
                },
            ))
        );
    await publish(engine, [hookNode(outcome), node("slow", "probe"), node("after", "probe")], [
      ...chain("hook", "slow", "after"),
    ]);
    const { executionId } = await hook(engine, outcome);
    await house.settle();
    const { status } = await engine.executions.cancel(executionId, {}, ANN);
    assert.ok(status === "cancelling" || status === "cancelled");
    await house.until(() => isOver(engine, executionId), 1_000);
    assert.equal((await engine.executions.get(executionId)).status, "cancelled");
    assert.ok(!probe.calls.some(({ nodeId }) => nodeId === "after"));
    assert.equal(await engine.inbox.count(), 0);
    await oracle(house.store);
  }
});

Deno.test("steps beyond the slots wait their turn, and all run", async () => {
  await using house = await openEngine({ concurrency: 3 });
  const { engine, probe } = house;
  let running = 0;
  let most = 0;
  probe.answer = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return { kind: "done" };
  };
  const ids = Array.from({ length: 10 }, (_, i) => `p${i}`);
  await publish(engine, [hookNode("go"), ...ids.map((id) => node(id, "probe"))], [
    ...ids.map((id) => edge("hook", id)),
  ]);
  const accepted = await Promise.all(Array.from({ length: 8 }, () => hook(engine, "go")));
  for (const { executionId } of accepted) await house.until(() => isOver(engine, executionId));
  assert.equal(probe.calls.length, 80);
  assert.ok(most <= 3, `${most} at once`);
  await oracle(house.store);
});
