import { z } from "zod";
import { BENCH_SERVER, LEADLESS, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { publish, threePauses } from "./graphs.ts";
import { ms, rate, whole } from "./report.ts";
import type { Findings } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

/** A process holds 10,000 at most. */
const EXECUTIONS = 9_900;
const BEGINS_MS = 2_000;
const HALF = 0.5;
/** The default, and many: each step that runs at the kill runs once as a suspect of the death, in a group of few. */
const SLOTS = [64, 256] as const;
/** With more slots, more are done before the last is accepted. */
const UNDER_WAY = 0.25;

const Live = z.object({ live: z.boolean() });
const Commits = z.array(z.tuple([z.string(), z.unknown()]));

/** (l) Killed with all of them under way and started again: when it goes on, and how fast it is done, against no kill. */
export async function recovery(bench: Bench): Promise<Findings> {
  const found: Findings = { rows: [], failures: [] };
  for (const slots of SLOTS) {
    const { rows, failures } = await recoveryWith(bench, slots);
    found.rows.push(...rows);
    found.failures.push(...failures);
  }
  return found;
}

async function recoveryWith(bench: Bench, slots: number): Promise<Findings> {
  bench.say(`(l) recovery of ${whole(EXECUTIONS)} with ${slots} slots`);
  const normal = await without(`${bench.folder}/l-normal-${slots}.db`, slots);
  const kv = `${bench.folder}/l-${slots}.db`;
  const first = await open(kv, slots);
  await publish(first, threePauses("pauses"));
  const accepted = await accept(first);
  await first.kill();
  await using second = await open(kv, slots);
  const began = performance.now();
  let begins = NaN;
  while (Number.isNaN(begins)) {
    if (await moved(second) > 0) begins = performance.now() - began;
    else if (!await isLive(second)) throw new Error("nothing was left to recover");
  }
  await settled(second);
  const recovered = await moved(second);
  const perSecond = recovered * 1_000 / (performance.now() - began);
  return {
    rows: [
      {
        section: "l",
        what: `${slots} slots, ${whole(recovered)} executions after SIGKILL, go on`,
        measured: `${ms(begins)} after the start`,
        target: ms(BEGINS_MS),
        reached: begins <= BEGINS_MS,
      },
      {
        section: "l",
        what: `${slots} slots, executions done`,
        measured: `${rate(perSecond)}, × ${(perSecond / normal).toFixed(2)} of ${
          rate(normal)
        } without a kill`,
        target: `× ${HALF} of it`,
        reached: perSecond / normal >= HALF,
      },
    ],
    failures: recovered > accepted * UNDER_WAY
      ? []
      : [`only ${recovered} of ${accepted} were under way at the kill`],
  };
}

function open(kv: string, slots: number): Promise<ServerProcess> {
  return ServerProcess.start({ entry: BENCH_SERVER, kv, env: { LEADFLOW_CONCURRENCY: String(slots) } });
}

/** Executions a second, from the last acceptance on: as many are left as after a kill. */
async function without(kv: string, slots: number): Promise<number> {
  await using server = await open(kv, slots);
  await publish(server, threePauses("pauses"));
  const began = performance.now();
  const accepted = await accept(server);
  await settled(server);
  return accepted * 1_000 / (performance.now() - began);
}

async function accept(server: ServerProcess): Promise<number> {
  const load = await runLoad({
    port: server.port,
    request: post("pauses", LEADLESS),
    connections: 100,
    measure: { ms: 60_000, requests: EXECUTIONS },
  });
  return load.answered;
}

/** Executions of which this process has committed something. */
async function moved(server: ServerProcess): Promise<number> {
  return Commits.parse(await server.api("GET", "/bench/commits")).length;
}

async function isLive(server: ServerProcess): Promise<boolean> {
  return Live.parse(await server.api("GET", "/bench/live")).live;
}

async function settled(server: ServerProcess): Promise<void> {
  while (await isLive(server)) await new Promise((resolve) => setTimeout(resolve, 50));
}
