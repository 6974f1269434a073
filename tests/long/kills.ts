/** Promise 1 on the real program: `kill -9` over and over while it is asked, and whatever it had answered is there. */
import { mailAndWait } from "../e2e/flows.ts";
import { startServer } from "../helpers/server.ts";
import type { Server } from "../helpers/server.ts";
import { chance } from "../processes/chance.ts";

export interface KillCounts {
  queue: string;
  kills: number;
  requests: number;
  accepted: number;
  missing: number;
  unfinished: number;
  /** Not with exactly one mail. */
  mails: number;
}

const REQUESTS = 100;
const LANES = 8;
const SETTLE_MS = 120_000;

export async function kills(options: { kills: number; seed: number; queue: string }): Promise<KillCounts> {
  const random = chance(options.seed);
  await using server = await startServer({ env: { LEADFLOW_QUEUE: options.queue } });
  await server.publish(mailAndWait("kill", 1));
  const accepted: string[] = [];
  let requests = 0;
  for (let round = 0; round < options.kills; round++) {
    // At any answer, and now and then right at the start, over what the last kill left.
    const killAfter = Math.floor(random() * (REQUESTS - LANES));
    requests += await sendAndKill(server, { round, killAfter, accepted });
    await server.start();
  }
  const statuses = await settledStatuses(server, accepted);
  const mails = await mailsByExecution(server);
  return {
    queue: options.queue,
    kills: options.kills,
    requests,
    accepted: accepted.length,
    missing: accepted.filter((id) => !statuses.has(id)).length,
    unfinished: accepted.filter((id) => statuses.has(id) && statuses.get(id) !== "completed").length,
    mails: accepted.filter((id) => mails.get(id) !== 1).length,
  };
}

async function sendAndKill(
  server: Server,
  { round, killAfter, accepted }: { round: number; killAfter: number; accepted: string[] },
): Promise<number> {
  let sent = 0;
  let answered = 0;
  let killed: Promise<void> | null = null;
  const lane = async (): Promise<void> => {
    while (sent < REQUESTS) {
      const email = `lead-${round}-${sent++}@example.com`;
      try {
        accepted.push(await server.hook("kill", { email, firstName: "Ann" }));
        answered++;
      } catch (error) {
        if (!killed) throw error;
      }
      if (answered > killAfter) killed ??= server.kill();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await killed;
  if (!killed) throw new Error(`round ${round}: nothing was killed`);
  return sent;
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

async function* every<T>(server: Server, path: string): AsyncGenerator<T> {
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await server.api("GET", `${path}?limit=200${cursor && `&cursor=${cursor}`}`) as Page<T>;
    yield* page.items;
    cursor = page.nextCursor;
  }
}

/** The status of each execution that is there, once none moves any more. */
async function settledStatuses(server: Server, ids: readonly string[]): Promise<Map<string, string>> {
  for (const until = Date.now() + SETTLE_MS;;) {
    const statuses = new Map<string, string>();
    for await (
      const { id, status } of every<{ id: string; status: string }>(server, "/api/monitoring/executions")
    ) {
      statuses.set(id, status);
    }
    if (Date.now() > until || ids.every((id) => statuses.get(id) === "completed")) return statuses;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function mailsByExecution(server: Server): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { executionId } of every<{ executionId: string }>(server, "/api/outbox")) {
    counts.set(executionId, (counts.get(executionId) ?? 0) + 1);
  }
  return counts;
}
