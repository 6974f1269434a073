/** Steps that end their process, among many that do not; the processes are started again as a host does it. */
import { fewOf } from "../../engine/core/suspect.ts";
import { flow, hookNode } from "../e2e/flows.ts";
import type { Server } from "../helpers/server.ts";
import { House, onlyDeadly } from "./house.ts";
import type { LogLine } from "./step_log.ts";

/** How a step ends its process; `huge` puts out 500 MB instead, which is refused. */
const DEATHS = ["exit", "memory", "block"] as const;
export type Deadly = typeof DEATHS[number] | "huge";

export interface PoisonOptions {
  bystanders: number;
  hows: readonly Deadly[];
  processes: number;
  slots: number;
}

export interface PoisonFound {
  accepted: number;
  completed: number;
  /** Processes that ended by themselves, or did not answer any more and were killed. */
  deaths: number;
  /** How each deadly step stands in the inbox. */
  convictions: { how: Deadly; status: string; code: string; attempts: number; inInbox: boolean }[];
  /** Steps that ran beside a suspect in one process and were none, and bystanders that died alone. */
  wrong: string[];
}

/** In the crowd, in a group, and alone: that attempt ends by itself. */
const MOST_OF_INNOCENTS = 3;
const LIVE_MS = 500;
const SILENT_MS = 3_000;
const LANES = 8;
/** Enough for the program, and soon filled. */
const HEAP_MB = 256;

/** Sends all, keeps the processes running, and tells what became of each. */
export async function poison({ bystanders, hows, processes, slots }: PoisonOptions): Promise<PoisonFound> {
  await using house = await House.open({
    env: {
      LEADFLOW_QUEUE: "off",
      LEADFLOW_CONCURRENCY: String(slots),
      DENO_V8_FLAGS: `--max-old-space-size=${HEAP_MB}`,
    },
  });
  const servers: Server[] = [];
  for (let i = 0; i < processes; i++) servers.push(await house.add());
  const [one] = servers;
  await one!.publish(flow(
    "Bystanders",
    [hookNode("by"), ["one", "slow", "One", { ms: 20 }], ["two", "slow", "Two", { ms: 20 }]],
    [["hook", "one"], ["one", "two"]],
  ));
  for (const how of hows) await one!.publish(onlyDeadly(how, how));
  const watch = new Watch(house, servers);
  try {
    const ids = await send(servers, bystanders, hows);
    const settled = await Promise.all(
      [...ids].map(async ([key, id]) => [key, await surelySettled(one!, id)] as const),
    );
    const statuses = new Map(settled);
    const convictions = await Promise.all(hows.map((how) => conviction(one!, how, ids.get(how)!)));
    return {
      accepted: ids.size - hows.length,
      completed: [...statuses].filter(([key, status]) =>
        key.startsWith("by") && status === "completed"
      ).length,
      deaths: watch.deaths,
      convictions,
      wrong: wrongs(house.lines, new Set(hows.map((how) => `${ids.get(how)}.dead.1`)), fewOf(slots)),
    };
  } finally {
    await watch.stop();
  }
}

/** Starts again what has ended, and ends what does not answer. */
class Watch {
  deaths = 0;
  #stopped = false;
  readonly #watching: Promise<void>;

  constructor(house: House, servers: readonly Server[]) {
    this.#watching = Promise.all(servers.map((server) => this.#keep(house, server))).then(() => {});
  }

  async #keep(house: House, server: Server): Promise<void> {
    while (!this.#stopped) {
      let isOver = false;
      const ended = server.ended.then(() => isOver = true);
      while (!isOver && !this.#stopped) {
        await Promise.race([ended, pause(LIVE_MS)]);
        if (!isOver && !this.#stopped && !await answers(server)) Deno.kill(server.pid, "SIGKILL");
      }
      if (this.#stopped) return;
      do await this.#bury(house, server); while (!await started(server));
    }
  }

  async #bury(house: House, server: Server): Promise<void> {
    this.deaths++;
    house.died(server.pid);
    await server.kill();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#watching;
  }
}

