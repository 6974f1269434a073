import { BENCH_SERVER, freshServer, LEADLESS, post, ratioOf, runLoadOn } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { publish, threeNoOps } from "./graphs.ts";
import { cpu, oddities, quantiles, rate } from "./report.ts";
import type { Findings } from "./report.ts";

const TARGET = 1_500;
const STEPS_TO_RAW = 1.3;

/** (b) Three steps that each commit on their own. The caller is answered at the end, so answers are completions. */
export async function steps(bench: Bench): Promise<Findings> {
  bench.say("(b) three steps of their own commits");
  await using server = await freshServer(bench, "b", BENCH_SERVER);
  await publish(server, threeNoOps("steps"));
  const result = await runLoadOn(server, {
    request: post("steps", LEADLESS),
    connections: 50,
    warmUp: { ms: 2_000 },
    measure: { ms: 6_000 },
  });
  const stepRate = result.perSecond * 3;
  const { ratio } = ratioOf(bench, stepRate);
  return {
    rows: [
      {
        section: "b",
        what: "three no-op steps, executions",
        measured: `${rate(result.perSecond)}, ${quantiles(result)}${cpu(result)}${oddities(result)}`,
        target: rate(TARGET),
        reached: result.perSecond >= TARGET,
        ...ratioOf(bench, result.perSecond),
      },
      {
        section: "b",
        what: "three no-op steps, steps",
        measured: rate(stepRate),
        target: `× ${STEPS_TO_RAW} of raw`,
        ...(ratio === undefined ? {} : { reached: ratio >= STEPS_TO_RAW, ratio }),
      },
    ],
    failures: [],
  };
}
