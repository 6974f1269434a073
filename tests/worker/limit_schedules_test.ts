/**
 * Random schedules over a workflow with a limit: starts, cancels, retries and other limits, with processes that die or
 * are cut off at a chosen commit. In the end no slot is lost and none is one too many. `LEADFLOW_TEST_SCHEDULES` sets how
 * many are played, `LEADFLOW_TEST_SEED` plays one alone; a failure prints its seed.
 */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { Engine } from "../../engine/mod.ts";
import type { ExecutionState } from "../../engine/core/state.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { loadExecutions } from "../../engine/store/executions.ts";
import { Store } from "../../engine/store/store.ts";
import { ManualClock } from "../helpers/clock.ts";
import {
  ANN,
  chain,
  createProbe,
  emptyDatabase,
  hook,
  hookNode,
  node,
  openEngine,
} from "../helpers/engine.ts";
import { publish, turn } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import type { Fault, FaultyKv } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";
import { placeProblems } from "../helpers/places_oracle.ts";

const SCHEDULES = Number(Deno.env.get("LEADFLOW_TEST_SCHEDULES") ?? 60);
const SEED = Deno.env.get("LEADFLOW_TEST_SEED");
/** Commits that take, free or queue, and those around them. */
const AIMED: readonly CommitName[] = [
  "accept",
  "enter",
  "limit",
  "settle",
  "wait",
  "wake",
  "cancel",
  "reopen",
];

type Random = () => number;

function randomOf(seed: number): Random {
  let state = seed * 2_654_435_761 >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}

/** One database, one or two processes, and what is known of the outside. */
class World {
  readonly clock = new ManualClock();
  readonly probe = createProbe();
  readonly store: Store;
  readonly under = new Map<string, number>();
  readonly ids: string[] = [];
  hit = 0;
  workflowId = "";
  most = 0;
  /** The highest limit that was ever live: who entered under it may still be at work. */
  ever = 0;
  tooMany = 0;
  houses: Opened[] = [];
  #mending: Promise<void> = Promise.resolve();

  constructor(readonly real: Deno.Kv, readonly random: Random) {
    this.store = new Store(real);
    const time = this.clock.process();
    this.probe.answer = ({ executionId, signal }) => {
      this.under.set(executionId, (this.under.get(executionId) ?? 0) + 1);
      if (this.under.size > this.ever) this.tooMany = Math.max(this.tooMany, this.under.size);
      return new Promise((resolve) => {
        const end = (): void => {
          const left = (this.under.get(executionId) ?? 1) - 1;
          if (left > 0) this.under.set(executionId, left);
          else this.under.delete(executionId);
          const fails = this.random() < 0.25;
          const failure = { code: "http_401", message: "No", retryable: false };
          resolve(fails ? { kind: "fail", failure } : { kind: "done" });
        };
        signal.addEventListener("abort", end, { once: true });
        time.after(50 + this.random() * 900, end);
      });
    };
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  async open(): Promise<Opened> {
    const { real, clock, probe, random } = this;
    const house = await openEngine({ real, manual: clock, probe, random, concurrency: 8 });
    this.houses.push(house);
    return house;
  }

  /** A fault that never came proves nothing. */
  count(faults: FaultyKv): void {
    if (faults.fired) this.hit++;
    faults.fired = false;
  }

  /** Those that died are replaced; what they had under way is no longer. One mends at a time. */
  mend(): Promise<void> {
    return this.#mending = this.#mending.then(async () => {
      for (const dead of this.houses.filter(({ faults }) => faults.dead)) {
        this.count(dead.faults);
        dead.die();
        this.under.clear();
        await this.open();
        this.houses.splice(this.houses.indexOf(dead), 1);
      }
    });
  }

  /** Asks some process; one that dies over it is replaced and asked again. Refusals are part of life. */
  async ask<T>(question: (engine: Engine) => Promise<T>): Promise<T | undefined> {
    for (;;) {
      await this.mend();
      const { engine, faults } = this.pick(this.houses);
      const asked = question(engine).then((value) => ({ value }), (error) => {
        if (!(error instanceof Error && "status" in error)) throw error;
        return { value: undefined };
      });
      const answer = await Promise.race([asked, faults.crashed]);
      if (answer !== "crashed") return answer.value;
    }
  }

  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.mend();
      quiet = this.houses.every(({ faults }) => faults.pending === 0) ? quiet + 1 : 0;
    }
  }

  async pass(ms: number): Promise<void> {
    const end = this.clock.now + ms;
    while (this.clock.now < end) {
      this.clock.advanceTo(Math.min(end, this.clock.next() ?? end));
      await this.settle();
    }
  }

  async states(): Promise<Map<string, ExecutionState>> {
    const ids = (await this.store.keys({ selector: { prefix: ["execution"] } })).map((key) => String(key[1]));
    const loaded = await loadExecutions(this.store, ids);
    return new Map(loaded.flatMap((each) => each ? [[each.state.id, each.state] as const] : []));
  }
}

