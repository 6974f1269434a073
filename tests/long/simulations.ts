/** What runs in this process, over databases in memory and on virtual time. Each part says what was really run. */
import { endsAlike, settles } from "../core/graph_properties.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import { everyFault } from "../worker/crash_fixture.ts";
import type { Story } from "../worker/crash_fixture.ts";
import { mailThatLeaves, STORIES } from "../worker/stories.ts";
import { MORE_STORIES } from "./shapes.ts";
import { jumps, offsets, zombies } from "./zombies.ts";
import type { Played } from "./zombies.ts";

interface Result {
  told: string;
  ok: boolean;
}

function storyOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** Each of at least 12 shapes, with each of five faults at each of its commits, with the queue on and off. */
export async function runFaults(): Promise<Result> {
  await using server = await mailServer();
  const shapes = new Map<string, { story: Story; smtpUrl?: string }>();
  for (const [name, story] of [...STORIES, ...MORE_STORIES]) shapes.set(name, { story });
  shapes.set("a mail that leaves", { story: mailThatLeaves(server), smtpUrl: server.url });
  const pairs = new Set<string>();
  let runs = 0;
  for (const queue of [true, false]) {
    for (const [name, { story, ...options }] of shapes) {
      const found = await everyFault(story, { ...options, queue }).catch((error) => {
        throw new Error(`${name}, queue ${queue ? "on" : "off"}: ${storyOf(error)}`);
      });
      runs += found.runs;
      for (const pair of found.hit) pairs.add(pair);
    }
  }
  return {
    told: `faults: ${shapes.size} shapes × every commit × 5 faults, queue on and off: ${runs} runs, ` +
      `${pairs.size} pairs of commit and fault hit, 0 lost, 0 doubled`,
    ok: shapes.size >= 12 && runs > 0,
  };
}

/** Fails with the graph, made as small as it gets. */
export function runGraphs({ seed }: { seed: number }): Promise<Result> {
  const alike = endsAlike({ numRuns: 10_000, seed });
  const settled = settles({ numRuns: 10_000, seed, joins: ["all", "any", "two"] });
  return Promise.resolve({
    told: `random graphs: ${alike} end alike in two orders, ${settled} with joins settle, none starves`,
    ok: alike > 0 && settled > 0,
  });
}

const SCHEDULES = 5_000;
const LIMIT_MS = 90_000;

/** As many as were wanted, or as 90 s allow; a failure names the seed that plays its world again. */
async function many(
  play: (seed: number) => Promise<Played>,
  seed: number,
): Promise<Played & { worlds: number }> {
  const sum = { worlds: 0, schedules: 0, faults: 0 };
  const end = performance.now() + LIMIT_MS;
  while (sum.schedules < SCHEDULES && performance.now() < end) {
    const own = seed + sum.worlds;
    const played = await play(own).catch((error) => {
      throw new Error(`--seed ${own}: ${storyOf(error)}`);
    });
    sum.worlds++;
    sum.schedules += played.schedules;
    sum.faults += played.faults;
  }
  return sum;
}

export async function runZombies({ seed }: { seed: number }): Promise<Result> {
  const { worlds, schedules, faults } = await many(zombies, seed);
  return {
    told: `zombies: ${schedules} schedules in ${worlds} worlds, ${faults} steps ended after their lease, ` +
      "0 stale commits, 0 leases taken early",
    ok: schedules > 0 && faults > 0,
  };
}

export async function runOffsets({ seed }: { seed: number }): Promise<Result> {
  const { worlds, schedules } = await many(offsets, seed);
  return {
    told: `clocks: ${schedules} schedules in ${worlds} worlds of three processes, up to ±5 min wrong, ` +
      "0 leases stolen",
    ok: schedules > 0,
  };
}

export async function runJumps({ seed }: { seed: number }): Promise<Result> {
  const { worlds, schedules, faults } = await many(jumps, seed);
  return {
    told: `clocks that jump: ${schedules} schedules in ${worlds} worlds of three processes, ` +
      `${faults} jumps of up to an hour, 0 leases stolen`,
    ok: schedules > 0 && faults > 0,
  };
}
