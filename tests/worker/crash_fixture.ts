import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import type { WorkflowEdge, WorkflowNode } from "../../engine/schemas/workflow.ts";
import { Store } from "../../engine/store/store.ts";
import { ManualClock } from "../helpers/clock.ts";
import { createProbe, emptyDatabase, openEngine, publish, until } from "../helpers/engine.ts";
import type { Opened, OpenOptions, Probe } from "../helpers/engine.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import type { Aim, Fault } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";

/** Something that happens from its trigger to its end, told so that it can be gone on with after a death at any point. */
export interface Story {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  answer?: Probe["answer"];
  play(world: World): Promise<void>;
  /** What must be true in the end, beside the oracle. */
  after(world: World): Promise<void> | void;
}

/** One database, and the engine that lives on it at the moment. */
export class World {
  readonly clock = new ManualClock();
  readonly probe = createProbe();
  executionId = "";
  deaths = 0;
  #house!: Opened;

  /** `again`: how the engine that takes over dies at its own first commit. */
  constructor(readonly real: Deno.Kv, readonly options: OpenOptions, readonly again: Fault | null) {}

  get house(): Opened {
    return this.#house;
  }

  get engine(): Engine {
    return this.#house.engine;
  }

  async open(): Promise<void> {
    const { real, clock, probe } = this;
    this.#house = await openEngine({ ...this.options, real, manual: clock, probe });
  }

  /** Asks the engine; when it dies meanwhile, another takes its place and is asked again. */
  async ask<T>(question: (engine: Engine) => Promise<T>): Promise<T> {
    for (;;) {
      const { engine, faults } = this.#house;
      const asked = question(engine);
      const answer = await Promise.race([asked.then((value) => ({ value })), faults.crashed]);
      if (answer !== "crashed") return answer.value;
      await this.#replace();
    }
  }

  /** Lets time pass until it holds, over as many deaths as come. */
  async until(holds: (engine: Engine) => Promise<boolean>, limitMs?: number): Promise<void> {
    await until(
      {
        clock: this.clock,
        real: this.real,
        settle: async () => {
          await this.#house.settle();
          if (this.#house.faults.dead) await this.#replace();
        },
      },
      () => this.ask(holds),
      limitMs,
    );
  }

  async #replace(): Promise<void> {
    this.deaths++;
    this.#house.die();
    await this.open();
    if (this.deaths === 1 && this.again) this.#house.faults.arm({ name: null, nth: 1, fault: this.again });
  }

  store(): Store {
    return new Store(this.real);
  }
}

/** Plays a story over a fresh copy of a prepared database, with one fault; returns the names of its batches. */
export async function run(
  story: Story,
  prepared: Prepared,
  options: OpenOptions,
  aim: Aim | null,
  again: Fault | null = null,
): Promise<{ batches: CommitName[][]; fired: boolean }> {
  const real = await prepared.copy();
  const world = new World(real, options, again);
  if (story.answer) world.probe.answer = story.answer;
  await world.open();
  const { faults } = world.house;
  faults.arm(aim);
  try {
    await story.play(world);
    await world.house.settle();
    await oracle(world.store());
    await story.after(world);
    const stuck = world.house.logs.filter(({ level }) => level === "error");
    assert.deepEqual(stuck, []);
    // After the last commit there is nothing left to die at.
    const deaths = aim?.fault.startsWith("crash") ? 1 : 0;
    assert.ok(world.deaths === deaths || again && world.deaths === deaths + 1, `${world.deaths} deaths`);
    return { batches: faults.batches, fired: faults.fired };
  } catch (error) {
    const story = error instanceof Error ? error.stack : String(error);
    const heads = await Array.fromAsync(real.list<Uint8Array>({ prefix: ["execution"] }));
    const stored = heads.map((head) => new TextDecoder().decode(head.value)).join("\n");
    throw new Error(`With ${JSON.stringify(aim)}: ${story}\nStored: ${stored}`);
  } finally {
    if (!world.house.faults.dead) await world.engine.stop();
    world.house.die();
    real.close();
  }
}

/** A database with the story's workflow live, copied for every run. */
export class Prepared {
  private constructor(readonly entries: readonly Deno.KvEntry<unknown>[]) {}

  static async of(story: Story): Promise<Prepared> {
    const kv = await emptyDatabase();
    const house = await openEngine({ real: kv });
    await publish(house.engine, story.nodes, story.edges);
    await house.engine.stop();
    house.die();
    const entries = await Array.fromAsync(kv.list({ prefix: [] }));
    kv.close();
    return new Prepared(entries);
  }

  async copy(): Promise<Deno.Kv> {
    const kv = await Deno.openKv(":memory:");
    const atomic = kv.atomic();
    for (const { key, value } of this.entries) atomic.set(key, value);
    await atomic.commit();
    return kv;
  }
}

/** Every commit of the run, by name and number. */
function commitsOf(batches: readonly (readonly CommitName[])[]): { name: CommitName; nth: number }[] {
  const seen = new Map<CommitName, number>();
  return batches.flatMap((batch) =>
    [...new Set(batch)].map((name) => {
      seen.set(name, (seen.get(name) ?? 0) + 1);
      return { name, nth: seen.get(name)! };
    })
  );
}

/** Plays the story with each fault at each of its commits; which pairs were hit, in how many runs. */
export async function everyFault(
  story: Story,
  options: OpenOptions,
  again: Fault | null = null,
): Promise<{ hit: Set<string>; runs: number }> {
  const prepared = await Prepared.of(story);
  const clean = await run(story, prepared, options, null);
  const hit = new Set<string>();
  let runs = 0;
  // How often a lease is renewed depends on how fast the machine is, where something real is waited for.
  for (const commit of commitsOf(clean.batches).filter(({ name }) => name !== "renew")) {
    for (const fault of again ? ["crash before", "crash after"] as const : FAULTS) {
      const aim = { ...commit, fault };
      const { fired } = await run(story, prepared, options, aim, again);
      assert.ok(fired, `${JSON.stringify(aim)} never came`);
      hit.add(`${commit.name}: ${fault}`);
      runs++;
    }
  }
  return { hit, runs };
}
