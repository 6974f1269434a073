import { freshServer, LEADLESS, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { fiveNodes, publish } from "./graphs.ts";
import { oddities, quantiles, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { TOKEN } from "./server_process.ts";

const TARGET_MS = 5;
const SHORT = [20_000];
const LONG = [20_000, 200_000];
const READS = 500;

/** (g) The newest 50 of many stored executions; `--long` asks 200,000 too. */
export async function listing(bench: Bench): Promise<Findings> {
  await using server = await freshServer(bench, "g");
  await publish(server, fiveNodes("many", "accepted"));
  const rows: Row[] = [];
  let stored = 0;
  for (const count of bench.long ? LONG : SHORT) {
    bench.say(`(g) storing ${whole(count)} executions`);
    while (stored < count) {
      const result = await runLoad({
        port: server.port,
        request: post("many", LEADLESS),
        connections: 50,
        measure: { ms: 120_000, requests: count - stored },
        firstNumber: stored,
      });
      stored += result.answered;
    }
    rows.push(await readNewest(server.port, count));
  }
  return { rows, failures: [] };
}

async function readNewest(port: number, count: number): Promise<Row> {
  const result = await runLoad({
    port,
    request: {
      method: "GET",
      path: "/api/monitoring/executions?limit=50",
      headers: { authorization: `Bearer ${TOKEN}` },
    },
    connections: 1,
    warmUp: { ms: 5_000, requests: READS / 5 },
    measure: { ms: 20_000, requests: READS },
  });
  return {
    section: "g",
    what: `newest 50 of ${whole(count)} executions`,
    measured: `${quantiles(result)}${oddities(result)}`,
    target: `p50 ${TARGET_MS} ms`,
    reached: result.p50 <= TARGET_MS,
  };
}
