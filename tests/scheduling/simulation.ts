/**
 * Schedules of several zones over a long time, on several processes that share a database: outages of all, deaths of one,
 * edits and pauses at the moment of a fire. What became of each occurrence is compared with a walk over every minute.
 */
import assert from "node:assert/strict";
import type { FireRecord } from "../../engine/store/schedules.ts";
import { ManualClock } from "../helpers/clock.ts";
import { offsetsOf, oracleTimes } from "../helpers/cron_oracle.ts";
import { emptyDatabase, openEngine, turn } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { ANN, cron, DAY, MINUTE, scheduled, update } from "./house.ts";

export interface Plan {
  seed: () => number;
  start: number;
  days: number;
  /** Of all processes at once; up to three days each. */
  outages: number;
  /** Of one process. */
  deaths: number;
  edits: number;
  crons: readonly string[];
}

export interface Counts {
  schedules: number;
  expected: number;
  begun: number;
  told: number;
  doubled: number;
  missing: number;
  unexpected: number;
  early: number;
  /** Begun more than a second after their time though no outage was near. */
  late: number;
  edits: number;
  outages: number;
  deaths: number;
}

const ZONES = ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe"];
const PROCESSES = 3;

/** What a schedule was, from a moment on. */
interface Era {
  from: number;
  cron: string;
  enabled: boolean;
}

interface Watched {
  id: string;
  workflowId: string;
  zone: string;
  eras: Era[];
}

interface World {
  real: Deno.Kv;
  manual: ManualClock;
  houses: Opened[];
  watched: Watched[];
  /** Nothing ran from … to …. */
  dark: { from: number; to: number }[];
  random: () => number;
  /** Lines of histories by schedule and id: gathered on the way, because they are kept for 400 days. */
  lines: Map<string, Map<string, FireRecord>>;
}

const GATHERED_EVERY_MS = 200 * DAY;

export async function simulateSchedules(plan: Plan): Promise<Counts> {
  const real = await emptyDatabase();
  const manual = new ManualClock(plan.start);
  const world: World = {
    real,
    manual,
    houses: [],
    watched: [],
    dark: [],
    random: plan.seed,
    lines: new Map(),
  };
  await reopen(world);
  for (const zone of ZONES) {
    for (const text of plan.crons) {
      const { id, workflowId } = await scheduled(
        world.houses[0]!.engine,
        cron(text, { timezone: zone }, { missed: "all" }),
      );
      world.watched.push({ id, workflowId, zone, eras: [{ from: manual.now, cron: text, enabled: true }] });
    }
  }
  const end = plan.start + plan.days * DAY;
  const events = [
    ...moments(plan, plan.outages).map((at) => ({ at, act: () => outage(world) })),
    ...moments(plan, plan.deaths).map((at) => ({ at, act: () => death(world) })),
    ...moments(plan, plan.edits).map((at) => ({ at, act: () => edit(world, plan) })),
  ].sort((a, b) => a.at - b.at);
  let gatheredAt = manual.now;
  while (manual.now < end) {
    if (manual.now - gatheredAt > GATHERED_EVERY_MS) {
      await gather(world);
      gatheredAt = manual.now;
    }
    const next = Math.min(end, await nextDue(real, manual.now));
    const due = events[0] && events[0].at <= next ? events.shift() : undefined;
    manual.advanceTo(Math.max(next - 500, manual.now + 1));
    await settle(world.houses);
    // At the very moment of a fire.
    const acting = due?.act();
    manual.advanceTo(Math.max(manual.now, next) + 10);
    await acting;
    await settle(world.houses);
  }
  manual.advance(2 * MINUTE);
  await settle(world.houses);
  await gather(world);
  const counts = await compare(world, plan, manual.now);
  for (const house of world.houses) {
    await house.engine.stop();
    house.die();
  }
  real.close();
  return { ...counts, outages: world.dark.length, deaths: plan.deaths };
}

async function gather({ real, watched, lines }: World): Promise<void> {
  const decoder = new TextDecoder();
  for (const { id } of watched) {
    const known = lines.get(id) ?? new Map<string, FireRecord>();
    lines.set(id, known);
    for await (const { value } of real.list<Uint8Array>({ prefix: ["fire", id] })) {
      const line: FireRecord = JSON.parse(decoder.decode(value));
      known.set(line.id, line);
    }
  }
}