function arm(world: World): void {
  const fault: Fault = world.pick(FAULTS);
  const name = world.pick(AIMED);
  const { faults } = world.pick(world.houses);
  world.count(faults);
  faults.arm({ name, nth: 1 + Math.floor(world.random() * 2), fault });
}

async function change(world: World): Promise<void> {
  const most = 1 + Math.floor(world.random() * 3);
  const countWaiting = world.random() < 0.5;
  world.ever = Math.max(world.ever, most);
  await world.ask(async (engine) => {
    const { revision } = await engine.workflows.get(world.workflowId);
    const settings = { limits: { maxConcurrent: most, countWaiting } };
    await engine.workflows.save(world.workflowId, revision, { settings }, ANN);
    await engine.workflows.publish(world.workflowId, {}, ANN);
  });
}

async function act(world: World, step: number): Promise<void> {
  const dice = world.random();
  if (dice < 0.55) {
    // At the same moment, in whichever process.
    const burst = Array.from(
      { length: 1 + Math.floor(world.random() * 5) },
      (_, i) => world.ask((engine) => hook(engine, "go", { step, i }, { key: `k${step}.${i}` })),
    );
    for (const accepted of await Promise.all(burst)) if (accepted) world.ids.push(accepted.executionId);
  } else if (dice < 0.7 && world.ids.length > 0) {
    const id = world.pick(world.ids);
    await world.ask((engine) => engine.executions.cancel(id, {}, ANN));
  } else if (dice < 0.85 && world.ids.length > 0) {
    const id = world.pick(world.ids);
    await world.ask((engine) => engine.executions.retry(id, {}, ANN));
  } else if (dice < 0.92) await change(world);
  else await world.pass(world.random() * 3_000);
}

async function prepare(world: World): Promise<void> {
  const house = await world.open();
  const pause = node("pause", "wait", { kind: "for", duration: { value: 2, unit: "seconds" } });
  world.ever = 1 + Math.floor(world.random() * 3);
  world.workflowId = await publish(
    house.engine,
    [hookNode("go"), node("a", "probe"), pause, node("b", "probe")],
    chain("hook", "a", "pause", "b"),
    { limits: { maxConcurrent: world.ever, countWaiting: world.random() < 0.5 } },
  );
  if (world.random() < 0.6) await world.open();
}

/** Plays one; how many faults came. */
async function play(seed: number): Promise<number> {
  const random = randomOf(seed);
  const world = new World(await emptyDatabase(), random);
  try {
    await prepare(world);
    const steps = 4 + Math.floor(random() * 6);
    for (let step = 0; step < steps; step++) {
      if (random() < 0.6) arm(world);
      // Not each is waited for: the next comes in the middle of it.
      const acted = act(world, step);
      if (random() < 0.6) await acted;
      else await Promise.race([acted, turn()]);
      await acted;
      if (random() < 0.5) await world.settle();
      assert.deepEqual(await placeProblems(world.store, await world.states()).then(stories), []);
    }
    for (const { faults } of world.houses) {
      world.count(faults);
      faults.arm(null);
    }
    await finish(world);
    return world.hit;
  } finally {
    for (const house of world.houses) house.die();
    await turn();
    world.real.close();
  }
}

/** While processes are at work, a queue and a head may be read at two moments; slots never tell of two at once. */
function stories(problems: string[]): string[] {
  return problems.filter((problem) => problem.includes("settled in its place"));
}

async function finish(world: World): Promise<void> {
  for (let i = 0; i < 200; i++) {
    await world.pass(1_000);
    const open = [...(await world.states()).values()].filter(({ endedAt }) => endedAt === null);
    if (open.length === 0) break;
  }
  await world.pass(2_000);
  assert.equal(world.tooMany, 0, `${world.tooMany} at once, at most ${world.ever}`);
  const states = await world.states();
  assert.ok([...states.values()].every(({ endedAt }) => endedAt !== null), "everything settles");
  assert.equal(states.size, new Set(world.ids).size, "each delivery once");
  for (const prefix of ["slot", "queue"]) {
    assert.deepEqual(await world.store.keys({ selector: { prefix: [prefix] } }), [], prefix);
  }
  const due = await world.store.keys({ selector: { prefix: ["due"] } });
  assert.deepEqual(due.filter((key) => key[4] === "limit"), []);
  await oracle(world.store);
}

Deno.test({
  name: `${
    SEED ? `schedule ${SEED}` : `${SCHEDULES} random schedules`
  } of a limit: no slot lost, none too many`,
  // What died mid-way leaves its timers behind, as a killed process does.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(): Promise<void> {
    let faults = 0;
    for (let seed = SEED ? Number(SEED) : 1; seed <= (SEED ? Number(SEED) : SCHEDULES); seed++) {
      try {
        faults += await play(seed);
      } catch (error) {
        throw new Error(`LEADFLOW_TEST_SEED=${seed}`, { cause: error });
      }
    }
    if (!SEED) assert.ok(faults > SCHEDULES / 3, `only ${faults} faults came`);
  },
});
