/**
 * Random schedules under a rate: arrivals, retries, one to three processes that share a database, and deaths, cuts and
 * conflicts at the commits around a turn. Whatever happens, no period gets one attempt too many, and everybody ends.
 * `LEADFLOW_TEST_SCHEDULES` sets how many are played, `LEADFLOW_TEST_SEED` plays one alone; a failure prints its seed.
 */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { Rate } from "../../engine/schemas/rate.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { eventsOf } from "../../engine/store/records.ts";
import type { EventRecord } from "../../engine/store/records.ts";
import { Store } from "../../engine/store/store.ts";
import { ManualClock } from "../helpers/clock.ts";
import { chain, createProbe, emptyDatabase, hook, hookNode, node, openEngine } from "../helpers/engine.ts";
import { publish, turn } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";
import { mostIn } from "../helpers/rates.ts";

const SCHEDULES = Number(Deno.env.get("LEADFLOW_TEST_SCHEDULES") ?? 2);
const SEED = Deno.env.get("LEADFLOW_TEST_SEED");
const AIMED: readonly CommitName[] = ["rate", "claim", "wake", "settle", "retry"];

function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}

class World {
  readonly clock = new ManualClock();
  readonly probe = createProbe();
  readonly houses: Opened[] = [];
  deaths = 0;
  faults = 0;

  constructor(readonly real: Deno.Kv, readonly random: () => number) {
    const time = this.clock.process();
    this.probe.answer = ({ signal }) => {
      return new Promise((resolve) => {
        const end = (): void =>
          resolve(
            random() < 0.15
              ? { kind: "fail", failure: { code: "busy", message: "Busy", retryable: true } }
              : { kind: "done" },
          );
        signal.addEventListener("abort", end, { once: true });
        time.after(Math.floor(random() * 2_000), end);
      });
    };
  }

  async open(): Promise<Opened> {
    const { real, clock, probe, random } = this;
    const house = await openEngine({ real, manual: clock, probe, random, concurrency: 8 });
    this.houses.push(house);
    return house;
  }

  /** Those that died are replaced. A fault that never came proves nothing. */
  async mend(): Promise<void> {
    for (const house of [...this.houses]) {
      if (house.faults.fired) this.faults++;
      house.faults.fired = false;
      if (!house.faults.dead) continue;
      house.die();
      this.houses.splice(this.houses.indexOf(house), 1);
      this.deaths++;
      await this.open();
    }
  }

  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setImmediate(resolve));
      await turn();
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

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  async accept(path: string, key: string): Promise<void> {
    for (;;) {
      await this.mend();
      const { engine, faults } = this.pick(this.houses);
      const answer = await Promise.race([hook(engine, path, {}, { key }), faults.crashed]);
      if (answer !== "crashed") return;
    }
  }

  /**
   * When attempts began, by the commits that say so. (A commit that is cut off is tried again after a pause in real time,
   * during which virtual time may go far: when the step itself ran would say nothing.)
   */
  async begun(): Promise<number[]> {
    const begun: number[] = [];
    const selector = { prefix: ["event"] };
    for await (const { value } of new Store(this.real).list<EventRecord>({ selector })) {
      for (const { type, node: of } of eventsOf(value)) if (type === "started" && of) begun.push(value.at);
    }
    return begun;
  }

  async unsettled(): Promise<number> {
    const live = await new Store(this.real).keys({ selector: { prefix: ["live"] } });
    return live.length;
  }
}

async function play(seed: number): Promise<{ faults: number; full: boolean }> {
  const random = randomOf(seed);
  const world = new World(await emptyDatabase(), random);
  try {
    const count = 1 + Math.floor(random() * 5);
    const seconds = world.pick([5, 20, 60]);
    const rate: Rate = {
      per: "key",
      key: "{{ execution.workflowId }}",
      count,
      period: { value: seconds, unit: "seconds" },
    };
    const { engine } = await world.open();
    const nodes = [hookNode("go"), node("a", "probe"), node("b", "probe")];
    await publish(engine, nodes, chain("hook", "a", "b"), { limits: { rates: [rate] } });
    while (random() < 0.6 && world.houses.length < 3) await world.open();
    const arrivals = 6 + Math.floor(random() * 10);
    for (let i = 0; i < arrivals; i++) {
      if (random() < 0.4) {
        world.pick(world.houses).faults.arm({ name: world.pick(AIMED), nth: 1, fault: world.pick(FAULTS) });
      }
      await world.accept("go", `k${i}`);
      if (random() < 0.5) await world.pass(Math.floor(random() * seconds * 700));
      if (random() < 0.1) {
        world.pick(world.houses).die();
        await world.settle();
      }
    }
    for (const { faults } of world.houses) faults.arm(null);
    // Two steps each, some tried again, some turns lost with their process, and what leases take to end.
    const periods = (arrivals * 2 * 2 + world.deaths * 8) / count + 4;
    const patience = periods * seconds * 1_000 * 1.3 + (world.deaths + 4) * 20_000 + 60_000;
    const until = world.clock.now + patience;
    while (await world.unsettled() > 0 && world.clock.now < until) await world.pass(2_000);
    assert.equal(await world.unsettled(), 0, `not over after ${patience} ms`);
    const found = mostIn(await world.begun(), seconds * 1_000);
    assert.ok(found <= count, `${found} in ${seconds} s, promised ${count}`);
    await world.pass(11_000);
    await oracle(new Store(world.real));
    return { faults: world.faults, full: found === count };
  } finally {
    for (const house of world.houses) house.die();
    await turn();
    world.real.close();
  }
}

Deno.test({
  name: `${
    SEED ? `schedule ${SEED}` : `${SCHEDULES} random schedules`
  } of a rate: never more, and nobody starves`,
  // What died mid-way leaves its timers behind, as a killed process does.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(): Promise<void> {
    let [faults, full] = [0, 0];
    for (let seed = SEED ? Number(SEED) : 1; seed <= (SEED ? Number(SEED) : SCHEDULES); seed++) {
      try {
        const played = await play(seed);
        faults += played.faults;
        full += Number(played.full);
      } catch (error) {
        throw new Error(`LEADFLOW_TEST_SEED=${seed}`, { cause: error });
      }
    }
    if (SEED) return;
    assert.ok(faults >= SCHEDULES / 2, `only ${faults} faults came`);
    assert.ok(full >= SCHEDULES / 2, `only ${full} schedules filled a period`);
  },
});
