import assert from "node:assert/strict";
import { keys, shardOf } from "../../engine/store/keys.ts";
import { encode } from "../../engine/store/store.ts";
import type { Json } from "../../engine/schemas/json.ts";
import {
  ANN,
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
import { oracle } from "../helpers/oracle.ts";

for (
  const [name, bytes] of [["over 4 KiB", 5_000], ["over 64 KiB", 100_000], ["near 1 MiB", 1_000_000]] as const
) {
  Deno.test(`bodies ${name} come back whole from webhook and step, also in another process`, async () => {
    await using house = await openEngine();
    const { engine, probe } = house;
    const text = "é\u0001".repeat(bytes / 4);
    probe.answer = () => ({ kind: "done", output: { text } });
    await publish(engine, [hookNode("go"), node("a", "probe"), node("b", "probe")], chain("hook", "a", "b"));
    const { executionId } = await hook(engine, "go", { text });
    await house.until(() => isOver(engine, executionId));
    await using other = await openEngine({ real: house.real, manual: house.clock, probe });
    for (const each of [engine, other.engine]) {
      const execution = await each.executions.get(executionId);
      assert.deepEqual(execution.input, { text });
      for (const id of ["a", "b"]) {
        assert.deepEqual(execution.steps.find(({ nodeId }) => nodeId === id)?.output, { text });
      }
    }
    await oracle(house.store);
  });
}

Deno.test("templates see the same of a large output before and after a restart", async () => {
  const seen: { [bytes: number]: Json[] } = {};
  for (const bytes of [100_000, 300_000]) {
    seen[bytes] = [];
    for (const restart of [false, true]) {
      await using house = await openEngine();
      const { engine, probe } = house;
      probe.answer = () => ({ kind: "done", output: { big: "x".repeat(bytes), small: "y" } });
      await publish(engine, [
        hookNode("go"),
        node("a", "probe"),
        node("pause", "wait", { kind: "for", duration: { value: 5, unit: "seconds" } }),
        node("now", "set", { fields: [{ name: "found", value: "{{ steps.a.output.small }}" }] }),
        node("read", "set", { fields: [{ name: "found", value: "{{ steps.a.output.small }}" }] }),
      ], [...chain("hook", "a", "pause", "read"), edge("a", "now")]);
      const { executionId } = await hook(engine, "go");
      await house.until(async () => (await statuses(engine, executionId)).pause === "waiting");
      if (restart) house.die();
      await using other = await openEngine({ real: house.real, manual: house.clock, probe });
      await other.until(() => isOver(other.engine, executionId));
      const execution = await other.engine.executions.get(executionId);
      const outputOf = (id: string): Json => execution.steps.find(({ nodeId }) => nodeId === id)!.output;
      assert.deepEqual(outputOf("now"), outputOf("read"));
      seen[bytes]!.push(outputOf("read"));
    }
  }
  assert.deepEqual(seen[100_000], [{ found: "y" }, { found: "y" }]);
  assert.deepEqual(
    seen[300_000],
    [{ found: null }, { found: null }],
    "beyond 256 KiB nothing is seen, in any process",
  );
});

Deno.test("a head over 16 KiB spills its steps and is read back whole", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
  probe.answer = ({ nodeId }) => ({ kind: "done", output: { from: nodeId, text: "x".repeat(1_200) } });
  await publish(engine, [hookNode("go"), ...ids.map((id) => node(id, "probe"))], chain("hook", ...ids));
  const { executionId } = await hook(engine, "go");
  await house.until(() => isOver(engine, executionId));
  assert.ok(
    (await house.store.keys({ selector: { prefix: ["step", executionId] } })).length > 0,
    "it spilled",
  );
  const execution = await engine.executions.get(executionId);
  for (const id of ids) {
    const step = execution.steps.find(({ nodeId }) => nodeId === id);
    assert.deepEqual(step?.output, { from: id, text: "x".repeat(1_200) });
    assert.equal(step?.attempts, 1);
  }
  await oracle(house.store);
});

Deno.test("a fan-out of 400 nodes with outputs each, and a row of 300, are more than one commit holds", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const fields = [{ name: "text", value: "z".repeat(2_000) }];
  const fan = Array.from({ length: 400 }, (_, index) => `f${index}`);
  const row = Array.from({ length: 300 }, (_, index) => `r${index}`);
  await publish(engine, [hookNode("fan"), ...fan.map((id) => node(id, "set", { fields }))], [
    ...fan.map((id) => edge("hook", id)),
  ]);
  await publish(
    engine,
    [hookNode("row"), ...row.map((id) => node(id, "set", { fields }))],
    chain("hook", ...row),
  );
  for (const path of ["fan", "row"]) {
    const { executionId } = await hook(engine, path);
    await house.until(() => isOver(engine, executionId), 3_600_000);
    const execution = await engine.executions.get(executionId);
    assert.equal(execution.status, "completed", execution.reason?.text);
    assert.ok(execution.steps.every(({ status }) => status === "completed"));
  }
  assert.deepEqual(house.logs.filter(({ level }) => level === "error"), []);
  await oracle(house.store);
});

