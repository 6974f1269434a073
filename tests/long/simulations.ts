/** What runs in this process, over databases in memory and on virtual time. Each part says what was really run. */
import { endsAlike, settles } from "../core/graph_properties.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import { everyFault, everyRead } from "../worker/crash_fixture.ts";
import type { Story } from "../worker/crash_fixture.ts";
import { mailThatLeaves, STORIES } from "../worker/stories.ts";
import type { Result } from "./result.ts";
import { MORE_STORIES } from "./shapes.ts";
import { jumps, offsets, zombies } from "./zombies.ts";
import type { Played } from "./zombies.ts";

function storyOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/**
 * Each of at least 12 shapes, with the queue on and off: six faults at each of its commits, and what can go wrong with a
 * read at each of its reads.
 */
export async function runFaults(): Promise<Result> {
  await using server = await mailServer();
  const shapes = new Map<string, { story: Story; smtpUrl?: string }>();
  for (const [name, story] of [...STORIES, ...MORE_STORIES]) shapes.set(name, { story });
  shapes.set("a mail that leaves", { story: mailThatLeaves(server), smtpUrl: server.url });
  const pairs = new Set<string>();
  const sum = { commits: 0, reads: 0, woken: 0 };
  for (const queue of [true, false]) {
    for (const [name, { story, ...options }] of shapes) {
      const play = async (): Promise<void> => {
        const commits = await everyFault(story, { ...options, queue });
        const reads = await everyRead(story, { ...options, queue });
        for (const pair of commits.hit) pairs.add(pair);
        sum.commits += commits.runs;
        sum.reads += reads.runs;
        sum.woken += commits.woken + reads.woken;
      };
      await play().catch((error) => {
        throw new Error(`${name}, queue ${queue ? "on" : "off"}: ${storyOf(error)}`);
      });
    }
  }
  return {
    told:
      `faults: ${shapes.size} shapes, queue on and off: ${sum.commits} runs with one of 6 faults at every ` +
      `commit, ${sum.reads} with one of 5 at every read, ${pairs.size} pairs of commit and fault hit, ` +
      `${sum.woken} wake-ups twice or late, 0 lost, 0 doubled`,
    ok: shapes.size >= 12 && sum.commits > 0 && sum.reads > 0 && sum.woken > 0,
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
