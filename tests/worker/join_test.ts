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
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";

const DAY = 86_400_000;
const seconds = (value: number): JsonObject => ({ kind: "for", duration: { value, unit: "seconds" } });

/** Three waits of 1, 2 and 3 seconds side by side, joined. */
async function threeWays(house: Opened, join: JsonObject): Promise<string> {
  const nodes = [
    hookNode("go"),
    ...[1, 2, 3].map((n) => node(`w${n}`, "wait", seconds(n))),
    node("join", "join", join),
    node("after", "probe"),
    node("late", "probe"),
  ];
  const edges = [
    ...[1, 2, 3].flatMap((n) => [edge("hook", `w${n}`), edge(`w${n}`, "join")]),
    edge("join", "after"),
    edge("join", "late", "deadline"),
  ];
  await publish(house.engine, nodes, edges);
  return (await hook(house.engine, "go")).executionId;
}

Deno.test("join all goes on when the last branch has come", async () => {
  await using house = await openEngine();
  const id = await threeWays(house, { mode: "all" });
  const started = house.clock.now;
  await house.until(() => isOver(house.engine, id));
  assert.ok(house.clock.now - started >= 3_000);
  assert.equal(house.probe.calls.length, 1);
  await oracle(house.store);
});

Deno.test("join any goes on at the first branch, once, and records the late ones", async () => {
  await using house = await openEngine();
  const id = await threeWays(house, { mode: "any" });
  const started = house.clock.now;
  await house.until(() => house.probe.calls.length === 1);
  assert.ok(house.clock.now - started < 2_000);
  await house.until(() => isOver(house.engine, id));
  assert.equal(house.probe.calls.length, 1);
  const { steps } = await house.engine.executions.get(id);
  const data = steps.find((step) => step.nodeId === "join")?.reason?.data;
  assert.deepEqual(data, { arrived: ["w1"], late: ["w2", "w3"] });
  await oracle(house.store);
});

Deno.test("join count goes on at that many branches", async () => {
  await using house = await openEngine();
  const id = await threeWays(house, { mode: "count", count: 2 });
  const started = house.clock.now;
  await house.until(() => house.probe.calls.length === 1);
  assert.ok(house.clock.now - started >= 2_000 && house.clock.now - started < 3_000);
  await house.until(() => isOver(house.engine, id));
  assert.equal(house.probe.calls.length, 1);
});

Deno.test("join goes on by its deadline, counted from the first arrival", async () => {
  await using house = await openEngine();
  const id = await threeWays(house, { mode: "all", deadline: { value: 1.5, unit: "seconds" } });
  const started = house.clock.now;
  await house.until(() => house.probe.calls.length === 1);
  assert.equal(house.clock.now - started, 2_500);
  assert.equal(house.probe.calls[0]?.nodeId, "late");
  await house.until(() => isOver(house.engine, id));
  assert.equal((await statuses(house.engine, id)).after, "skipped");
  await oracle(house.store);
});

Deno.test("join all goes on without a branch that failed, and a later retry of it is recorded", async () => {
  await using house = await openEngine();
  house.probe.answer = (context) =>
    context.nodeId === "bad" && context.attempt === 1
      ? { kind: "fail", failure: { code: "no", message: "no", retryable: false } }
      : { kind: "done" };
  await publish(
    house.engine,
    [
      hookNode("go"),
      ...["bad", "behind", "good", "after"].map((id) => node(id, "probe")),
      node("join", "join", { mode: "all" }),
    ],
    [...chain("hook", "bad", "behind", "join"), ...chain("hook", "good", "join", "after")],
  );
  const { executionId } = await hook(house.engine, "go");
  await house.until(() => isOver(house.engine, executionId));
  assert.deepEqual(house.probe.calls.map((call) => call.nodeId).sort(), ["after", "bad", "good"]);
  assert.equal((await house.engine.executions.get(executionId)).status, "failed");
  await house.engine.executions.retry(executionId, {}, { userId: "ann", name: "Ann" });
  await house.until(() => isOver(house.engine, executionId));
  const execution = await house.engine.executions.get(executionId);
  assert.equal(execution.status, "completed");
  const join = execution.steps.find((step) => step.nodeId === "join");
  assert.deepEqual(join?.reason?.data, { arrived: ["good"], late: ["behind"] });
  assert.equal(house.probe.calls.filter((call) => call.nodeId === "after").length, 1);
  await oracle(house.store);
});

Deno.test("join count that can no longer be met is skipped, with the reason", async () => {
  await using house = await openEngine();
  const never = { all: [{ field: "trigger.body.x", op: "eq", value: 1 }] };
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("c1", "condition", never),
      node("c2", "condition", never),
      node("ok", "set", { fields: [] }),
      node("join", "join", { mode: "count", count: 2 }),
      node("after", "probe"),
    ],
    [
      edge("hook", "c1"),
      edge("hook", "c2"),
      edge("hook", "ok"),
      edge("c1", "join", "true"),
      edge("c2", "join", "true"),
      edge("ok", "join"),
      edge("join", "after"),
    ],
  );
  const { executionId } = await hook(house.engine, "go");
  await house.until(() => isOver(house.engine, executionId));
  const { steps, status } = await house.engine.executions.get(executionId);
  assert.equal(status, "completed");
  const join = steps.find((step) => step.nodeId === "join");
  assert.equal(join?.status, "skipped");
  assert.equal(join?.reason?.code, "join_unreachable");
  assert.equal(steps.find((step) => step.nodeId === "after")?.status, "skipped");
});

Deno.test("two sibling waits of seven days end on day seven", async () => {
  await using house = await openEngine();
  const week = { kind: "for", duration: { value: 7, unit: "days" } };
  await publish(
    house.engine,
    [hookNode("go"), node("a", "wait", week), node("b", "wait", week), node("end", "probe")],
    [edge("hook", "a"), edge("hook", "b"), edge("a", "end"), edge("b", "end")],
  );
  const started = house.clock.now;
  const { executionId } = await hook(house.engine, "go");
  await house.until(() => isOver(house.engine, executionId), 8 * DAY);
  const endedAt = Date.parse((await house.engine.executions.get(executionId)).endedAt ?? "");
  assert.deepEqual([Math.floor((endedAt - started) / DAY), endedAt - started - 7 * DAY < 2_000], [7, true]);
  assert.equal(house.probe.calls.length, 1);
});
