/** Suspects in a whole engine on virtual time: who runs beside whom after a death. */
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
import type { Opened, Probe } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const COUNT = 12;

interface World {
  real: Deno.Kv;
  clock: ManualClock;
  probe: Probe;
  ids: string[];
}

/** A process has died while it ran one step of each execution. */
async function afterDeath(count: number): Promise<World> {
  const [real, clock, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
  probe.answer = () => new Promise(() => {});
  const dying = await openEngine({ real, manual: clock, probe });
  await publish(
    dying.engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe")],
    chain("hook", "a", "b"),
  );
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await hook(dying.engine, "go", { n: i })).executionId);
  await dying.settle();
  assert.equal(probe.calls.length, count);
  dying.die();
  return { real, clock, probe, ids };
}

/** Each call takes a moment; who of them is no suspect and ran beside one, and how many ran at once. */
function observe(probe: Probe): { beside: string[]; most: number; suspects: number } {
  const under = new Map<string, number>();
  const seen = { beside: [] as string[], most: 0, suspects: 0 };
  probe.answer = async ({ executionId, nodeId, attempt }) => {
    const key = `${executionId}.${nodeId}`;
    for (const [other, which] of under) {
      if ((attempt > 1) !== (which > 1)) seen.beside.push(`${key} beside ${other}`);
    }
    under.set(key, attempt);
    seen.most = Math.max(seen.most, under.size);
    const suspects = [...under.values()].filter((which) => which > 1).length;
    seen.suspects = Math.max(seen.suspects, suspects);
    await new Promise((resolve) => setTimeout(resolve, 2));
    under.delete(key);
    return { kind: "done" };
  };
  return seen;
}

async function allCompleted(house: Opened, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await house.until(() => isOver(house.engine, id), 10 * 60_000);
    assert.equal((await house.engine.executions.get(id)).status, "completed");
  }
}

for (const [slots, few] of [[1, 1], [3, 2], [64, 8]] as const) {
  Deno.test(`after a death its suspects run in groups of ${few}, and others beside others, with ${slots} slots`, async () => {
    const { real, clock, probe, ids } = await afterDeath(COUNT);
    const seen = observe(probe);
    await using house = await openEngine({ real, manual: clock, probe, concurrency: slots });
    // Innocents keep coming.
    const more = [...ids];
    for (let i = 0; i < 3 * COUNT; i++) more.push((await hook(house.engine, "go", { late: i })).executionId);
    await allCompleted(house, more);
    assert.deepEqual(seen.beside, []);
    assert.equal(seen.suspects, few);
    if (slots > 1) assert.ok(seen.most > 1, "those who are no suspects run beside one another");
    const firsts = probe.calls.filter(({ nodeId, attempt }) => nodeId === "a" && attempt === 2);
    assert.deepEqual(firsts.map(({ executionId }) => executionId).sort(), [...ids].sort());
    await oracle(house.store);
    real.close();
  });
}

Deno.test("a suspect's step says why it waits and beside whom it runs, and a cancelled one lets the next begin", async () => {
  const { real, clock, probe, ids } = await afterDeath(3);
  const gates = new Map<string, () => void>();
  probe.answer = async ({ executionId, nodeId }) => {
    if (nodeId === "a") await new Promise<void>((resolve) => gates.set(executionId, resolve));
    return { kind: "done" };
  };
  await using house = await openEngine({ real, manual: clock, probe, concurrency: 1 });
  const { engine } = house;
  await house.until(() => gates.size === 1, 60_000);
  const [running] = gates.keys();
  const [next, last] = ids.filter((id) => id !== running);
  for (const [id, status] of [[running!, "running"], [next!, "queued"]] as const) {
    await house.until(async () => (await engine.executions.get(id)).steps[1]?.status === status, 60_000);
    const step = (await engine.executions.get(id)).steps.find(({ nodeId }) => nodeId === "a")!;
    assert.equal(step.reason?.text, "Runs beside a few others — the process ended while it ran, once before");
    assert.deepEqual(step.reason?.data, { deaths: 1, deathsAlone: 0 });
  }
  await engine.executions.cancel(next!, {}, ANN);
  gates.get(running!)!();
  await house.until(() => gates.has(last!), 60_000);
  assert.ok(!gates.has(next!));
  for (const resolve of gates.values()) resolve();
  await allCompleted(house, [running!, last!]);
  real.close();
});

Deno.test("a suspect begins only once of every other step it is written that it ended", async () => {
  const { real, clock, probe, ids } = await afterDeath(1);
  const release = Promise.withResolvers<void>();
  let stored: string[] = [];
  probe.answer = async ({ executionId, attempt }) => {
    if (attempt === 2) {
      // As a process that takes over would find them.
      const heads = await Array.fromAsync(real.list<Uint8Array>({ prefix: ["execution"] }));
      stored = heads.map(({ value }) =>
        JSON.parse(new TextDecoder().decode(value)) as { id: string; nodes: string }
      )
        .filter(({ id, nodes }) => id !== executionId && nodes.includes("r")).map(({ id }) => id);
    } else if (attempt === 1 && !ids.includes(executionId)) {
      await release.promise;
      // So large that it takes several commits to write that it ended.
      return { kind: "done", output: { text: "x".repeat(1_000_000) } };
    }
    return { kind: "done" };
  };
  await using house = await openEngine({ real, manual: clock, probe, concurrency: 4 });
  const others: string[] = [];
  for (let i = 0; i < 4; i++) others.push((await hook(house.engine, "go", { other: i })).executionId);
  await house.until(async () => (await statuses(house.engine, ids[0]!)).a === "queued", 60_000);
  release.resolve();
  await allCompleted(house, [...ids, ...others]);
  assert.deepEqual(stored, []);
  assert.ok(probe.calls.some(({ attempt }) => attempt === 2));
  real.close();
});
