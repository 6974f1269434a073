import { type Browser, chromium } from "playwright-core";
import { z } from "zod";
import { ensureChromium } from "../tests/helpers/chromium.ts";
import { freshServer, LEADLESS, MAIN, post, runLoadOn } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { fiveNodes, publish } from "./graphs.ts";
import type { BenchWorkflow } from "./graphs.ts";
import { percentile } from "./percentile.ts";
import { cpu, ms, quantiles, rate, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { ServerProcess } from "./server_process.ts";
import { signedIn } from "./signed_in.ts";
import { ViewersProcess } from "./viewers_process.ts";

const VIEWERS = 50;
const RUNS = 5;
const STEPS = 30;
const STEP_MS = 60;
const LATEST_MS = 200;
const CLIENTS = 200;
const ROUNDS = 3;
const MOST_SLOWER = 0.1;
const CODE = "benchmark-set-up";

/**
 * (o) Who looks on: how long a step takes from its end until it is painted in a browser while 50 watch the same
 * execution, and what 200 open lists cost the executions.
 */
export async function viewers(bench: Bench): Promise<Findings> {
  const painted = await untilPainted(bench);
  const beside = await besideLoad(bench);
  return { rows: [...painted.rows, ...beside], failures: painted.failures };
}

function manySteps(url: string): BenchWorkflow {
  const hook = { path: "watched", method: "POST", auth: { kind: "none" }, respond: "accepted" };
  const wait = { kind: "for", duration: { value: 4, unit: "seconds" } };
  return {
    name: "Watched",
    nodes: [
      { id: "hook", type: "trigger_webhook", config: hook },
      { id: "wait", type: "wait", config: wait },
      ...Array.from({ length: STEPS }, (_, i) => (
        { id: `step${i}`, type: "api", config: { method: "GET", url } }
      )),
    ],
  };
}

async function untilPainted(bench: Bench): Promise<Findings> {
  const host = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    return Response.json({});
  });
  const url = `127.0.0.1:${host.addr.port}`;
  const env = { LEADFLOW_SETUP_CODE: CODE, LEADFLOW_ALLOW_HOSTS: url };
  await using server = await ServerProcess.start({ entry: MAIN, kv: `${bench.folder}/o.db`, env });
  await publish(server, manySteps(`http://${url}/`));
  const executablePath = await ensureChromium();
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await signedIn(browser, `http://127.0.0.1:${server.port}`, CODE);
    await page.addInitScript(notePaints);
    const [streamed, painted]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      bench.say(`(o) ${VIEWERS} watch an execution, ${run + 1} of ${RUNS}`);
      const one = await watched(server, page);
      streamed.push(one.p99);
      painted.push(...one.painted);
    }
    return {
      rows: [{
        section: "o",
        what: `a step's end until it is painted, ${VIEWERS} watch, ${painted.length} steps`,
        measured: `p50 ${ms(percentile(painted, 0.5))}, p99 ${ms(percentile(painted, 0.99))}; ` +
          `read from the stream p99 ${ms(Math.max(...streamed))}`,
        target: `p99 ${ms(LATEST_MS)}`,
        reached: percentile(painted, 0.99) <= LATEST_MS,
      }],
      failures: painted.length === RUNS * STEPS
        ? []
        : [`(o) ${painted.length} of ${RUNS * STEPS} were painted`],
    };
  } finally {
    await browser.close();
    await host.shutdown();
  }
}

type BrowserPage = Awaited<ReturnType<Browser["newPage"]>>;

/** Runs in the page: when each card was first painted as completed, epoch ms. */
function notePaints(): void {
  const painted: { [nodeId: string]: number } = {};
  Reflect.set(globalThis, "painted", painted);
  const look = (): void => {
    for (const card of document.querySelectorAll<HTMLElement>('[data-node][data-status="completed"]')) {
      painted[card.dataset.node ?? ""] ??= Date.now();
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const Ended = z.object({
  status: z.string(),
  steps: z.array(z.object({ nodeId: z.string(), endedAt: z.string().nullable() })),
});

async function watched(
  server: ServerProcess,
  page: BrowserPage,
): Promise<{ painted: number[]; p99: number }> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/hooks/watched`, { method: "POST", body: "{}" });
  const { executionId } = z.object({ executionId: z.string() }).parse(await answer.json());
  const execution = { id: executionId, viewers: VIEWERS - 1 };
  const others = await ViewersProcess.start({ port: server.port, lists: 0, execution });
  await page.goto(`/executions/${executionId}`);
  const path = `/api/monitoring/executions/${executionId}`;
  let ended: z.infer<typeof Ended>;
  do {
    await new Promise((resolve) => setTimeout(resolve, 500));
    ended = Ended.parse(await server.api("GET", path));
  } while (ended.status !== "completed");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const paints = z.record(z.string(), z.number()).parse(
    await page.evaluate(() => Reflect.get(globalThis, "painted")),
  );
  const { p99 } = await others.leave();
  const painted = ended.steps.flatMap(({ nodeId, endedAt }) => {
    const at = paints[nodeId];
    return !nodeId.startsWith("step") || at === undefined ? [] : [at - Date.parse(endedAt ?? "")];
  });
  return { painted, p99 };
}

/** The load of (a), by turns with nobody looking and with 200 open lists. */
async function besideLoad(bench: Bench): Promise<Row[]> {
  await using server = await freshServer(bench, "o2");
  await publish(server, fiveNodes("busy", "node"));
  const load = (firstNumber: number): ReturnType<typeof runLoadOn> =>
    runLoadOn(server, {
      request: post("busy", LEADLESS),
      connections: 50,
      warmUp: { ms: 1_000 },
      measure: { ms: 5_000 },
      firstNumber,
    });
  const [alone, seen]: [Load[], Load[]] = [[], []];
  let [events, resets, readings] = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    bench.say(`(o) load alone, then with ${CLIENTS} open lists, ${round + 1} of ${ROUNDS}`);
    alone.push(await load(round * 2_000_000));
    const open = await ViewersProcess.start({ port: server.port, lists: CLIENTS });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    seen.push(await load(round * 2_000_000 + 1_000_000));
    const saw = await open.leave();
    [events, resets, readings] = [events + saw.events, resets + saw.resets, readings + saw.readings];
  }
  const [before, beside] = [middle(alone), middle(seen)];
  const cost = beside.cpuMicros / before.cpuMicros - 1;
  const row = (what: string, load: Load): Row => ({
    section: "o",
    what,
    measured: `${rate(load.perSecond)}, ${quantiles(load)}${cpu(load)}`,
    target: "",
  });
  return [
    row("five nodes, 50 connections, nobody looks", before),
    row(`the same beside ${CLIENTS} open lists`, beside),
    {
      section: "o",
      what: `what ${CLIENTS} open lists cost an execution`,
      measured: `${(cost * 100).toFixed(1)} % CPU, ${
        ((1 - beside.perSecond / before.perSecond) * 100).toFixed(1)
      } % fewer (${whole(resets)} resets, ${whole(events)} events, ${whole(readings)} readings)`,
      target: `${MOST_SLOWER * 100} %`,
      reached: cost <= MOST_SLOWER,
    },
  ];
}

type Load = Awaited<ReturnType<typeof runLoadOn>>;

function middle(loads: readonly Load[]): Load {
  return loads.toSorted((a, b) => a.cpuMicros - b.cpuMicros)[Math.floor(loads.length / 2)]!;
}
