import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import type { Limits, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { ANN, chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

/** hook → work (an effect that the test ends) → pause → done. */
async function limited(house: Opened, settings: WorkflowSettings): Promise<string> {
  const pause = node("pause", "wait", { kind: "for", duration: { value: 1, unit: "hours" } });
  return await publish(
    house.engine,
    [hookNode("go"), node("work", "probe"), pause, node("done", "probe")],
    chain("hook", "work", "pause", "done"),
    settings,
  );
}

interface Gate extends Disposable {
  /** Lets so many end; absent: all. */
  open(count?: number): void;
  running(): number;
}

/** Effects that end when the test says so; with it dies the process, which would wait for them. */
function gate(...houses: [Opened, ...Opened[]]): Gate {
  const [house] = houses;
  const ends: (() => void)[] = [];
  house.probe.answer = () => new Promise((resolve) => ends.push(() => resolve({ kind: "done" })));
  return {
    running: () => ends.length,
    open(count = ends.length): void {
      for (const end of ends.splice(0, count)) end();
    },
    [Symbol.dispose](): void {
      for (const each of houses) each.die();
    },
  };
}

async function start(engine: Engine, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await hook(engine, "go", { i })).executionId);
  return ids;
}

async function byStatus(engine: Engine): Promise<{ [status: string]: number }> {
  const counts: { [status: string]: number } = {};
  for (const { status } of (await engine.executions.list({ limit: 200 })).items) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

async function change(engine: Engine, id: string, limits: Limits | undefined): Promise<void> {
  const { revision } = await engine.workflows.get(id);
  await engine.workflows.save(id, revision, { settings: limits ? { limits } : {} }, ANN);
  await engine.workflows.publish(id, {}, ANN);
}

Deno.test("limits: two at once, the others in the queue with their place, in the order in which they came", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await limited(house, { limits: { maxConcurrent: 2, countWaiting: false } });
  using doors = gate(house);
  const ids = await start(engine, 5);
  await house.settle();
  assert.equal(doors.running(), 2);
  const texts = await Promise.all(ids.map(async (id) => (await engine.executions.get(id)).reason?.text));
  assert.deepEqual(texts, [
    undefined,
    undefined,
    "Queued — next in line (limit 2 at once), when it starts is not known yet",
    "Queued — behind 1 other (limit 2 at once), when it starts is not known yet",
    "Queued — behind 2 others (limit 2 at once), when it starts is not known yet",
  ]);
  assert.deepEqual(await byStatus(engine), { running: 2, queued: 3 });
  await oracle(house.store);
  doors.open();
  await house.until(() => doors.running() === 2, 5_000);
  assert.deepEqual(await byStatus(engine), { waiting: 2, running: 2, queued: 1 });
  assert.deepEqual(house.probe.calls.map(({ executionId }) => executionId), ids.slice(0, 4));
  await oracle(house.store);
});

Deno.test("limits: one that counts while it waits does not begin its wait before its turn", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const pause = node("pause", "wait", { kind: "for", duration: { value: 1, unit: "hours" } });
  await publish(engine, [hookNode("go"), pause], chain("hook", "pause"), { limits: { maxConcurrent: 1 } });
  const ids = await start(engine, 3);
  const began = house.clock.now;
  const [, second] = ids;
  assert.deepEqual(await byStatus(engine), { waiting: 1, queued: 2 });
  assert.deepEqual((await engine.executions.get(second!)).input, { i: 1 });
  await house.until(() => isOver(engine, second!), 3 * 3_600_000);
  assert.ok(house.clock.now - began >= 2 * 3_600_000, "its own hour came after the first one's");
  await house.until(() => isOver(engine, ids[2]!), 3 * 3_600_000);
  const third = await engine.executions.get(ids[2]!);
  assert.equal(third.status, "completed");
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["slot"] } }), []);
  await oracle(house.store);
});

Deno.test("limits: an execution names when it is expected to start, from how long the last ones took", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await limited(house, { limits: { maxConcurrent: 1, countWaiting: false } });
  using doors = gate(house);
  const ids = await start(engine, 4);
  await house.settle();
  house.clock.advance(60_000);
  doors.open();
  await house.until(() => doors.running() === 1, 5_000);
  // The first waits its hour and ends: it held its slot for two minutes in all.
  house.clock.advance(3_600_000 - 1_000);
  doors.open();
  await house.until(() => doors.running() === 1, 10_000);
  const { reason } = await engine.executions.get(ids[3]!);
  assert.match(reason?.text ?? "", /^Queued — (next in line|behind \d others?) \(limit 1 at once\)/);
  assert.equal(
    (await engine.executions.list({ limit: 10, status: "queued" })).items[0]?.reason?.code,
    "limit",
  );
});

