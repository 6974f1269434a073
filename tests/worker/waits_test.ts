import assert from "node:assert/strict";
import type { EventRecord } from "../../engine/store/records.ts";
import { chain, createProbe, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const DAY = 86_400_000;

Deno.test("1,600 waits of 1 s to 2 years fire each once, never early, over restarts", async () => {
  const probe = createProbe();
  let house = await openEngine({ probe, retentionDays: 10_000 });
  const { real, clock } = house;
  await publish(house.engine, [
    hookNode("go"),
    node("pause", "wait", { kind: "until", at: "{{ trigger.body.at }}" }),
    node("after", "probe"),
  ], chain("hook", "pause", "after"));
  const began = clock.now;
  const due = new Map<string, number>();
  const fired = new Map<string, number>();
  probe.answer = ({ executionId }) => {
    assert.ok(!fired.has(executionId), "fired twice");
    fired.set(executionId, clock.now);
    return { kind: "done" };
  };
  // The 2^31 ms of a timer lie at 24.9 days; waits lie densely around them, and as far as two years.
  const spans = Array.from({ length: 1_600 }, (_, n) => {
    const i = Math.floor(n / 4);
    if (i < 130) return 1_000 + i * 700;
    return i < 260 ? 24 * DAY + i * 900_000 : Math.floor(((i - 259) / 141) * 729 * DAY);
  });
  for (let i = 0; i < spans.length; i += 100) {
    await Promise.all(
      spans.slice(i, i + 100).map(async (span) => {
        const at = began + span;
        const { executionId } = await hook(house.engine, "go", { at: new Date(at).toISOString() });
        due.set(executionId, at);
      }),
    );
  }
  for (let restarts = 0; fired.size < due.size; restarts++) {
    const before = fired.size;
    await house.until(() => fired.size >= Math.min(due.size, before + 300), 800 * DAY);
    house.die();
    house = await openEngine({ probe, real, manual: clock, retentionDays: 10_000 });
  }
  for (const [id, at] of due) {
    assert.ok(fired.get(id)! >= at, `${at - fired.get(id)!} ms early`);
    assert.ok(fired.get(id)! - at < 1_100, `${fired.get(id)! - at} ms late`);
  }
  await house.until(async () => (await house.store.keys({ selector: { prefix: ["live"] } })).length === 0);
  await oracle(house.store);
  await house.engine.stop();
  house.die();
  real.close();
});

Deno.test("a wait that falls due while its execution is being moved is not left for the next look", async () => {
  await using house = await openEngine();
  const { engine, clock, probe } = house;
  const gate = Promise.withResolvers<void>();
  probe.answer = async () => {
    await gate.promise;
    return { kind: "done" };
  };
  await publish(engine, [
    hookNode("go"),
    node("slow", "probe"),
    node("pause", "wait", { kind: "for", duration: { value: 3, unit: "seconds" } }),
  ], [...chain("hook", "slow"), ...chain("hook", "pause")]);
  const { executionId } = await hook(engine, "go");
  await house.settle();
  const due = clock.now + 3_000;
  await house.until(() => clock.now >= due - 1);
  // The step ends in the very moment in which the wait does.
  gate.resolve();
  clock.advanceTo(due);
  await house.until(() => isOver(engine, executionId));
  for await (
    const { value } of house.store.list<EventRecord>({ selector: { prefix: ["event", executionId] } })
  ) {
    for (const event of value.e) {
      if (event.node !== "pause" || event.type !== "completed") continue;
      assert.ok(value.at >= due && value.at - due <= 50, `${value.at - due} ms late`);
    }
  }
});

Deno.test("a bell makes the loop look, and one that rings too early rings again", async () => {
  await using house = await openEngine({ queue: true });
  const { engine, clock, real, store } = house;
  await publish(engine, [hookNode("go"), node("ask", "task", { title: "Call", outcomes: ["Yes"] })], [
    ...chain("hook", "ask"),
  ]);
  const { executionId } = await hook(engine, "go");
  await house.settle();
  clock.advance(10);
  await house.settle();
  const [key] = await store.keys({ selector: { prefix: ["attention"] } });
  // What another process would leave here: an answer, and nobody in this process who knows of it.
  const { encode } = await import("../../engine/store/store.ts");
  const { keys, shardOf } = await import("../../engine/store/keys.ts");
  const mail = { kind: "complete", nodeId: "ask", visit: 1, outcome: "Yes", by: "Ann", at: clock.now };
  await real.atomic().delete(key!).delete(keys.todo("task", String(key![1])))
    .set(keys.mail(executionId, "01MAIL"), encode(mail))
    .set(keys.due(shardOf(executionId), 0, clock.now, "mail", executionId), encode({}))
    .commit();
  clock.advance(10);
  await house.settle();
  assert.equal(await isOver(engine, executionId), false, "the next look of its own is a second away");
  await real.enqueue({ bell: clock.now });
  for (let i = 0; i < 200 && !await isOver(engine, executionId); i++) {
    await house.settle();
    clock.advance(1);
  }
  assert.ok(await isOver(engine, executionId));
  await oracle(store);
});
