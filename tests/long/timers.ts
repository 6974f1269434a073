/** Waits fire: 100,000 of them, from a second to two years, over restarts. */
import assert from "node:assert/strict";
import { ManualClock } from "../helpers/clock.ts";
import { chain, emptyDatabase, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { chance } from "../processes/chance.ts";
import { eventsOf } from "../../engine/store/records.ts";
import type { EventRecord } from "../../engine/store/records.ts";
import type { Options, Result } from "./result.ts";

const TIMERS = 100_000;
const AT_ONCE = 500;
const SECOND = 1_000;
const DAY = 86_400_000;
const LONGEST = 2 * 365 * DAY;
/** Until then time is walked in minutes; after it, in leaps, as on a host that sleeps. */
const WALKED = 30 * 60 * SECOND;
const LEAP = 1.02;
/** Leaps after which the engine is killed or stopped, in turn. */
const RESTART_EVERY = 25;

interface Fires {
  early: number;
  twice: number;
  fired: number;
}

/** Due times: as many between one and two seconds as between one and two years. */
export async function runTimers({ seed }: Options): Promise<Result> {
  const random = chance(seed);
  const real = await emptyDatabase();
  const manual = new ManualClock();
  const open = (): Promise<Opened> =>
    openEngine({ real, manual, random, retentionDays: 10_000, concurrency: 1_000 });
  let house = await open();
  const wait = node("wait", "wait", { kind: "until", at: "{{ trigger.body.at }}" });
  await publish(house.engine, [hookNode("go"), wait], chain("hook", "wait"));
  const due = new Map<string, number>();
  while (due.size < TIMERS) {
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      const at = manual.now + Math.round(SECOND * (LONGEST / SECOND) ** random());
      const { executionId } = await hook(house.engine, "go", { at: new Date(at).toISOString() });
      due.set(executionId, at);
    }));
  }
  const began = manual.now;
  const end = began + LONGEST + DAY;
  let restarts = 0;
  for (let leaps = 1; manual.now < end; leaps++) {
    const gone = manual.now - began;
    const to = gone < WALKED ? gone + 60 * SECOND : gone * LEAP;
    manual.advanceTo(Math.min(end, Math.ceil(began + to)));
    await house.settle();
    if (leaps % RESTART_EVERY > 0) continue;
    if (restarts++ % 2 === 0) await house.engine.stop();
    house.die();
    house = await open();
  }
  await house.until(async () =>
    (await house.store.keys({ selector: { prefix: ["live"] }, limit: 1 })).length === 0
  );
  const fires = await recount(house, due);
  await house.engine.stop();
  house.die();
  real.close();
  const lost = TIMERS - fires.fired;
  assert.ok(restarts > 0);
  return {
    told: `timers: ${due.size} from 1 s to 2 years, ${restarts} restarts, every other one a kill: ` +
      `${fires.fired} fired, ${fires.early} early, ${lost} lost, ${fires.twice} twice`,
    ok: due.size === TIMERS && fires.early === 0 && lost === 0 && fires.twice === 0,
  };
}

/** By the events that were stored, not by what anybody remembers. */
async function recount({ store }: Opened, due: ReadonlyMap<string, number>): Promise<Fires> {
  const fires: Fires = { early: 0, twice: 0, fired: 0 };
  const seen = new Set<string>();
  for await (const { key, value } of store.list<EventRecord>({ selector: { prefix: ["event"] } })) {
    const id = String(key[1]);
    for (const event of eventsOf(value)) {
      if (event.node !== "wait" || event.type !== "completed") continue;
      if (seen.has(id)) fires.twice++;
      else fires.fired++;
      seen.add(id);
      if (value.at < (due.get(id) ?? Infinity)) fires.early++;
    }
  }
  return fires;
}
