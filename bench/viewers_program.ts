/**
 * People who look on, in a process of their own: so many streams of all executions, and, where an execution is named,
 * so many of that one. They do what the pages do: after a reset, or when something began, they read the list again at
 * the pace that the stream tells. Says `ready` when all are connected, and what they saw when its input ends.
 */
import { z } from "zod";
import { createSseParser } from "../islands/shared/sse_parser.ts";
import { percentile } from "./percentile.ts";
import { TOKEN } from "./server_process.ts";
import { ViewersPlan } from "./viewers_process.ts";

const headers = { authorization: `Bearer ${TOKEN}` };
const leaving = new AbortController();
const seen = { events: 0, resets: 0, readings: 0, late: [] as number[] };
const Data = z.object({
  timestamp: z.string().optional(),
  taskId: z.string().nullable().optional(),
  reset: z.boolean().optional(),
  readMs: z.number().optional(),
});

let connected = 0;

async function read(
  url: string,
  take: (piece: readonly z.infer<typeof Data>[], since: number) => void,
): Promise<void> {
  const response = await fetch(url, { headers, signal: leaving.signal });
  if (!response.ok || !response.body) throw new Error(`${url} is answered ${response.status}`);
  connected++;
  const since = Date.now();
  const parse = createSseParser();
  const decoder = new TextDecoder();
  for await (const piece of response.body) {
    const messages = parse(decoder.decode(piece, { stream: true }));
    take(messages.map(({ data }) => Data.parse(JSON.parse(data))), since);
  }
}

/** What happened before somebody looked is no delay. */
function note(piece: readonly z.infer<typeof Data>[], since: number): void {
  for (const { timestamp, reset } of piece) {
    if (reset) seen.resets++;
    if (timestamp === undefined) continue;
    seen.events++;
    if (Date.parse(timestamp) > since) seen.late.push(Date.now() - Date.parse(timestamp));
  }
}

/** As islands/monitoring/ExecutionList.tsx: reads when the line stands, and when something began or was passed over. */
function watchList(base: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let [last, every] = [0, 1_000];
  const readSoon = (): void => {
    if (timer !== null) return;
    const spread = every > 1_000 ? Math.random() * every : 0;
    timer = setTimeout(async () => {
      const answer = await fetch(`${base}/api/monitoring/executions`, { headers, signal: leaving.signal });
      await answer.arrayBuffer();
      timer = null;
      last = Date.now();
      seen.readings++;
    }, Math.max(0, last + every - Date.now(), spread));
  };
  readSoon();
  return read(`${base}/api/monitoring/stream?busy=skip`, (piece, since) => {
    note(piece, since);
    for (const { readMs } of piece) every = readMs ?? every;
    if (piece.some(({ reset, taskId }) => reset || taskId === null)) readSoon();
  });
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  const { port, lists, execution } = ViewersPlan.parse(JSON.parse(Deno.args[0] ?? ""));
  const base = `http://127.0.0.1:${port}`;
  const all = Array.from({ length: lists }, () => watchList(base));
  if (execution) {
    const url = `${base}/api/monitoring/executions/${execution.id}/stream`;
    for (let i = 0; i < execution.viewers; i++) all.push(read(url, note));
  }
  globalThis.addEventListener("unhandledrejection", (event) => {
    if (leaving.signal.aborted) event.preventDefault();
  });
  while (connected < all.length) await new Promise((resolve) => setTimeout(resolve, 20));
  say("ready");
  await Deno.stdin.readable.pipeTo(new WritableStream()).catch(() => {});
  leaving.abort();
  // A line that is full when it is cut does not always say so.
  await Promise.race([Promise.allSettled(all), new Promise((resolve) => setTimeout(resolve, 500))]);
  const { late, ...counts } = seen;
  say(JSON.stringify({ ...counts, p50: percentile(late, 0.5) || 0, p99: percentile(late, 0.99) || 0 }));
  Deno.exit(0);
}
