import assert from "node:assert/strict";
import { chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import { ANN } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const DAY = 86_400_000;

/** Every key but those of upkeep, as text. */
async function keysOf(kv: Deno.Kv): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { key } of kv.list({ prefix: [] })) {
    const isUpkeep = /^(feed|due|meta|node_count|pulse|completed_at|entered|count(_\w+)?)$/.test(
      String(key[0]),
    );
    if (!isUpkeep) found.add(JSON.stringify(key));
  }
  return found;
}

Deno.test("retention deletes all of a settled execution and nothing else; one that waits stays whole", async () => {
  await using house = await openEngine();
  const { engine, probe, clock } = house;
  probe.answer = () => ({ kind: "done", output: { text: "x".repeat(100_000) } });
  await publish(engine, [
    hookNode("go"),
    node("a", "probe"),
    node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: "Hello" }),
  ], chain("hook", "a", "mail"));
  await publish(engine, [
    hookNode("long"),
    node("pause", "wait", { kind: "for", duration: { value: 400, unit: "days" } }),
    node("b", "probe"),
  ], chain("hook", "pause", "b"));
  const lead = { email: "ann@example.com", text: "y".repeat(100_000) };
  const waiting = await hook(engine, "long", lead);
  const before = await keysOf(house.real);
  const { executionId } = await hook(engine, "go", lead);
  await house.until(() => isOver(engine, executionId));
  const stored = [...await keysOf(house.real)].filter((key) => !before.has(key));
  for (const kind of ["execution", "event", "body", "message", "message_text", "ledger"]) {
    assert.ok(stored.some((key) => key.startsWith(`["${kind}"`)), kind);
  }
  clock.advance(26 * DAY);
  await house.settle();
  assert.equal(
    (await engine.executions.get(executionId)).status,
    "completed",
    "kept 30 days, 10 % less at the least",
  );
  await house.until(async () => await house.store.get(["execution", executionId]) === null, 8 * DAY);
  await house.settle();
  const left = [...await keysOf(house.real)].filter((key) => !before.has(key));
  assert.deepEqual(left.filter((key) => !key.startsWith('["ledger"')), [], "the ledger outlives it");
  for (const key of before) assert.ok((await keysOf(house.real)).has(key), `${key} went along`);
  await assert.rejects(engine.executions.get(executionId), { status: 404 });
  await house.until(() => isOver(engine, waiting.executionId), 400 * DAY);
  assert.equal((await engine.executions.get(waiting.executionId)).status, "completed");
});

Deno.test("a retry takes a failed execution out of what is to be forgotten", async () => {
  await using house = await openEngine();
  const { engine, probe, clock } = house;
  let broken = true;
  probe.answer = () =>
    broken ? { kind: "fail", failure: { code: "http_401", message: "Unauthorized", status: 401 } } : {
      kind: "wait",
      for: { kind: "person", title: "Call", outcomes: ["out"] },
      reason: { code: "task", text: "Waiting" },
    };
  await publish(engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const { executionId } = await hook(engine, "go");
  await house.until(() => isOver(engine, executionId));
  clock.advance(20 * DAY);
  await house.settle();
  broken = false;
  await engine.executions.retry(executionId, {}, ANN);
  await house.until(async () => await engine.inbox.count() === 1);
  clock.advance(60 * DAY);
  await house.settle();
  assert.equal((await engine.executions.get(executionId)).status, "waiting");
  await oracle(house.store);
});

Deno.test("a death in the middle of forgetting leaves a rest that the next look deletes", async () => {
  const house = await openEngine();
  const { real, clock, probe, engine } = house;
  probe.answer = () => ({ kind: "done", output: { text: "x".repeat(100_000) } });
  await publish(engine, [hookNode("go"), node("a", "probe"), node("b", "probe")], chain("hook", "a", "b"));
  const before = await keysOf(real);
  const { executionId } = await hook(engine, "go");
  await house.until(() => isOver(engine, executionId));
  house.faults.arm({ name: "forget", nth: 2, fault: "crash before" });
  clock.advance(34 * DAY);
  await Promise.race([house.faults.crashed, house.until(() => false, 60_000).catch(() => {})]);
  assert.ok(house.faults.fired && house.faults.dead);
  house.die();
  await using next = await openEngine({ real, manual: clock, probe });
  await next.until(async () => (await next.store.keys({ selector: { prefix: ["execution"] } })).length === 0);
  await next.settle();
  assert.deepEqual([...await keysOf(real)].filter((key) => !before.has(key)), []);
});
