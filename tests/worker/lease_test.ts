import assert from "node:assert/strict";
import { ManualClock } from "../helpers/clock.ts";
import {
  ANN,
  chain,
  createProbe,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { eventually } from "../helpers/eventually.ts";
import { oracle } from "../helpers/oracle.ts";

const SECOND = 1_000;

/** Time passes in small steps, as it does, with every engine looking. */
async function pass(house: Opened, ms: number, others: readonly Opened[] = []): Promise<void> {
  for (let gone = 0; gone < ms; gone += 1_000) {
    house.clock.advance(1_000);
    for (const each of [house, ...others]) if (!each.faults.dead) await each.settle();
  }
}

Deno.test("a lease is renewed while its step runs, and no other process takes it", async () => {
  const probe = createProbe();
  const gate = Promise.withResolvers<void>();
  probe.answer = async () => {
    await gate.promise;
    return { kind: "done" };
  };
  await using one = await openEngine({ probe });
  await using two = await openEngine({ probe, real: one.real, manual: one.clock });
  await publish(one.engine, [hookNode("go"), node("slow", "probe")], chain("hook", "slow"));
  const { executionId } = await hook(one.engine, "go");
  await pass(one, 60 * SECOND, [two]);
  assert.equal(probe.calls.length, 1);
  assert.deepEqual(await statuses(two.engine, executionId), { hook: "completed", slow: "running" });
  gate.resolve();
  await one.until(() => isOver(one.engine, executionId));
  assert.equal(probe.calls.length, 1);
  await oracle(one.store);
});

Deno.test("a dead process's step is taken over after a whole unchanged lease, once, under the same key", async () => {
  const probe = createProbe();
  probe.answer = ({ attempt }) => attempt === 1 ? new Promise(() => {}) : { kind: "done" };
  const real = await emptyDatabase();
  const clock = new ManualClock();
  const dying = await openEngine({ probe, real, manual: clock });
  await using two = await openEngine({ probe, real, manual: clock });
  await using three = await openEngine({ probe, real, manual: clock });
  await publish(two.engine, [hookNode("go"), node("slow", "probe")], chain("hook", "slow"));
  const { executionId } = await hook(dying.engine, "go");
  await dying.settle();
  assert.equal(probe.calls.length, 1);
  dying.die();
  await pass(two, 14 * SECOND, [three]);
  assert.equal(probe.calls.length, 1, "not before the lease has ended");
  await pass(two, 30 * SECOND, [three]);
  assert.ok(await isOver(two.engine, executionId));
  assert.deepEqual(probe.calls.map(({ attempt, key }) => [attempt, key]), [
    [1, `${executionId}.slow.1`],
    [2, `${executionId}.slow.1`],
  ]);
  await oracle(two.store);
  real.close();
});

Deno.test("a process that slept through its lease drops what it did meanwhile", async () => {
  const probe = createProbe();
  const gate = Promise.withResolvers<void>();
  probe.answer = async ({ attempt }) => {
    if (attempt === 1) await gate.promise;
    return { kind: "done", output: { by: attempt } };
  };
  const real = await emptyDatabase();
  const clock = new ManualClock();
  // The sleeper's clock is its own: its timers stand still while it sleeps.
  const sleeping = new ManualClock();
  const sleeper = await openEngine({ probe, real, manual: sleeping });
  await using awake = await openEngine({ probe, real, manual: clock });
  await publish(awake.engine, [hookNode("go"), node("slow", "probe")], chain("hook", "slow"));
  const { executionId } = await hook(sleeper.engine, "go");
  await sleeper.settle();
  await pass(awake, 40 * SECOND);
  assert.ok(await isOver(awake.engine, executionId));
  gate.resolve();
  sleeping.advance(40 * SECOND);
  await sleeper.settle();
  const execution = await awake.engine.executions.get(executionId);
  assert.deepEqual(execution.steps.find(({ nodeId }) => nodeId === "slow")?.output, { by: 2 });
  await oracle(awake.store);
  await sleeper.engine.stop();
  sleeper.die();
  await awake.engine.stop();
  awake.die();
  real.close();
});

Deno.test("a wrong wall clock of five minutes steals no lease", async () => {
  for (const offset of [-300, 300, 3_600]) {
    const probe = createProbe();
    const gate = Promise.withResolvers<void>();
    probe.answer = async () => {
      await gate.promise;
      return { kind: "done" };
    };
    await using one = await openEngine({ probe });
    await using other = await openEngine({
      probe,
      real: one.real,
      manual: one.clock,
      offset: offset * SECOND,
    });
    await publish(one.engine, [hookNode("go"), node("slow", "probe")], chain("hook", "slow"));
    const { executionId } = await hook(one.engine, "go");
    await pass(one, 40 * SECOND, [other]);
    assert.equal(probe.calls.length, 1, `${offset} s`);
    gate.resolve();
    await one.until(() => isOver(one.engine, executionId));
    await oracle(one.store);
  }
});

Deno.test("a wall clock that goes back by an hour keeps its leases", async () => {
  const probe = createProbe();
  const gate = Promise.withResolvers<void>();
  probe.answer = async () => {
    await gate.promise;
    return { kind: "done" };
  };
  const clock = new ManualClock();
  const own = clock.process();
  let wrong = 0;
  await using one = await openEngine({
    probe,
    manual: clock,
    clock: { ...own, now: () => own.now() + wrong },
  });
  await using other = await openEngine({ probe, real: one.real, manual: clock });
  await publish(one.engine, [hookNode("go"), node("slow", "probe")], chain("hook", "slow"));
  const { executionId } = await hook(one.engine, "go");
  await pass(one, 2 * SECOND, [other]);
  wrong = -3_600 * SECOND;
  await pass(one, 60 * SECOND, [other]);
  assert.equal(probe.calls.length, 1);
  gate.resolve();
  await one.until(() => isOver(one.engine, executionId), 2 * 3_600 * SECOND);
  await oracle(one.store);
});

Deno.test("three engines on one database run no step twice", async () => {
  const probe = createProbe();
  const real = await emptyDatabase();
  const clock = new ManualClock();
  const engines = await Promise.all(
    Array.from({ length: 3 }, () => openEngine({ probe, real, manual: clock, concurrency: 4 })),
  );
  const [one] = engines;
  probe.answer = ({ attempt }) =>
    attempt === 1 && probe.calls.length % 5 === 0
      ? { kind: "fail", failure: { code: "http_503", message: "Service Unavailable", status: 503 } }
      : { kind: "done" };
  await publish(one!.engine, [
    hookNode("go"),
    node("a", "probe"),
    node("pause", "wait", { kind: "for", duration: { value: 2, unit: "seconds" } }),
    node("b", "probe"),
  ], chain("hook", "a", "pause", "b"));
  const accepted = await Promise.all(
    Array.from({ length: 60 }, (_, i) => hook(engines[i % 3]!.engine, "go")),
  );
  const ids = accepted.map(({ executionId }) => executionId);
  await pass(one!, 30 * SECOND, engines.slice(1));
  for (const id of ids) assert.ok(await isOver(one!.engine, id));
  const tries = probe.calls.map(({ key, attempt }) => `${key} ${attempt}`);
  assert.equal(new Set(tries).size, tries.length, "an attempt ran twice");
  await oracle(one!.store);
  for (const each of engines) {
    await each.engine.stop();
    each.die();
  }
  real.close();
});

Deno.test("cancel() reaches a step that another process runs, and a wait beside it", async () => {
  const probe = createProbe();
  let aborted = false;
  probe.answer = (context) =>
    new Promise((resolve) => {
      context.signal.addEventListener("abort", () => {
        aborted = true;
        resolve({ kind: "fail", failure: { code: "aborted", message: "stopped" } });
      });
    });
  await using one = await openEngine({ probe });
  await using two = await openEngine({ probe, real: one.real, manual: one.clock });
  await publish(one.engine, [
    hookNode("go"),
    node("slow", "probe"),
    node("ask", "task", { title: "Call", outcomes: ["Yes"] }),
  ], [...chain("hook", "slow"), ...chain("hook", "ask")]);
  const { executionId } = await hook(one.engine, "go");
  await one.settle();
  assert.deepEqual(await two.engine.executions.cancel(executionId, {}, ANN), { status: "cancelling" });
  await pass(one, 15 * SECOND, [two]);
  assert.ok(aborted);
  assert.equal((await two.engine.executions.get(executionId)).status, "cancelled");
  assert.equal(await two.engine.inbox.count(), 0);
  await oracle(one.store);
});

Deno.test("a death that is found is made good at once, also where a look was just made in vain", async () => {
  const folder = await Deno.makeTempDir();
  const probe = createProbe();
  probe.answer = () => new Promise(() => {});
  const real = await emptyDatabase();
  const clock = new ManualClock();
  const dying = await openEngine({ probe, real, manual: clock, lockFolder: folder });
  const [lock] = [...Deno.readDirSync(folder)].map(({ name }) => name);
  await using two = await openEngine({ probe, real, manual: clock, lockFolder: folder });
  await publish(two.engine, [hookNode("go"), node("slow", "probe")], chain("hook", "slow"));
  const { executionId } = await hook(dying.engine, "go");
  await dying.settle();
  assert.equal(probe.calls.length, 1);
  // The other looks, finds it in living hands, and lets it rest for a second.
  await two.engine.executions.cancel(executionId, {}, ANN);
  const began = clock.now;
  dying.die();
  // Files are looked at in real time.
  const pass = async (): Promise<void> => {
    clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await two.settle();
  };
  for (let look = 0; look < 3; look++) await pass();
  // As the system leaves it behind: a file that nobody holds.
  await Deno.writeTextFile(`${folder}/left.new`, "");
  await Deno.rename(`${folder}/left.new`, `${folder}/${lock}`);
  while (clock.now - began < 700 && !await isOver(two.engine, executionId)) await pass();
  await eventually(
    `not over ${clock.now - began} ms after the cancel`,
    () => isOver(two.engine, executionId),
  );
  assert.equal(probe.calls.length, 1);
  await Deno.remove(folder, { recursive: true });
});
