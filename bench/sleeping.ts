import { LEADLESS, MAIN, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { publish, waitADay } from "./graphs.ts";
import { whole } from "./report.ts";
import type { Findings } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

const SLEEPING = 100_000;
const MEMORY_TARGET_MIB = 50;
/** Of ten idle seconds, beside what a server over an empty database uses. */
const CPU_TARGET_S = 0.1;
const QUIET_MS = 5_000;
const IDLE_MS = 10_000;

interface Idle {
  mib: number;
  cpu: number;
}

/** (k) What executions that wait for tomorrow cost a process: memory and CPU beside those over an empty database. */
export async function sleeping(bench: Bench): Promise<Findings> {
  bench.say(`(k) ${whole(SLEEPING)} sleeping executions`);
  const kv = `${bench.folder}/k.db`;
  const accepted = await fill(kv);
  const none = await idle(`${bench.folder}/k-empty.db`);
  const many = await idle(kv);
  const more = many.mib - none.mib;
  const cpu = many.cpu - none.cpu;
  const what = `${whole(accepted)} sleeping executions`;
  return {
    rows: [
      {
        section: "k",
        what: `${what}, memory`,
        measured: `${whole(many.mib)} MiB, ${whole(more)} MiB more than none`,
        target: `${MEMORY_TARGET_MIB} MiB more`,
        reached: more <= MEMORY_TARGET_MIB,
      },
      {
        section: "k",
        what: `${what}, CPU of ${IDLE_MS / 1_000} idle s`,
        measured: `${many.cpu.toFixed(2)} s, none ${none.cpu.toFixed(2)} s`,
        target: "as none",
        reached: cpu <= CPU_TARGET_S,
      },
    ],
    failures: accepted === SLEEPING ? [] : [`${accepted} of ${SLEEPING} were accepted`],
  };
}

async function fill(kv: string): Promise<number> {
  await using server = await ServerProcess.start({ entry: MAIN, kv });
  await publish(server, waitADay("day"));
  let accepted = 0;
  // A phase of the load ends after two minutes.
  for (let tries = 0; accepted < SLEEPING && tries < 5; tries++) {
    const load = await runLoad({
      port: server.port,
      request: post("day", LEADLESS),
      connections: 50,
      measure: { ms: 120_000, requests: SLEEPING - accepted },
      firstNumber: accepted,
    });
    accepted += load.answered;
  }
  return accepted;
}

async function idle(kv: string): Promise<Idle> {
  await using server = await ServerProcess.start({ entry: MAIN, kv });
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const before = await server.cpuSeconds();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return { mib: await server.memory(), cpu: await server.cpuSeconds() - before };
}