Deno.test("200 tasks at once, each with a long text, are asked for", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const ids = Array.from({ length: 200 }, (_, index) => `t${index}`);
  const config = { title: "Call", description: "{{ trigger.body.text }}", outcomes: ["Yes"] };
  await publish(engine, [hookNode("go"), ...ids.map((id) => node(id, "task", config))], [
    ...ids.map((id) => edge("hook", id)),
  ]);
  const { executionId } = await hook(engine, "go", { text: "\u0001".repeat(3_000) });
  await house.until(async () => await engine.inbox.count() === 200, 3_600_000);
  assert.equal((await engine.executions.get(executionId)).status, "waiting");
  assert.deepEqual(house.logs.filter(({ level }) => level === "error"), []);
  await oracle(house.store);
});

Deno.test("a text that no record can hold fails its own step, and its neighbours go on", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [
    hookNode("large"),
    node("ask", "task", { title: "Call", description: "{{ trigger.body.text }}", outcomes: ["Yes"] }),
  ], chain("hook", "ask"));
  await publish(engine, [hookNode("small"), node("a", "probe")], chain("hook", "a"));
  // 20,000 characters are accepted in a description; as JSON these are six times as long.
  const large = hook(engine, "large", { text: "\u0001".repeat(20_000) });
  const small = Array.from({ length: 20 }, () => hook(engine, "small"));
  for (const { executionId } of await Promise.all(small)) {
    await house.until(() => isOver(engine, executionId));
    assert.equal((await engine.executions.get(executionId)).status, "completed");
  }
  const { executionId } = await large;
  await house.until(() => isOver(engine, executionId));
  const execution = await engine.executions.get(executionId);
  assert.equal(execution.status, "failed");
  assert.equal(execution.steps.find(({ nodeId }) => nodeId === "ask")?.failure?.code, "too_large");
  await oracle(house.store);
});

Deno.test("64 outcomes at once, 8 KiB each, are more than one commit holds, and none runs again", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const ids = Array.from({ length: 64 }, (_, index) => `p${index}`);
  const gate = Promise.withResolvers<void>();
  probe.answer = async () => {
    await gate.promise;
    return { kind: "done", output: { text: "x".repeat(3_900) } };
  };
  await publish(engine, [hookNode("go"), ...ids.map((id) => node(id, "probe", { say: "y".repeat(3_900) }))], [
    ...ids.map((id) => edge("hook", id)),
  ]);
  const { executionId } = await hook(engine, "go");
  await house.until(() => probe.calls.length === 64);
  gate.resolve();
  await house.until(() => isOver(engine, executionId));
  assert.equal((await engine.executions.get(executionId)).status, "completed");
  assert.equal(probe.calls.length, 64);
  await oracle(house.store);
});

Deno.test("mail that gathered while nobody looked is applied whole, however much it is", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const ids = Array.from({ length: 250 }, (_, index) => `t${index}`);
  await publish(engine, [
    hookNode("go"),
    ...ids.map((id) => node(id, "task", { title: "Call", outcomes: ["Yes"] })),
  ], [...ids.map((id) => edge("hook", id))]);
  const { executionId } = await hook(engine, "go");
  await house.until(async () => await engine.inbox.count() === 250, 3_600_000);
  house.die();
  // What the inbox would have written, all answered within one second.
  for (const [index, id] of ids.entries()) {
    const at = house.clock.now + index;
    const mail = { v: 1, kind: "complete", nodeId: id, visit: 1, outcome: "Yes", by: "Ann", at };
    await house.real.atomic()
      .delete(keys.attention(`${executionId}.${id}.1`))
      .delete(keys.todo("task", `${executionId}.${id}.1`))
      .set(keys.mail(executionId, `01MAIL${String(index).padStart(6, "0")}`), encode(mail))
      .set(keys.due(shardOf(executionId), 0, at, "mail", executionId), encode({}))
      .commit();
  }
  house.clock.advance(1_000);
  await using other = await openEngine({ real: house.real, manual: house.clock });
  await other.until(() => isOver(other.engine, executionId));
  assert.equal((await other.engine.executions.get(executionId)).status, "completed");
  await oracle(house.store);
});

Deno.test("a cancel of 450 waiting tasks is more than one commit holds, and ends them all", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const ids = Array.from({ length: 450 }, (_, index) => `t${index}`);
  await publish(engine, [
    hookNode("go"),
    ...ids.map((id) => node(id, "task", { title: "Call", outcomes: ["Yes"] })),
  ], [...ids.map((id) => edge("hook", id))]);
  const { executionId } = await hook(engine, "go");
  await house.until(async () => await engine.inbox.count() === 450, 3_600_000);
  const { status } = await engine.executions.cancel(executionId, {}, ANN);
  assert.equal(status, "cancelling");
  await house.until(() => isOver(engine, executionId), 60_000);
  assert.equal((await engine.executions.get(executionId)).status, "cancelled");
  assert.equal(await engine.inbox.count(), 0);
  assert.deepEqual(house.logs.filter(({ level }) => level === "error"), []);
  await oracle(house.store);
});
