/**
 * Two processes over KV Connect: a `denokv` server of its own (DENOKV names the program; `cargo install denokv --locked`
 * makes it). Work is shared, a cancel reaches the other process, and what a killed one held goes on after its lease.
 */
import { freePort, type Server } from "../helpers/server.ts";
import { House, onlySlow, slowAndWait } from "../processes/house.ts";
import { doubles, mostAtOnce, resumedAfter } from "../processes/step_log.ts";

export interface DenokvCounts {
  executions: number;
  unfinished: number;
  doubled: string[];
  mostAtOnce: number;
  cancelMs: number;
  /** Of the longest; null: none was under way when its process was killed. */
  resumedMs: number | null;
  /** How many times the steps a second of one process two of them do, when one is asked. */
  ratio: number;
}

const SLOTS = 8;
const TOKEN = "denokv-token-of-the-test";
const SLOW_MS = 50;
const ALONE = 300;

export async function denokv(program: string): Promise<DenokvCounts> {
  const folder = await Deno.makeTempDir({ prefix: "leadflow-denokv-" });
  const address = `127.0.0.1:${freePort()}`;
  const database = new Deno.Command(program, {
    args: ["--sqlite-path", `${folder}/kv.db`, "serve", "--addr", address],
    env: { DENO_KV_ACCESS_TOKEN: TOKEN },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await listening(address);
    return await tryAll(`http://${address}`);
  } finally {
    database.kill("SIGKILL");
    await database.status;
    await Deno.remove(folder, { recursive: true });
  }
}

async function tryAll(kv: string): Promise<DenokvCounts> {
  await using house = await House.open({
    locks: false,
    env: {
      LEADFLOW_KV: kv,
      LEADFLOW_QUEUE: "off",
      LEADFLOW_CONCURRENCY: String(SLOTS),
      LEADFLOW_SECRET_KEYS: `k1:${btoa("k".repeat(32))}`,
      DENO_KV_ACCESS_TOKEN: TOKEN,
    },
  });
  const one = await house.add();
  await one.publish(onlySlow("slow", SLOW_MS));
  await one.publish(slowAndWait("share", 1_000));
  await one.publish(onlySlow("long", 60_000));
  const alone = await perSecond(house, one, ALONE);
  const other = await house.add();
  // Both have heard of one another by then.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const together = await perSecond(house, one, ALONE * 2);

  const long = await one.hook("long", {});
  const from = Date.now();
  await other.api("POST", `/api/monitoring/executions/${long}/cancel`, {});
  const cancelled = await other.settled(long);
  const cancelMs = cancelled === "cancelled" ? Date.now() - from : Infinity;

  const ids = await Promise.all(
    Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? one : other).hook("share", { n: i })),
  );
  await house.kill(other);
  const statuses = await Promise.all(ids.map((id) => one.settled(id)));
  const { lines } = house;
  const resumed = resumedAfter(lines);
  return {
    executions: ALONE * 3 + 1 + ids.length,
    unfinished: statuses.filter((status) => status !== "completed").length,
    doubled: doubles(lines),
    mostAtOnce: Math.max(...mostAtOnce(lines).values()),
    cancelMs,
    resumedMs: resumed.length === 0 ? null : Math.max(...resumed),
    ratio: together / alone,
  };
}

/** Steps a second from the first's start to the last's end; all are accepted by one process. */
async function perSecond(house: House, server: Server, count: number): Promise<number> {
  const before = house.lines.length;
  const ids = await Promise.all(Array.from({ length: count }, (_, i) => server.hook("slow", { n: i })));
  for (const id of ids) await server.settled(id);
  const times = house.lines.slice(before).map(({ at }) => at);
  return count * 1_000 / (Math.max(...times) - Math.min(...times));
}

async function listening(address: string): Promise<void> {
  const [hostname = "", port] = address.split(":");
  for (let tries = 0;; tries++) {
    try {
      return (await Deno.connect({ hostname, port: Number(port) })).close();
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
