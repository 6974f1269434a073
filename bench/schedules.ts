import { z } from "zod";
import { BENCH_SERVER, MAIN } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { publish } from "./graphs.ts";
import type { BenchWorkflow } from "./graphs.ts";
import { percentile } from "./percentile.ts";
import { ms, quantiles, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

const MANY = 10_000;
const FEW = 10;
/** One workflow takes no more triggers. */
const PER_WORKFLOW = 50;
/** That fire in the same minute. */
const AT_ONCE = 200;
const LATE_TARGET_MS = 1_000;
const PREVIEW_TARGET_MS = 20;
const PREVIEWS = 200;
/** Of ten idle seconds, beside what ten schedules use. */
const CPU_TARGET_S = 0.1;
const QUIET_MS = 5_000;
const IDLE_MS = 10_000;

/** (m) What 10,000 schedules cost while nothing is due, how late 200 of one minute are, and how fast a preview is. */
export async function schedules(bench: Bench): Promise<Findings> {
  bench.say(`(m) ${whole(MANY)} schedules, and ${AT_ONCE} of one minute`);
  const few = await idle(bench, FEW);
  const many = await idle(bench, MANY);
  const fired = await lateness(bench);
  const early = fired.late.filter((each) => each < 0).length;
  const p99 = percentile(fired.late, 0.99);
  const rows: Row[] = [
    {
      section: "m",
      what: `${whole(MANY)} schedules, CPU of ${IDLE_MS / 1_000} idle s`,
      measured: `${many.toFixed(2)} s, ${FEW}: ${few.toFixed(2)} s`,
      target: `as ${FEW}`,
      reached: many - few <= CPU_TARGET_S,
    },
    {
      section: "m",
      what: `lateness of ${AT_ONCE} schedules of one minute, to the commit`,
      measured: `${quantiles({ p50: percentile(fired.late, 0.5), p99 })}, ${early} early`,
      target: `p99 ${ms(LATE_TARGET_MS)}, 0 early`,
      reached: early === 0 && p99 <= LATE_TARGET_MS,
    },
    {
      section: "m",
      what: "preview of ten occurrences",
      measured: quantiles({ p50: percentile(fired.previews, 0.5), p99: percentile(fired.previews, 0.99) }),
      target: `p99 ${ms(PREVIEW_TARGET_MS)}`,
      reached: percentile(fired.previews, 0.99) <= PREVIEW_TARGET_MS,
    },
  ];
  const failures = [
    ...early > 0 ? [`${early} schedules fired early`] : [],
    ...fired.late.length === AT_ONCE ? [] : [`${fired.late.length} of ${AT_ONCE} schedules fired once`],
  ];
  return { rows, failures };
}

/** A workflow that so many schedules start. */
function scheduled(name: string, count: number, cron: string): BenchWorkflow {
  const ids = Array.from({ length: count }, (_, i) => `s${i}`);
  const config = { kind: "cron", cron, timezone: "Europe/Zurich" };
  return {
    name,
    nodes: [
      ...ids.map((id) => ({ id, type: "trigger_schedule", config })),
      { id: "set", type: "set", config: { fields: [{ name: "a", value: "1" }] } },
    ],
    edges: ids.map((id) => [id, "set"] as const),
  };
}

async function publishAll(server: ServerProcess, count: number, cron: string): Promise<void> {
  for (let left = count; left > 0; left -= PER_WORKFLOW) {
    await publish(server, scheduled(`Schedules ${left}`, Math.min(left, PER_WORKFLOW), cron));
  }
}

async function idle(bench: Bench, count: number): Promise<number> {
  await using server = await ServerProcess.start({ entry: MAIN, kv: `${bench.folder}/m-${count}.db` });
  await publishAll(server, count, "0 0 1 1 *");
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const before = await server.cpuSeconds();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return await server.cpuSeconds() - before;
}

const Page = z.object({
  items: z.array(z.object({
    id: z.string(),
    lastRun: z.object({ at: z.string(), executionId: z.string() }).nullable(),
  })),
  nextCursor: z.string().nullable(),
});
const Commits = z.array(z.tuple([z.string(), z.array(z.tuple([z.number(), z.number()]))]));

/** Ms from the planned moment to the commit of each, over one minute; and of previews asked for before. */
async function lateness(bench: Bench): Promise<{ late: number[]; previews: number[] }> {
  await using server = await ServerProcess.start({ entry: BENCH_SERVER, kv: `${bench.folder}/m-fire.db` });
  // Far enough from the minute for all to be there when it comes.
  if (Date.now() % 60_000 > 20_000) {
    await new Promise((resolve) => setTimeout(resolve, 60_000 - Date.now() % 60_000));
  }
  await publishAll(server, AT_ONCE, "* * * * *");
  const previews = await askPreviews(server);
  await new Promise((resolve) => setTimeout(resolve, 60_000 - Date.now() % 60_000 + 5_000));
  const committed = new Map(Commits.parse(await server.api("GET", "/bench/commits")));
  const late: number[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const path = `/api/scheduling?limit=200${cursor ? `&cursor=${cursor}` : ""}`;
    const page = Page.parse(await server.api("GET", path));
    for (const { lastRun } of page.items) {
      const [, at] = lastRun ? committed.get(lastRun.executionId)?.[0] ?? [] : [];
      if (lastRun && at !== undefined) late.push(at - Date.parse(lastRun.at));
    }
    cursor = page.nextCursor;
  }
  return { late, previews };
}

async function askPreviews(server: ServerProcess): Promise<number[]> {
  const path = "/api/scheduling/preview?cron=30%202%20*%20*%201-5&timezone=Europe/Zurich&count=10";
  const took: number[] = [];
  for (let i = 0; i < PREVIEWS; i++) {
    const began = performance.now();
    await server.api("GET", path);
    took.push(performance.now() - began);
  }
  return took;
}
