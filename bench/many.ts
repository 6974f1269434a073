import { z } from "zod";
import { BENCH_SERVER, LEADLESS, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { publish, threePauses } from "./graphs.ts";
import { percentile } from "./percentile.ts";
import { rate, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

const TARGET = 1.7;
const STEPS = 3;
const PAUSE_MS = 50;
/** Few enough for slots, not the processor, to be what there is too little of. */
const SLOTS = 16;
const CONNECTIONS = 40;
/** Long enough for what happens at the beginning and the end not to count. */
const BUSY_MS = 4_000;
/** The middle one counts: other work on the machine disturbs some. */
const ROUNDS = 3;

interface Run {
  processes: number;
  /** How many of them are asked; the others take what those have no room for. */
  asked: number;
}

const RUNS: readonly Run[] = [
  { processes: 1, asked: 1 },
  { processes: 2, asked: 2 },
  { processes: 2, asked: 1 },
];

/** (i) Two processes on one file, with steps of 50 ms: how many more steps a second than one. */
export async function many(bench: Bench): Promise<Findings> {
  const rates: number[][] = RUNS.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, run] of RUNS.entries()) {
      rates[i]!.push(await measure(bench, { ...run, name: `i-${i}-${round}` }));
    }
  }
  const [one = 0, ...two] = rates.map((each) => percentile(each, 0.5));
  const fit = SLOTS * 1_000 / PAUSE_MS;
  return {
    rows: [
      {
        section: "i",
        what: `steps of ${PAUSE_MS} ms, ${SLOTS} slots: one process`,
        measured: `${rate(one)} of ${whole(fit)} that fit`,
        target: "",
      },
      ...two.map((perSecond, i): Row => ({
        section: "i",
        what: i === 0 ? "two on one file, each is asked for half" : "two on one file, one of them is asked",
        measured: `${rate(perSecond)}, × ${(perSecond / one).toFixed(2)} of one`,
        target: `× ${TARGET} of one`,
        reached: perSecond / one >= TARGET,
      })),
    ],
    failures: [],
  };
}

/** Accepts more than there are slots for; steps a second until the last has ended. */
async function measure(bench: Bench, { processes, asked, name }: Run & { name: string }): Promise<number> {
  bench.say(`(i) ${processes} of ${SLOTS} slots, ${asked} asked`);
  const kv = `${bench.folder}/${name}.db`;
  const env = { LEADFLOW_CONCURRENCY: String(SLOTS) };
  const servers: ServerProcess[] = [];
  try {
    for (let i = 0; i < processes; i++) {
      servers.push(await ServerProcess.start({ entry: BENCH_SERVER, kv, env }));
    }
    await publish(servers[0]!, threePauses("pauses"));
    const requests = Math.round(processes * SLOTS * BUSY_MS / PAUSE_MS / STEPS / asked);
    const began = performance.now();
    const loads = await Promise.all(
      servers.slice(0, asked).map((server, i) =>
        runLoad({
          port: server.port,
          request: post("pauses", LEADLESS),
          connections: CONNECTIONS / asked,
          measure: { ms: 60_000, requests },
          firstNumber: i * 100_000,
        })
      ),
    );
    await untilSettled(servers[0]!);
    const answered = loads.reduce((sum, load) => sum + load.answered, 0);
    return answered * STEPS * 1_000 / (performance.now() - began);
  } finally {
    for (const server of servers) await server.stop();
  }
}

const Live = z.object({ live: z.boolean() });

async function untilSettled(server: ServerProcess): Promise<void> {
  while (Live.parse(await server.api("GET", "/bench/live")).live) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