/** False: what it took up ended it before it could say that it runs. */
async function started(server: Server): Promise<boolean> {
  return await server.start().then(() => true, () => false);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function answers(server: Server): Promise<boolean> {
  try {
    const response = await fetch(`${server.url}/health/live`, { signal: AbortSignal.timeout(SILENT_MS) });
    await response.body?.cancel();
    return true;
  } catch (error) {
    // One that has ended is noticed by that.
    return !(error instanceof DOMException);
  }
}

/** The deadly ones in the middle of all others; each under a key, until it is accepted. */
async function send(
  servers: readonly Server[],
  bystanders: number,
  hows: readonly Deadly[],
): Promise<Map<string, string>> {
  const names = Array.from({ length: bystanders }, (_, i) => `by${i}`);
  names.splice(Math.floor(bystanders / 3), 0, ...hows);
  const ids = new Map<string, string>();
  let next = 0;
  const lane = async (lane: number): Promise<void> => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      const path = name.startsWith("by") ? "by" : name;
      ids.set(name, await surelySent(servers, { path, key: name, from: lane }));
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
  return ids;
}

async function surelySent(
  servers: readonly Server[],
  { path, key, from }: { path: string; key: string; from: number },
): Promise<string> {
  for (let i = from;; i++) {
    try {
      const response = await fetch(`${servers[i % servers.length]!.url}/hooks/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key },
        body: "{}",
        signal: AbortSignal.timeout(SILENT_MS),
      });
      const text = await response.text();
      if (response.status === 202) return (JSON.parse(text) as { executionId: string }).executionId;
      if (response.status < 500) throw new Error(`${path} → ${response.status} ${text}`);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith(path)) throw error;
    }
    await pause(100);
  }
}

interface Shown {
  status: string;
  steps: { nodeId: string; attempts: number; failure: { code: string } | null }[];
}

/** Asks until an answer comes: the process may be on its way back. */
async function surely<T>(ask: () => Promise<T>): Promise<T> {
  for (let i = 0;; i++) {
    try {
      return await ask();
    } catch (error) {
      if (i > 600) throw error;
      await pause(200);
    }
  }
}

async function surelySettled(server: Server, id: string): Promise<string> {
  for (const until = Date.now() + 300_000;;) {
    const { status } = await surely(() => server.api("GET", `/api/monitoring/executions/${id}`)) as Shown;
    if (["completed", "failed", "cancelled"].includes(status) || Date.now() > until) return status;
    await pause(250);
  }
}

async function conviction(
  server: Server,
  how: Deadly,
  id: string,
): Promise<PoisonFound["convictions"][number]> {
  const { status, steps } = await surely(() =>
    server.api("GET", `/api/monitoring/executions/${id}`)
  ) as Shown;
  const step = steps.find(({ nodeId }) => nodeId === "dead")!;
  const { items } = await surely(() => server.api("GET", "/api/inbox")) as {
    items: { executionId: string }[];
  };
  const inInbox = items.some(({ executionId }) => executionId === id);
  return { how, status, code: step.failure?.code ?? "", attempts: step.attempts, inInbox };
}

/**
 * In the order of the log: who has been charged once runs beside few others of the same, who has been charged again with
 * nothing beside it, and no bystander dies alone.
 */
function wrongs(lines: readonly LogLine[], deadly: ReadonlySet<string>, few: number): string[] {
  const found: string[] = [];
  const under = new Map<number, Map<string, number>>();
  for (const { what, pid, key = "", attempt = 0 } of lines) {
    const here = under.get(pid) ?? new Map<string, number>();
    under.set(pid, here);
    if (what === "kill") here.clear();
    else if (what !== "start") here.delete(key);
    else {
      for (const [other, which] of here) {
        if (attempt > 2 || which > 2 || attempt !== which) {
          found.push(`${key} (attempt ${attempt}) beside ${other} (attempt ${which}) in ${pid}`);
        }
      }
      if (attempt > MOST_OF_INNOCENTS && !deadly.has(key)) found.push(`${key} is at attempt ${attempt}`);
      here.set(key, attempt);
      if (attempt === 2 && here.size > few) found.push(`${here.size} suspects at once in ${pid}`);
    }
  }
  return found;
}
