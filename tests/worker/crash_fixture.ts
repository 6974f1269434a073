import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import type { WorkflowEdge, WorkflowNode, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { Store } from "../../engine/store/store.ts";
import { ManualClock } from "../helpers/clock.ts";
import { createProbe, emptyDatabase, openEngine, publish, until } from "../helpers/engine.ts";
import type { Opened, OpenOptions, Probe } from "../helpers/engine.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { CUT, FAULTS, READ_FAULTS } from "../helpers/faulty_kv.ts";
import type { Aim, Fault } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";

/** Something that happens from its trigger to its end, told so that it can be gone on with after a death at any point. */
export interface Story {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  settings?: WorkflowSettings;
  options?: OpenOptions;
  /** Executions are forgotten in it: a recount finds fewer than the counters. */
  forgets?: boolean;
  /** What is there before it begins, beside its workflow. */
  prepare?(house: Opened): Promise<void>;
  answer?: Probe["answer"];
  /** All that it waits for is virtual, so that leases are renewed alike in every run. */
  renews?: boolean;
  /** Minutes are a part of it, and so are the looks of alerts. */
  looks?: boolean;
  play(world: World): Promise<void>;
  /** What must be true in the end, beside the oracle. */
  after(world: World): Promise<void> | void;
}

/** One database, and the engine that lives on it at the moment. */
export class World {
  readonly clock: ManualClock;
  readonly probe = createProbe();
  executionId = "";
  deaths = 0;
  #house!: Opened;

  /** `again`: how the engine that takes over dies at its own first commit. */
  constructor(
    readonly real: Deno.Kv,
    readonly options: OpenOptions,
    readonly again: Fault | null,
    now?: number,
  ) {
    this.clock = new ManualClock(now);
  }

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
      const asked = question(engine).then((value) => ({ value }), isCut);
      const answer = await Promise.race([asked, faults.crashed]);
      if (answer === "cut") continue;
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

/** A read that failed is told to who asked, and they ask again. */
function isCut(error: unknown): "cut" {
  if (error instanceof Error && error.message === CUT) return "cut";
  throw error;
}

export interface Run {
  batches: CommitName[][];
  fired: boolean;
  /** Wake-ups that came once more. */
  woken: number;
}

/** Plays a story over a fresh copy of a prepared database, with one fault; returns the names of its batches. */
export async function run(
  story: Story,
  prepared: Prepared,
  options: OpenOptions,
  aim: Aim | null,
  again: Fault | null = null,
): Promise<Run> {
  const real = await prepared.copy();
  const world = new World(real, { ...options, ...story.options }, again);
  if (story.answer) world.probe.answer = story.answer;
  await world.open();
  const { faults } = world.house;
  faults.arm(aim);
  try {
    await story.play(world);
    await world.house.settle();
    const { fired, batches } = faults;
    const played = { fired, batches: [...batches], woken: faults.wakeUps.shown };
    // What is looked at from here on is no part of the story.
    faults.arm(null);
    await oracle(world.store(), { recount: !story.forgets });
    await story.after(world);
    // What could not be read is told, and looked at again.
    const stuck = world.house.logs.filter(({ level, fields }) => level === "error" && !told(fields, aim));
    assert.deepEqual(stuck, []);
    // After the last commit there is nothing left to die at.
    const deaths = fired && aim?.fault.startsWith("crash") ? 1 : 0;
    assert.ok(world.deaths === deaths || again && world.deaths === deaths + 1, `${world.deaths} deaths`);
    return played;
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

function told(fields: { [name: string]: unknown }, aim: Aim | null): boolean {
  return aim?.fault === "thrown" && String(fields.error).includes(CUT);
}

/** A database with the story's workflow live, copied for every run. */
export class Prepared {
  private constructor(readonly entries: readonly Deno.KvEntry<unknown>[]) {}

  static async of(story: Story): Promise<Prepared> {
    const kv = await emptyDatabase();
    const probe = createProbe();
    if (story.answer) probe.answer = story.answer;
    const house = await openEngine({ ...story.options, real: kv, probe });
    await publish(house.engine, story.nodes, story.edges, story.settings);
    await story.prepare?.(house);
    await house.engine.stop();
    house.die();
    const entries = await Array.fromAsync(kv.list({ prefix: [] }));
    kv.close();
    return new Prepared(entries);
  }

  async copy(): Promise<Deno.Kv> {
    const kv = await Deno.openKv(":memory:");
    // Large values: an atomic holds 800 KiB.
    for (let i = 0; i < this.entries.length; i += 10) {
      const atomic = kv.atomic();
      for (const { key, value } of this.entries.slice(i, i + 10)) atomic.set(key, value);
      await atomic.commit();
    }
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

/** Worlds that are played side by side: each mostly waits for turns of the event loop. */
const AT_ONCE = 6;

/** All of it, some at once; the first that fails is told. */
export async function pooled<T>(tasks: readonly T[], play: (task: T) => Promise<void>): Promise<void> {
  const left = [...tasks];
  const lane = async (): Promise<void> => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) await play(task);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

export interface Played {
  /** `name: fault` of commits. */
  hit: Set<string>;
  runs: number;
  woken: number;
}

/** Plays the story with each fault at each of its commits; which pairs were hit, in how many runs. */
export async function everyFault(
  story: Story,
  options: OpenOptions,
  again: Fault | null = null,
): Promise<Played> {
  const prepared = await Prepared.of(story);
  const clean = await run(story, prepared, options, null);
  const played: Played = { hit: new Set(), runs: 0, woken: 0 };
  // How often a lease is renewed, and alerts look, depends on how fast the machine is, where something real is waited for.
  const commits = commitsOf(clean.batches).filter(({ name }) =>
    (story.renews || name !== "renew") && (story.looks || name !== "alert")
  );
  const faults = again ? ["crash before", "crash after"] as const : FAULTS;
  const aims = commits.flatMap((commit) => faults.map((fault) => ({ ...commit, fault })));
  await pooled(aims, async (aim) => {
    const { fired, woken } = await run(story, prepared, options, aim, again);
    assert.ok(fired, `${JSON.stringify(aim)} never came`);
    played.hit.add(`${aim.name}: ${aim.fault}`);
    played.runs++;
    played.woken += woken;
  });
  return played;
}

/** The same at each of its reads: the first, the second, … until a run is over before the fault comes. */
export async function everyRead(story: Story, options: OpenOptions): Promise<Omit<Played, "hit">> {
  const prepared = await Prepared.of(story);
  const played = { runs: 0, woken: 0 };
  await pooled(READ_FAULTS, async (fault) => {
    for (let read = 1;; read++) {
      const { fired, woken } = await run(story, prepared, options, { read, fault });
      if (!fired) break;
      played.runs++;
      played.woken += woken;
    }
    assert.ok(played.runs > 0, `${fault} never came`);
  });
  return played;
}
