import { addCount, bucketOf, causeKey, emptyTally } from "../engine/core/metrics.ts";
import type { Tally } from "../engine/core/metrics.ts";
import { Folding } from "../engine/monitoring/metrics_fold.ts";
import { keys } from "../engine/store/keys.ts";
import { ALL, folded } from "../engine/store/metrics.ts";
import type { CountRecord } from "../engine/store/metrics.ts";
import { encode, Store } from "../engine/store/store.ts";
import { freshServer, runLoadOn } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { cpu, oddities, quantiles, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { TOKEN } from "./server_process.ts";
import type { ServerProcess } from "./server_process.ts";

const TARGET_MS = 30;
const EXECUTIONS = 1_000_000;
const WORKFLOWS = 20;
const DAYS = 60;
const READS = 200;
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** (n) The dashboard's answer over the counters of a million executions of twenty workflows in sixty days. */
export async function counted(bench: Bench): Promise<Findings> {
  const name = "n";
  await (await freshServer(bench, name)).stop();
  bench.say(`(n) counters of ${whole(EXECUTIONS)} executions`);
  const now = Date.now();
  const stored = await simulate(`${bench.folder}/${name}.db`, now);
  await using server = await freshServer(bench, name);
  const rows: Row[] = [];
  for (const range of ["1h", "24h", "7d", "30d"]) rows.push(await readRange(server, range));
  const from = new Date(now - DAYS * DAY_MS).toISOString();
  const all = await server.api("GET", `/api/monitoring/metrics?from=${from}`);
  const told = /"executions":(\d+)/.exec(JSON.stringify(all))?.[1];
  return {
    rows,
    failures: Number(told) === stored
      ? []
      : [`(n) ${stored} executions were counted, the answer says ${told}`],
  };
}

async function readRange(server: ServerProcess, range: string): Promise<Row> {
  const result = await runLoadOn(server, {
    request: {
      method: "GET",
      path: `/api/monitoring/metrics?range=${range}&timezone=Europe/Zurich`,
      headers: { authorization: `Bearer ${TOKEN}` },
    },
    connections: 1,
    warmUp: { ms: 5_000, requests: 5 },
    measure: { ms: 20_000, requests: READS },
  });
  return {
    section: "n",
    what: `metrics of ${range}, ${whole(EXECUTIONS)} counted`,
    measured: `${quantiles(result)}${cpu(result)}${oddities(result)}`,
    target: `p50 ${TARGET_MS} ms`,
    reached: result.p50 <= TARGET_MS,
  };
}

/** Writes the records as folding leaves them, and the last hour as commits do; says how many executions it made. */
async function simulate(path: string, now: number): Promise<number> {
  const kv = await Deno.openKv(path);
  const today = Math.floor(now / DAY_MS);
  const each = Math.ceil(EXECUTIONS / (WORKFLOWS * DAYS * 24));
  let made = 0;
  for (let day = today - DAYS + 1; day <= today; day++) {
    let [allDays, allHours]: [CountRecord | null, CountRecord | null] = [null, null];
    for (let workflow = 0; workflow < WORKFLOWS; workflow++) {
      let [days, hours]: [CountRecord | null, CountRecord | null] = [null, null];
      for (let hour = 0; hour < 24; hour++) {
        if (day * DAY_MS + hour * HOUR_MS > now - HOUR_MS) break;
        const tally = hourOf(each, workflow + hour);
        made += each;
        [days, hours] = [folded(days, 0, tally), folded(hours, hour, tally)];
        [allDays, allHours] = [folded(allDays, 0, tally), folded(allHours, hour, tally)];
      }
      await put(kv, day, idOf(workflow), days, hours);
    }
    await put(kv, day, ALL, allDays, allHours);
  }
  const minute = Math.floor(now / MINUTE_MS);
  for (let back = 0; back < 60; back++) {
    for (let workflow = 0; workflow < WORKFLOWS; workflow++) {
      const counts = { started: 1, [`completed.${bucketOf(back * 900)}`]: 1, ms: back * 900 + 1 };
      const atomic = kv.atomic();
      for (const [what, n] of Object.entries(counts)) {
        atomic.sum(keys.count(minute - back, idOf(workflow), what), BigInt(n));
      }
      await atomic.commit();
      made++;
    }
  }
  // As a server does every five minutes.
  await new Folding({ store: new Store(kv), newId: () => crypto.randomUUID() }).fold(now);
  kv.close();
  return made;
}

function idOf(workflow: number): string {
  return `01JD00000000000000000000${String(workflow).padStart(2, "0")}`;
}

/** Durations from milliseconds to weeks, one in twenty failed, by ten causes. */
function hourOf(executions: number, seed: number): Tally {
  const tally = emptyTally();
  addCount(tally, "started", executions);
  for (let i = 0; i < executions; i++) {
    const ms = Math.floor(2 ** ((i * 7 + seed * 3) % 30));
    const failed = (i + seed) % 20 === 0;
    addCount(tally, `${failed ? "failed" : "completed"}.${bucketOf(ms)}`, 1);
    addCount(tally, "ms", ms);
    const cause = { nodeType: "api", code: "http_500", status: 500, host: `host-${seed % 10}.example.com` };
    if (failed) addCount(tally, `by.${causeKey(cause)}`, 1);
  }
  return tally;
}

async function put(
  kv: Deno.Kv,
  day: number,
  scope: string,
  days: CountRecord | null,
  hours: CountRecord | null,
): Promise<void> {
  if (days) await kv.set(keys.countDay(day, scope), encode(days));
  if (hours) await kv.set(keys.countHours(day, scope), encode(hours));
}
