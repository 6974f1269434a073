import { z } from "zod";
import { BENCH_SERVER, freshServer, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { publish, waitASecond, waitUntil } from "./graphs.ts";
import { percentile } from "./percentile.ts";
import { quantiles, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import type { ServerProcess } from "./server_process.ts";

const ROUNDS = [
  { count: 100, path: "second", what: "waits of 1 s, started at once", target: 50 },
  { count: 1_000, path: "second", what: "waits of 1 s, started at once", target: 100 },
  { count: 1_000, path: "until", what: "waits until one millisecond" },
];
const SETTLE_MS = 15_000;

/** (d) How late the commits of wakes are. None may be early. */
export async function waits(bench: Bench): Promise<Findings> {
  await using server = await freshServer(bench, "d", BENCH_SERVER);
  await publish(server, waitASecond("second"));
  await publish(server, waitUntil("until"));
  const findings: Findings = { rows: [], failures: [] };
  for (const [i, round] of ROUNDS.entries()) {
    bench.say(`(d) ${round.count} ${round.what}`);
    const ids = await startWaits(bench, server, { ...round, number: i });
    await allSettled(server, ids);
    const late = await lateness(server, ids);
    const early = late.filter((each) => each.decided < 0).length;
    findings.rows.push(rowOf(round, late.map((each) => each.committed), early));
    if (early > 0) findings.failures.push(`${early} of ${round.count} waits ended early`);
    if (late.length < round.count) {
      findings.failures.push(`${round.count - late.length} of ${round.count} waits did not end`);
    }
  }
  return findings;
}

function rowOf(round: { count: number; what: string; target?: number }, late: number[], early: number): Row {
  const p99 = percentile(late, 0.99);
  const { target } = round;
  return {
    section: "d",
    what: `${whole(round.count)} ${round.what}: lateness`,
    measured: `${quantiles({ p50: percentile(late, 0.5), p99 })}, ${early} early`,
    target: target === undefined ? "0 early" : `p99 ${target} ms, 0 early`,
    reached: early === 0 && (target === undefined || p99 <= target),
  };
}

async function startWaits(
  bench: Bench,
  server: ServerProcess,
  { count, path, number }: { count: number; path: string; number: number },
): Promise<string[]> {
  const idsFile = `${bench.folder}/d${number}.ids`;
  // Far enough ahead for all of them to be waiting when it comes.
  const at = new Date(Date.now() + 3_000).toISOString();
  const result = await runLoad({
    port: server.port,
    request: post(path, { n: "########", at }),
    connections: 50,
    measure: { ms: 10_000, requests: count },
    idsFile,
    firstNumber: number * 10_000,
  });
  if (result.answered !== count) throw new Error(`${result.answered} of ${count} waits were accepted`);
  return (await Deno.readTextFile(idsFile)).split("\n");
}

const Status = z.object({ status: z.string() });

async function allSettled(server: ServerProcess, ids: readonly string[]): Promise<void> {
  // Asking takes time from the server that is being measured, so not before the first are due.
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  const until = Date.now() + SETTLE_MS;
  for (const id of ids) {
    for (;;) {
      const { status } = Status.parse(await server.api("GET", `/api/monitoring/executions/${id}`));
      if (status === "completed" || Date.now() > until) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const Events = z.object({
  items: z.array(z.object({
    type: z.string(),
    taskId: z.string().nullable(),
    timestamp: z.string(),
    data: z.object({ seq: z.number(), until: z.string().optional() }),
  })),
});
const Commits = z.array(z.tuple([z.string(), z.array(z.tuple([z.number(), z.number()]))]));

/** For each wait that ended, ms from its due time to the decision and to the commit. */
async function lateness(
  server: ServerProcess,
  ids: readonly string[],
): Promise<{ decided: number; committed: number }[]> {
  const commits = new Map(Commits.parse(await server.api("GET", "/bench/commits")));
  const found: { decided: number; committed: number }[] = [];
  for (const id of ids) {
    const { items } = Events.parse(await server.api("GET", `/api/monitoring/executions/${id}/events`));
    const ofWait = items.filter((item) => item.taskId === "wait");
    const until = ofWait.find((item) => item.type === "waiting")?.data.until;
    const ended = ofWait.find((item) => item.type === "completed");
    // An event lies in the record that begins at or before its sequence.
    const record = commits.get(id)?.findLast(([seq]) => ended !== undefined && seq <= ended.data.seq);
    if (until === undefined || ended === undefined || record === undefined) continue;
    const due = Date.parse(until);
    found.push({ decided: Date.parse(ended.timestamp) - due, committed: record[1] - due });
  }
  return found;
}
