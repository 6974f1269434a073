/** Promise 1 on the real program: what was accepted is kept, whatever is killed, with and without the queue's bell. */
import assert from "node:assert/strict";
import { type Server, startServer } from "../helpers/server.ts";
import { mailAndWait } from "./flows.ts";

const KILLS = 5;
const REQUESTS = 40;
const LANES = 8;
/** A lease lasts 15 s; on one host nobody has to wait for its end. */
const PROMPT_MS = 10_000;

/** Sends leads over several connections and kills the server while they are answered; ids with a 202 come back. */
async function sendAndKill(server: Server, round: number): Promise<string[]> {
  const accepted: string[] = [];
  const killAfter = 5 + round * 6;
  let sent = 0;
  let killed: Promise<void> | null = null;
  const lane = async (): Promise<void> => {
    while (sent < REQUESTS) {
      const email = `lead-${round}-${sent++}@example.com`;
      try {
        accepted.push(await server.hook("kill", { email, firstName: "Ann" }));
      } catch (error) {
        assert.ok(killed, `refused by a living server: ${error}`);
      }
      if (accepted.length >= killAfter) killed ??= server.kill();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await killed;
  assert.ok(accepted.length >= killAfter && killed !== null);
  return accepted;
}

/** How many messages lie in the outbox for each execution. */
async function messagesByExecution(server: Server): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await server.api("GET", `/api/outbox?limit=200${cursor && `&cursor=${cursor}`}`) as {
      items: { executionId: string }[];
      nextCursor: string | null;
    };
    for (const { executionId } of page.items) counts.set(executionId, (counts.get(executionId) ?? 0) + 1);
    cursor = page.nextCursor;
  }
  return counts;
}

for (const queue of ["on", "off"]) {
  Deno.test(`main.ts keeps and settles every accepted execution over ${KILLS} kills, queue ${queue}`, async () => {
    await using server = await startServer({ env: { LEADFLOW_QUEUE: queue } });
    await server.publish(mailAndWait("kill", 1));
    const accepted: string[] = [];
    for (let round = 0; round < KILLS; round++) {
      accepted.push(...await sendAndKill(server, round));
      await server.start();
    }
    assert.equal(new Set(accepted).size, accepted.length);
    const restarted = performance.now();
    const statuses = await Promise.all(accepted.map((id) => server.settled(id)));
    assert.deepEqual(statuses.filter((status) => status !== "completed"), []);
    const ms = performance.now() - restarted;
    assert.ok(ms < PROMPT_MS, `took ${ms} ms, as if the dead process's leases had to end`);
    const messages = await messagesByExecution(server);
    const notOne = accepted.filter((id) => messages.get(id) !== 1);
    assert.deepEqual(notOne, [], "each execution sends its mail exactly once");
  });
}

Deno.test("main.ts goes on by itself after a kill in mid-wait, never early", async () => {
  await using server = await startServer();
  await server.publish(mailAndWait("wait", 3));
  const sentAt = Date.now();
  const id = await server.hook("wait", { email: "ann@example.com", firstName: "Ann" });
  await server.kill();
  await server.start();
  assert.equal(await server.settled(id), "completed");
  const { steps } = await server.api("GET", `/api/monitoring/executions/${id}`) as {
    steps: { nodeId: string; startedAt: string; endedAt: string; attempts: number }[];
  };
  const wait = steps.find(({ nodeId }) => nodeId === "pause");
  assert.ok(wait && Date.parse(wait.endedAt) - sentAt >= 3_000, JSON.stringify(wait));
  assert.ok(Date.parse(wait.endedAt) - Date.parse(wait.startedAt) < 8_000, JSON.stringify(wait));
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`main.ts stops politely on ${signal} within 5 s, with work under way`, async () => {
    await using server = await startServer();
    await server.publish(mailAndWait("stop", 2));
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, i) => server.hook("stop", { email: `s${i}@example.com` })),
    );
    const { code, ms } = await server.stop(signal);
    assert.equal(code, 0);
    assert.ok(ms < 5_000, `took ${ms} ms`);
    await server.start();
    for (const id of ids) assert.equal(await server.settled(id), "completed");
  });
}