Deno.test("limits: cancelling, failing and retrying free the slot, and take one again or queue", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [hookNode("go"), node("work", "probe")], chain("hook", "work"), {
    limits: { maxConcurrent: 1 },
    retry: { maxRetries: 0 },
  });
  house.probe.answer = () => ({
    kind: "fail",
    failure: { code: "http_401", message: "No", retryable: false },
  });
  const [failed] = await start(engine, 1);
  await house.until(() => isOver(engine, failed!));
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["slot"] } }), []);
  using doors = gate(house);
  const [running, queued] = await start(engine, 2);
  await house.until(() => doors.running() === 1, 5_000);
  await engine.executions.retry(failed!, {}, ANN);
  await house.settle();
  assert.equal((await engine.executions.get(failed!)).status, "queued");
  assert.equal(doors.running(), 1);
  await engine.executions.cancel(queued!, {}, ANN);
  assert.equal((await engine.executions.get(queued!)).status, "cancelled");
  await oracle(house.store);
  await engine.executions.cancel(running!, {}, ANN);
  doors.open();
  await house.until(async () => (await engine.executions.get(failed!)).status === "running", 5_000);
  await house.settle();
  doors.open();
  await house.until(() => isOver(engine, failed!), 5_000);
  assert.equal((await engine.executions.get(failed!)).status, "completed");
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["slot"] } }), []);
  await oracle(house.store);
});

Deno.test("publish() of another limit counts for those who wait: more enter, fewer, or all", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await limited(house, { limits: { maxConcurrent: 2, countWaiting: false } });
  using doors = gate(house);
  await start(engine, 12);
  await house.settle();
  await change(engine, id, { maxConcurrent: 4, countWaiting: false });
  await house.until(() => doors.running() === 4, 5_000);
  await change(engine, id, { maxConcurrent: 1, countWaiting: false });
  await house.settle();
  assert.equal(doors.running(), 4, "who runs, runs on");
  doors.open(2);
  house.clock.advance(100);
  await house.settle();
  assert.equal(doors.running(), 2, "two are more than one already");
  doors.open();
  await house.until(() => doors.running() === 1, 5_000);
  await oracle(house.store);
  await start(engine, 1);
  await house.settle();
  assert.equal(doors.running(), 1);
  await change(engine, id, undefined);
  await house.until(() => doors.running() === 9, 5_000);
  assert.equal((await byStatus(engine)).queued, undefined);
  await oracle(house.store);
});

Deno.test("limits: a time limit begins with its turn, and the queue survives a restart", async () => {
  await using first = await openEngine();
  await publish(first.engine, [hookNode("go"), node("work", "probe")], chain("hook", "work"), {
    limits: { maxConcurrent: 1 },
    timeout: { value: 1, unit: "hours" },
  });
  using doors = gate(first);
  const [running, queued] = await start(first.engine, 2);
  await first.settle();
  first.clock.advance(30 * 60_000);
  await first.settle();
  first.die();
  await using second = await openEngine({ real: first.real, manual: first.clock, probe: first.probe });
  using none = gate(second);
  await second.until(() => isOver(second.engine, running!), 2 * 3_600_000);
  assert.equal((await second.engine.executions.get(running!)).reason?.code, "execution_timeout");
  const ended = second.clock.now;
  await second.until(() => none.running() === 2, 5_000);
  assert.equal(doors.running(), 1);
  await second.until(() => isOver(second.engine, queued!), 2 * 3_600_000);
  assert.ok(second.clock.now - ended >= 3_600_000, "it had an hour of its own");
});

Deno.test("accept() of 50 at once over two processes gives five slots, each once", async () => {
  await using first = await openEngine();
  await using second = await openEngine({ real: first.real, manual: first.clock, probe: first.probe });
  await limited(first, { limits: { maxConcurrent: 5, countWaiting: false } });
  using doors = gate(first, second);
  await Promise.all(Array.from({ length: 50 }, (_, i) => hook((i % 2 ? first : second).engine, "go", { i })));
  await first.settle();
  await second.settle();
  assert.equal(doors.running(), 5);
  assert.deepEqual(await byStatus(first.engine), { running: 5, queued: 45 });
  await oracle(first.store);
});

Deno.test("a deleted workflow's queue ends under its last limit", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await publish(engine, [hookNode("go"), node("work", "probe")], chain("hook", "work"), {
    limits: { maxConcurrent: 1 },
  });
  using doors = gate(house);
  const ids = await start(engine, 3);
  await house.settle();
  await engine.workflows.remove(id, { running: "finish" }, ANN);
  for (const one of ids) {
    await house.until(() => doors.running() === 1, 5_000);
    doors.open();
    await house.until(() => isOver(engine, one), 5_000);
  }
  await oracle(house.store);
});
