import { freshServer, LEADLESS, post, runLoad } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { fiveNodes, publish } from "./graphs.ts";
import { oddities, quantiles } from "./report.ts";
import type { Findings } from "./report.ts";

const TARGET = { p50: 2, p99: 10 };
const REQUESTS = 3_000;

/** (c) From the trigger to completion, one after the other. */
export async function latency(bench: Bench): Promise<Findings> {
  bench.say("(c) trigger to completion");
  await using server = await freshServer(bench, "c");
  await publish(server, fiveNodes("one", "finished"));
  const result = await runLoad({
    port: server.port,
    request: post("one", LEADLESS),
    connections: 1,
    warmUp: { ms: 2_000 },
    measure: { ms: 30_000, requests: REQUESTS },
  });
  return {
    rows: [{
      section: "c",
      what: `trigger to completion, 1 connection, ${result.answered} times`,
      measured: `${quantiles(result)}${oddities(result)}`,
      target: "p50 2 ms, p99 10 ms",
      reached: result.p50 <= TARGET.p50 && result.p99 <= TARGET.p99,
    }],
    failures: [],
  };
}
