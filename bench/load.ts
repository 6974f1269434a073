import { z } from "zod";
import { Connection, requestBytes } from "./connection.ts";
import { percentile } from "./percentile.ts";

/** A phase ends with its time or its number of requests, whichever comes first. */
const Phase = z.object({ ms: z.number().max(120_000), requests: z.number().int().optional() });

/** What one run of the load generator does: its first argument, as JSON. */
export const LoadPlan = z.object({
  port: z.number().int(),
  request: z.object({
    method: z.enum(["GET", "POST"]),
    path: z.string(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().optional(),
  }),
  connections: z.number().int().min(1).max(2_000),
  warmUp: Phase.optional(),
  measure: Phase,
  /** Where the ids of all answered executions go, one a line. */
  idsFile: z.string().optional(),
  /** Numbers of requests start here, so that two runs send different ones. */
  firstNumber: z.number().int().default(0),
});
export type LoadPlan = z.input<typeof LoadPlan>;

/** What it found: its output, as JSON. Counts are of answers within the measured phase. */
export const LoadResult = z.object({
  /** Answers with a status of 2xx. */
  answered: z.number(),
  /** The same, with those of the warm-up. */
  inAll: z.number(),
  seconds: z.number(),
  perSecond: z.number(),
  /** Milliseconds; 0 when nothing was answered. */
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  /** Answers of another kind, by status. */
  refused: z.record(z.string(), z.number()),
  /** The body of the first of them. */
  refusal: z.string(),
  /** Connections that broke: the server went away. */
  broken: z.number(),
});
export type LoadResult = z.infer<typeof LoadResult>;

interface Tally {
  latencies: number[];
  refused: { [status: string]: number };
  refusal: string;
  broken: number;
}

/** N connections in a closed loop: each sends its next request when the last is answered. */
async function load(plan: z.output<typeof LoadPlan>): Promise<LoadResult> {
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, () => Connection.open(plan.port)),
  );
  const ids: string[] = [];
  let sent = plan.firstNumber;
  const number = (): number => sent++;
  const warmed = plan.warmUp && await phase(connections, plan, { limits: plan.warmUp, number, ids });
  const start = performance.now();
  const tally = await phase(connections, plan, { limits: plan.measure, number, ids });
  const seconds = (performance.now() - start) / 1_000;
  for (const connection of connections) connection.close();
  if (plan.idsFile) await Deno.writeTextFile(plan.idsFile, ids.join("\n"));
  const { latencies } = tally;
  return {
    answered: latencies.length,
    inAll: latencies.length + (warmed?.latencies.length ?? 0),
    seconds,
    perSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5) || 0,
    p99: percentile(latencies, 0.99) || 0,
    max: percentile(latencies, 1) || 0,
    refused: tally.refused,
    refusal: tally.refusal,
    broken: tally.broken,
  };
}

async function phase(
  connections: readonly Connection[],
  plan: z.output<typeof LoadPlan>,
  run: { limits: z.infer<typeof Phase>; number(): number; ids: string[] },
): Promise<Tally> {
  const tally: Tally = { latencies: [], refused: {}, refusal: "", broken: 0 };
  const until = performance.now() + run.limits.ms;
  let left = run.limits.requests ?? Infinity;
  await Promise.all(connections.map(async (connection) => {
    const request = requestBytes(plan.request);
    let began = performance.now();
    while (began < until && left-- > 0) {
      try {
        const reply = await connection.send(request.next(run.number()));
        const ended = performance.now();
        if (reply.status >= 200 && reply.status < 300) {
          tally.latencies.push(ended - began);
          if (reply.executionId) run.ids.push(reply.executionId);
        } else {
          tally.refused[reply.status] = (tally.refused[reply.status] ?? 0) + 1;
          tally.refusal ||= reply.body;
        }
        began = ended;
      } catch {
        tally.broken++;
        return;
      }
    }
  }));
  return tally;
}

if (import.meta.main) {
  const result = await load(LoadPlan.parse(JSON.parse(Deno.args[0] ?? "")));
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result)));
}