function moments({ seed, start, days }: Plan, count: number): number[] {
  return Array.from({ length: count }, () => start + Math.floor(seed() * days * DAY));
}

async function reopen(world: World): Promise<void> {
  while (world.houses.length < PROCESSES) {
    const { real, manual } = world;
    world.houses.push(await openEngine({ real, manual, retentionDays: 10_000 }));
  }
}

async function settle(houses: readonly Opened[]): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await Promise.all(houses.map((house) => house.settle()));
    await turn();
  }
}

async function outage(world: World): Promise<void> {
  const { manual, random } = world;
  for (const house of world.houses.splice(0)) house.die();
  const from = manual.now;
  manual.skip(Math.floor(random() * 3 * DAY));
  await reopen(world);
  world.dark.push({ from, to: manual.now });
}

async function death(world: World): Promise<void> {
  world.houses.splice(Math.floor(world.random() * PROCESSES), 1)[0]?.die();
  await reopen(world);
}

async function edit(world: World, { crons }: Plan): Promise<void> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(world.random() * list.length)]!;
  const watched = pick(world.watched);
  const { scheduling } = pick(world.houses).engine;
  const now = watched.eras.at(-1)!;
  const enabled = !now.enabled || world.random() < 0.7;
  const text = enabled && now.enabled ? pick(crons) : now.cron;
  const changed = text === now.cron
    ? await (enabled ? scheduling.resume(watched.id, ANN) : scheduling.pause(watched.id, ANN))
    : await scheduling.update(
      watched.id,
      update(cron(text, { timezone: watched.zone }, { missed: "all" })),
      ANN,
    );
  watched.eras.push({ from: Date.parse(changed.updatedAt), cron: text, enabled });
}

async function nextDue(real: Deno.Kv, now: number): Promise<number> {
  let next = Infinity;
  for (let shard = 0; shard < 8; shard++) {
    for await (const { key } of real.list({ prefix: ["due", shard, 0] }, { limit: 1 })) {
      next = Math.min(next, Number(key[3]));
    }
  }
  return next === Infinity ? now + DAY : Math.max(next, now + 1);
}

async function compare(
  { real, watched, dark, lines }: World,
  plan: Plan,
  end: number,
): Promise<Omit<Counts, "outages" | "deaths">> {
  const counts = {
    ...{ schedules: watched.length, expected: 0, begun: 0, told: 0, doubled: 0, missing: 0, unexpected: 0 },
    ...{ early: 0, late: 0, edits: 0 },
  };
  for (const { id, workflowId, zone, eras } of watched) {
    counts.edits += eras.length - 1;
    const offsets = offsetsOf(zone, plan.start - DAY, end + DAY);
    const expected = new Set(eras.flatMap((era, i) =>
      // What comes at the moment of an edit is still of before.
      era.enabled ? oracleTimes(era.cron, offsets, era.from + 1, (eras[i + 1]?.from ?? end) + 1) : []
    ));
    counts.expected += expected.size;
    const begun = new Set<number>();
    const covered = new Set<number>();
    for (const line of lines.get(id)?.values() ?? []) {
      if (line.outcome === "fired" || line.outcome === "made_up") {
        if (begun.has(line.at)) counts.doubled++;
        if (!expected.has(line.at)) counts.unexpected++;
        if (line.decidedAt < line.at) counts.early++;
        const wasDark = dark.some(({ from, to }) => line.at >= from - 10 * MINUTE && line.at <= to);
        if (!wasDark && line.decidedAt - line.at > 1_000) counts.late++;
        begun.add(line.at);
        continue;
      }
      const within = [...expected].filter((at) => at >= line.at && at <= (line.until ?? line.at));
      if (within.length !== line.count) counts.unexpected++;
      for (const at of within) covered.add(at);
      counts.told += line.count;
    }
    counts.begun += begun.size;
    for (const at of expected) if (!begun.has(at) && !covered.has(at)) counts.missing++;
    const executions = await Array.fromAsync(real.list({ prefix: ["execution_by_workflow", workflowId] }));
    assert.equal(executions.length, begun.size, `${id}: as many executions as occurrences that began`);
  }
  return counts;
}
