/** Ten times the load for minutes, on the real server: it refuses with Retry-After, stays small, and keeps what it accepted. */
import { startServer } from "../helpers/server.ts";
import type { Server } from "../helpers/server.ts";
import { flow, hookNode } from "../e2e/flows.ts";
import type { Options, Result } from "./result.ts";

/** Steps under way at once, each as long as the other side takes: so much the server can do. */
const SLOTS = 16;
const STEP_MS = 200;
const FITS_PER_SECOND = SLOTS * 1_000 / STEP_MS;
const OFFERED_PER_SECOND = 10 * FITS_PER_SECOND;
/** Until the queue is as long as it may get. */
const WARM_UP_MS = 20_000;
const GROWTH_MIB = 50;
const TICK_MS = 50;
const DRAIN_MS = 10 * 60_000;

interface Counts {
  sent: number;
  accepted: string[];
  refused: number;
  /** Neither 202 nor a 429 or 503 with Retry-After. */
  other: string[];
}

export async function runBackpressure({ minutes }: Options): Promise<Result> {
  const slow = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    return Response.json({});
  });
  const host = `127.0.0.1:${slow.addr.port}`;
  try {
    await using server = await startServer({
      env: { LEADFLOW_CONCURRENCY: String(SLOTS), LEADFLOW_ALLOW_HOSTS: host },
    });
    return await overload(server, host, minutes);
  } finally {
    await slow.shutdown();
  }
}

async function overload(server: Server, host: string, minutes: number): Promise<Result> {
  const call = ["call", "api", "Call", { method: "POST", url: `http://${host}/` }] as const;
  await server.publish(flow("Slow", [hookNode("slow"), call], [["hook", "call"]]));
  const counts: Counts = { sent: 0, accepted: [], refused: 0, other: [] };
  await offer(server, counts, WARM_UP_MS);
  const before = await memory(server);
  let most = before;
  const sampling = setInterval(async () => most = Math.max(most, await memory(server)), 500);
  await offer(server, counts, minutes * 60_000);
  clearInterval(sampling);
  const growth = most - before;
  const lost = await unfinished(server, counts.accepted);
  const seconds = minutes * 60 + WARM_UP_MS / 1_000;
  return {
    told: `backpressure: ${minutes} min, ${counts.sent} sent (${Math.round(counts.sent / seconds)}/s where ` +
      `${FITS_PER_SECOND}/s fit), ${counts.accepted.length} accepted, ${counts.refused} refused with Retry-After, ` +
      `${counts.other.length} otherwise${counts.other.slice(0, 3).map((each) => ` ${each}`).join("")}, ` +
      `${lost} accepted and lost; memory ${Math.round(before)} MiB, at most ${Math.round(growth)} MiB more`,
    ok: counts.accepted.length > 0 && counts.refused > 0 && counts.other.length === 0 && lost === 0 &&
      growth <= GROWTH_MIB,
  };
}

/** So many a second, whatever is answered: callers do not wait for one another. */
async function offer(server: Server, counts: Counts, ms: number): Promise<void> {
  const began = performance.now();
  const under = new Set<Promise<void>>();
  let sent = 0;
  for (let gone = 0; gone < ms; gone = performance.now() - began) {
    while (sent < gone * OFFERED_PER_SECOND / 1_000 && under.size < 1_000) {
      sent++;
      const call = send(server, counts).finally(() => under.delete(call));
      under.add(call);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  counts.sent += sent;
  await Promise.all(under);
}

async function send(server: Server, counts: Counts): Promise<void> {
  const response = await fetch(`${server.url}/hooks/slow`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"company":"Acme","score":72}',
  }).catch((error) => String(error));
  if (typeof response === "string") return void counts.other.push(response);
  const text = await response.text();
  if (response.status === 202) counts.accepted.push(String(JSON.parse(text).executionId));
  else if ([429, 503].includes(response.status) && response.headers.get("retry-after")) counts.refused++;
  else counts.other.push(`${response.status} ${text.slice(0, 100)}`);
}

/** Resident MiB. */
async function memory(server: Server): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${server.pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1_024;
}

interface Page {
  items: { id: string; status: string }[];
  nextCursor: string | null;
}

/** How many of the accepted have not completed once nothing moves any more. */
async function unfinished(server: Server, ids: readonly string[]): Promise<number> {
  for (const until = Date.now() + DRAIN_MS;;) {
    const completed = new Set<string>();
    for (let cursor: string | null = ""; cursor !== null;) {
      const path: string = `/api/monitoring/executions?limit=200${cursor && `&cursor=${cursor}`}`;
      const page = await server.api("GET", path) as Page;
      for (const { id, status } of page.items) if (status === "completed") completed.add(id);
      cursor = page.nextCursor;
    }
    const left = ids.filter((id) => !completed.has(id)).length;
    if (left === 0 || Date.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
