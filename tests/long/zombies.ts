/** Processes that sleep through their leases and wake in the middle, and clocks that are wrong, by the thousand. */
import assert from "node:assert/strict";
import { LEASE_MS } from "../../engine/core/state.ts";
import { loadExecutions } from "../../engine/store/executions.ts";
import type { Loaded } from "../../engine/store/executions.ts";
import { ManualClock } from "../helpers/clock.ts";
import { chain, createProbe, emptyDatabase, hook, hookNode, node, openEngine } from "../helpers/engine.ts";
import { publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { chance } from "../processes/chance.ts";

/** So many executions a world: each is a schedule of its own, with its own lengths of steps. */
const PER_WORLD = 100;
const SECOND = 1_000;
const MINUTE = 60_000;

export interface Played {
  schedules: number;
  /** Outcomes of sleepers that came too late; jumps of clocks. A fault that never came proves nothing. */
  faults: number;
}

type Random = () => number;

class World implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly probe = createProbe();
  readonly houses: Opened[] = [];
  constructor(readonly real: Deno.Kv, readonly random: Random) {}

  between(from: number, to: number): number {
    return Math.floor(from + this.random() * (to - from));
  }

  async open(more: Parameters<typeof openEngine>[0] = {}): Promise<Opened> {
    const { real, clock, probe, random } = this;
    const house = await openEngine({ real, manual: clock, probe, random, concurrency: 256, ...more });
    this.houses.push(house);
    return house;
  }

  async settle(houses: readonly Opened[] = this.houses): Promise<void> {
    await Promise.all(houses.map((house) => house.settle()));
  }

  /** Time goes on for all but those that sleep. */
  async pass(ms: number, houses?: readonly Opened[]): Promise<void> {
    for (let gone = 0; gone < ms; gone += SECOND) {
      this.clock.advance(Math.min(SECOND, ms - gone));
      await this.settle(houses);
    }
  }

  async all(ids: readonly string[]): Promise<Loaded[]> {
    const { store } = this.houses[0]!;
    return (await loadExecutions(store, ids)).map((loaded) => loaded!);
  }

  /** Everything settles, the database is sound, and each attempt was made once. */
  async finish(ids: readonly string[], limitMs: number): Promise<Loaded[]> {
    const end = this.clock.now + limitMs;
    while ((await this.all(ids)).some(({ state }) => state.endedAt === null)) {
      assert.ok(this.clock.now < end, "not everything settles");
      await this.pass(10 * SECOND);
    }
    const attempts = this.probe.calls.map(({ key, attempt }) => `${key} ${attempt}`);
    assert.equal(new Set(attempts).size, attempts.length, "an attempt was made twice");
    await oracle(this.houses[0]!.store);
    return await this.all(ids);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const house of this.houses) house.die();
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.real.close();
  }
}

const FLOW = [hookNode("go"), node("slow", "probe"), node("after", "probe")];

/**
 * One process takes executions and sleeps for up to five leases, its timers with it; steps of it end while it sleeps, and
 * their outcomes are committed late, while others steal. What stands in the end is what its rightful holder did.
 */
export async function zombies(seed: number): Promise<Played> {
  const random = chance(seed);
  await using world = new World(await emptyDatabase(), random);
  const asleep = new ManualClock();
  const sleeper = await world.open({ manual: asleep });
  const awake = [await world.open(), await world.open({ offset: world.between(-5 * MINUTE, 5 * MINUTE) })];
  const started = world.clock.now;
  const gates = new Map<string, () => void>();
  let late = 0;
  let stolenAfter = Infinity;
  world.probe.answer = async ({ executionId, nodeId, attempt }) => {
    if (nodeId === "slow" && attempt === 1) {
      await new Promise<void>((open) => gates.set(executionId, open));
      if (world.clock.now - started >= LEASE_MS) late++;
    } else if (nodeId === "slow") stolenAfter = Math.min(stolenAfter, world.clock.now - started);
    return { kind: "done", output: { attempt } };
  };
  await publish(awake[0]!.engine, FLOW, chain("hook", "slow", "after"));
  const accepted = await Promise.all(
    Array.from({ length: PER_WORLD }, () => hook(sleeper.engine, "go")),
  );
  const ids = accepted.map(({ executionId }) => executionId);
  await world.settle();
  const sleep = world.between(0, 5 * LEASE_MS);
  const ends = new Map(ids.map((id) => [id, world.between(0, 6 * LEASE_MS)]));
  while (world.clock.now - started < sleep) {
    await world.pass(SECOND, awake);
    const now = ids.filter((id) => ends.get(id)! <= world.clock.now - started);
    for (const id of now) gates.get(id)?.();
    if (now.length > 0) await world.settle();
  }
  // It wakes: its timers fire late, and its clock is right again.
  asleep.skip(world.clock.now - asleep.now);
  for (const id of ids) gates.get(id)?.();
  asleep.advance(0);
  for (let i = 0; i < 20; i++) {
    asleep.advance(SECOND);
    await world.pass(SECOND);
  }
  const settled = await world.finish(ids, 5 * MINUTE);
  assert.ok(stolenAfter >= LEASE_MS, `stolen after ${stolenAfter} ms`);
  for (const { state } of settled) {
    assert.equal(state.status, "completed");
    for (const nodeId of ["slow", "after"]) {
      const step = state.steps.get(nodeId)!;
      assert.deepEqual(step.output, { json: { attempt: step.attempt } }, "written by who held it");
    }
  }
  return { schedules: PER_WORLD, faults: late };
}

/** Three processes whose wall clocks differ by up to five minutes; nobody sleeps or dies. */
export function offsets(seed: number): Promise<Played> {
  return clocks(seed, 0);
}

/** The same, and now and then one of the clocks jumps by up to an hour, either way. */
export function jumps(seed: number): Promise<Played> {
  return clocks(seed, 0.2);
}

async function clocks(seed: number, jumpy: number): Promise<Played> {
  const random = chance(seed);
  await using world = new World(await emptyDatabase(), random);
  const wrong = [0, 0, 0];
  let jumped = 0;
  for (const index of wrong.keys()) {
    const own = world.clock.process({ offset: world.between(-5 * MINUTE, 5 * MINUTE), random });
    await world.open({ clock: { ...own, now: () => own.now() + wrong[index]! } });
  }
  const time = world.clock.process();
  world.probe.answer = async () => {
    await new Promise<void>((end) => time.after(world.between(0, 40 * SECOND), end));
    return { kind: "done" };
  };
  await publish(world.houses[0]!.engine, FLOW, chain("hook", "slow", "after"));
  const accepted = await Promise.all(
    Array.from({ length: PER_WORLD }, (_, i) => hook(world.houses[i % 3]!.engine, "go")),
  );
  const ids = accepted.map(({ executionId }) => executionId);
  for (let i = 0; i < 30; i++) {
    await world.pass(3 * SECOND);
    if (random() < jumpy) {
      wrong[world.between(0, 3)] = world.between(-60, 61) * MINUTE;
      jumped++;
    }
  }
  const settled = await world.finish(ids, 3 * 60 * MINUTE);
  for (const { state } of settled) {
    assert.equal(state.status, "completed");
    for (const nodeId of ["slow", "after"]) {
      assert.equal(state.steps.get(nodeId)?.attempt, 1, "a lease was stolen");
    }
  }
  return { schedules: PER_WORLD, faults: jumped };
}
