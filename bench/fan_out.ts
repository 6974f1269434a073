import { BENCH_SERVER, freshServer } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { fanOutAndJoin, publish } from "./graphs.ts";
import { percentile } from "./percentile.ts";
import { ms } from "./report.ts";
import type { Findings } from "./report.ts";

const WIDTH = 500;
const RUNS = 10;
const TARGET_MS = 1_000;

/** (j) So many steps side by side and the join behind them, from the request to the answer at the end. */
export async function fanOut(bench: Bench): Promise<Findings> {
  bench.say(`(j) a fan-out of ${WIDTH} and its join`);
  await using server = await freshServer(bench, "j", BENCH_SERVER);
  await publish(server, fanOutAndJoin("fan", WIDTH));
  const times: number[] = [];
  const failures: string[] = [];
  // The first compiles the version and is not counted.
  for (let i = 0; i <= RUNS; i++) {
    const began = performance.now();
    const response = await fetch(`http://127.0.0.1:${server.port}/hooks/fan`, { method: "POST", body: "{}" });
    await response.text();
    if (!response.ok) failures.push(`a fan-out was answered ${response.status}`);
    if (i > 0) times.push(performance.now() - began);
  }
  const most = Math.max(...times);
  return {
    rows: [{
      section: "j",
      what: `fan-out of ${WIDTH} and join, ${RUNS} times`,
      measured: `median ${ms(percentile(times, 0.5))}, most ${ms(most)}`,
      target: ms(TARGET_MS),
      reached: most <= TARGET_MS,
    }],
    failures,
  };
}
