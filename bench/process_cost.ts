import { freshServer, LEADLESS, MAIN, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { fiveNodes, publish } from "./graphs.ts";
import { percentile } from "./percentile.ts";
import { ms, whole } from "./report.ts";
import type { Findings } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

const START_TARGET_MS = 500;
const IDLE_TARGET_MIB = 150;
const STARTS = 5;

/** (e) From the start of the process to its first answer, with a warm cache and a database that exists. */
export async function startUp(bench: Bench): Promise<Findings> {
  bench.say("(e) starts");
  const times: number[] = [];
  // The first fills the caches and is not counted.
  for (let i = 0; i <= STARTS; i++) {
    const start = performance.now();
    await using server = await ServerProcess.start({ entry: MAIN, kv: `${bench.folder}/e.db` });
    const response = await fetch(`http://127.0.0.1:${server.port}/health/live`);
    await response.text();
    if (i > 0) times.push(performance.now() - start);
  }
  const median = percentile(times, 0.5);
  return {
    rows: [{
      section: "e",
      what: `start to first answer, median of ${STARTS}`,
      measured: ms(median),
      target: ms(START_TARGET_MS),
      reached: median <= START_TARGET_MS,
    }],
    failures: [],
  };
}

/** (f) Resident memory, idle after 3 s and under the load of (a). */
export async function memory(bench: Bench): Promise<Findings> {
  bench.say("(f) memory");
  await using server = await freshServer(bench, "f");
  await publish(server, fiveNodes("five", "node"));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const idle = await server.memory();
  let most = 0;
  const sampler = setInterval(async () => {
    most = Math.max(most, await server.memory());
  }, 200);
  try {
    await runLoad({
      port: server.port,
      request: post("five", LEADLESS),
      connections: 50,
      measure: { ms: 5_000 },
    });
  } finally {
    clearInterval(sampler);
  }
  return {
    rows: [
      {
        section: "f",
        what: "memory idle",
        measured: `${whole(idle)} MiB`,
        target: `${IDLE_TARGET_MIB} MiB`,
        reached: idle <= IDLE_TARGET_MIB,
      },
      {
        section: "f",
        what: "memory under the load of (a), most",
        measured: `${whole(most)} MiB`,
        target: "",
      },
    ],
    failures: [],
  };
}
