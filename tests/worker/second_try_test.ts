/** Promise 3: an attempt is not repeated because something could not be read when its outcome was decided over. */
import assert from "node:assert/strict";
import { ANN, chain, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { mailServer } from "../messages/smtp_fixture.ts";

/** An effect beside a wait for a signal: each of its rounds reads the lead's signals. */
async function beginListening(house: Opened): Promise<string> {
  const listen = node("listen", "wait_for_signal", {
    signals: ["deal.won"],
    timeout: { value: 1, unit: "days" },
  });
  await publish(
    house.engine,
    [hookNode("go"), listen, node("first", "probe"), node("second", "probe")],
    [...chain("hook", "first", "second"), edge("hook", "listen")],
  );
  return (await hook(house.engine, "go", { email: "ann@example.com" })).executionId;
}

Deno.test("an outcome whose round could not read is decided over again, and its attempt is not repeated", async () => {
  await using house = await openEngine();
  house.probe.answer = ({ nodeId }) => {
    if (nodeId === "first") house.faults.arm({ read: 1, fault: "thrown" });
    return { kind: "done" };
  };
  const id = await beginListening(house);
  await house.until(() => house.probe.calls.some(({ nodeId }) => nodeId === "second"), 5_000);
  assert.ok(house.faults.fired);
  assert.deepEqual(house.probe.calls.map(({ nodeId, attempt }) => `${nodeId} ${attempt}`), [
    "first 1",
    "second 1",
  ]);
  await house.until(() => isOver(house.engine, id), 2 * 86_400_000);
  assert.equal((await house.engine.executions.get(id)).status, "completed");
  await oracle(house.store);
});

Deno.test("a round that never succeeds is told, and a cancel still ends the execution", async () => {
  await using house = await openEngine();
  let broken = false;
  house.faults.failReads = (key) => broken && key[0] === "clock";
  house.probe.answer = () => {
    broken = true;
    return { kind: "done" };
  };
  const id = await beginListening(house);
  await house.until(() => house.logs.some(({ event }) => event === "execution_stuck"), 60_000);
  broken = false;
  await house.engine.executions.cancel(id, { reason: "no longer wanted" }, ANN);
  await house.until(() => isOver(house.engine, id), 120_000);
  assert.equal((await house.engine.executions.get(id)).status, "cancelled");
  await oracle(house.store);
});

Deno.test(
  "a mail whose lead cannot be read has not begun: it is tried again by its policy, and nobody is asked",
  {
    sanitizeOps: false,
    sanitizeResources: false,
  },
  async () => {
    await using server = await mailServer();
    await using house = await openEngine({ smtpUrl: server.url });
    const mail = node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: "Hello" });
    await publish(house.engine, [hookNode("go"), mail], chain("hook", "mail"));
    let failures = 0;
    // The lead is read once while the delivery is accepted, and again by the step.
    house.faults.failReads = (key) => key[0] === "lead" && failures++ === 0;
    const { executionId } = await hook(house.engine, "go", { email: "ann@example.com" });
    await house.until(async () => await isOver(house.engine, executionId), 48 * 3_600_000);
    const { status, steps } = await house.engine.executions.get(executionId);
    assert.equal(status, "completed");
    const step = steps.find(({ nodeId }) => nodeId === "mail");
    assert.deepEqual([step?.attempts, step?.tries.map(({ failure }) => failure?.code)], [2, ["unread"]]);
    assert.equal(server.received.length, 1);
    assert.equal(await house.engine.inbox.count(), 0);
    await oracle(house.store);
  },
);
