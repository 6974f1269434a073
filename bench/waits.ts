import { z } from "zod";
import { BENCH_SERVER, freshServer, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { publish, waitASecond, waitUntil } from "./graphs.ts";
import { percentile } from "./percentile.ts";
import { quantiles, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import type { ServerProcess } from "./server_process.ts";

interface Round {
  count: number;
  /** Webhook of the workflow. */
  path: string;
  what: string;
  /** Of p99, in ms. */
  target: number;
}

const ROUNDS: readonly Round[] = [
  { count: 100, path: "second", what: "waits of 1 s begun at once", target: 50 },
  { count: 1_000, path: "second", what: "waits of 1 s begun at once", target: 100 },
  { count: 100, path: "until", what: "waits due in one ms", target: 50 },
  { count: 1_000, path: "until", what: "waits due in one ms", target: 100 },
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
    const unsettled = await countUnsettled(server, ids);
    const late = await lateness(server, ids);
    const early = late.filter((each) => each.decided < 0).length;
    findings.rows.push(rowOf(round, late.map((each) => each.committed), early));
    if (early > 0) findings.failures.push(`${early} of ${round.count} waits ended early`);
    if (unsettled > 0) findings.failures.push(`${unsettled} of ${round.count} waits did not end`);
  }
  return findings;
}

function rowOf({ count, what, target }: Round, late: number[], early: number): Row {
  const p99 = percentile(late, 0.99);
  return {
    section: "d",
    what: `lateness of ${whole(count)} ${what}`,
    measured: `${quantiles({ p50: percentile(late, 0.5), p99 })}, ${early} early`,
    target: `p99 ${target} ms, 0 early`,
    reached: early === 0 && p99 <= target,
  };
}

async function startWaits(
  bench: Bench,
  server: ServerProcess,
  { count, path, number }: Round & { number: number },
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

/** Waits for all to end, within a bound; gives the number of those that did not. */
async function countUnsettled(server: ServerProcess, ids: readonly string[]): Promise<number> {
  // Asking takes time from the server that is being measured, so not before the first are due.
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  const until = Date.now() + SETTLE_MS;
  let unsettled = 0;
  for (const id of ids) {
    for (;;) {
      const { status } = Status.parse(await server.api("GET", `/api/monitoring/executions/${id}`));
      if (status === "completed") break;
      if (Date.now() > until) {
        unsettled++;
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return unsettled;
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
    // One that was accepted after its time had come did not wait.
    if (until === undefined || ended === undefined || record === undefined) continue;
    const due = Date.parse(until);
    found.push({ decided: Date.parse(ended.timestamp) - due, committed: record[1] - due });
  }
  return found;
}
