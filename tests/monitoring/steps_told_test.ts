/** What a step of an execution says: the input that it waits with, and of one that was skipped which decision it was. */
import assert from "node:assert/strict";
import { chain, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";

Deno.test("executions.get() says of every step of a loop's rounds that it runs there", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const never = { all: [{ field: "trigger.body.score", op: "gte", value: 70 }] };
  await publish(
    engine,
    [
      hookNode("go"),
      node("each", "for_each", { items: "{{ trigger.body.items }}", concurrency: 1 }, {
        label: "Each account",
      }),
      node("push", "probe"),
      node("note", "probe"),
      node("done", "condition", never, { label: "Worth it?" }),
      node("call", "probe"),
      node("after", "probe"),
    ],
    [
      ...chain("hook", "each"),
      edge("each", "push", "each"),
      edge("push", "note"),
      edge("each", "done"),
      edge("done", "call", "true"),
      edge("call", "after"),
    ],
  );
  const { executionId } = await hook(engine, "go", { items: [1, 2], score: 42 });
  await house.until(() => isOver(engine, executionId));
  const { steps } = await engine.executions.get(executionId);
  const reasons = Object.fromEntries(
    steps.filter(({ status }) => status === "skipped").map(({ nodeId, reason }) => [nodeId, reason]),
  );
  assert.deepEqual(Object.keys(reasons), ["push", "note", "call", "after"]);
  for (const own of [reasons.push, reasons.note]) {
    assert.deepEqual([own?.code, own?.text], ["in_rounds", "Runs in the rounds of Each account"]);
  }
  assert.match(reasons.call!.text, /^Worth it\? went "false", not "true"/);
  assert.equal(reasons.after!.code, "upstream_skipped");
});

Deno.test("executions.get() shows the input of what waits, and none of what is held before it begins", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const listen = { signals: ["email.replied"], mode: "any" };
  await publish(engine, [hookNode("go"), node("listen", "wait_for_signal", listen)], chain("hook", "listen"));
  const { executionId } = await hook(engine, "go", { email: "ann@example.com" });
  await house.until(async () => (await engine.executions.get(executionId)).status === "waiting");
  const [, waiting] = (await engine.executions.get(executionId)).steps;
  assert.deepEqual([waiting?.status, waiting?.input], ["waiting", listen]);
  const hours = { days: ["sat" as const], from: "03:00", to: "04:00" };
  await publish(
    engine,
    [hookNode("held"), node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: "Hello" })],
    chain("hook", "mail"),
    { sendWindow: hours },
  );
  const held = (await hook(engine, "held", { email: "ann@example.com" })).executionId;
  await house.until(async () => (await engine.executions.get(held)).status === "waiting");
  const [, mail] = (await engine.executions.get(held)).steps;
  assert.deepEqual([mail?.waitingFor?.kind, mail?.input], ["window", null]);
});
