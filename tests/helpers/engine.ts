import { z } from "zod";
import { createEngine } from "../../engine/mod.ts";
import type { Engine, EngineOptions, NodeType, WebhookAnswer } from "../../engine/mod.ts";
import { defineNode } from "../../engine/nodes/define.ts";
import type { Outcome, StepContext } from "../../engine/nodes/define.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import type { WorkflowEdge, WorkflowNode, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { SHARDS } from "../../engine/store/keys.ts";
import { Store } from "../../engine/store/store.ts";
import type { Clock } from "../../engine/worker/clock.ts";
import { ManualClock } from "./clock.ts";
import { FaultyKv } from "./faulty_kv.ts";
import type { Aim } from "./faulty_kv.ts";

export const ANN = { userId: "ann", name: "Ann" };

export interface LogLine {
  level: string;
  event: string;
  fields: { [name: string]: unknown };
}

/** An effect that tests steer: it counts its calls, and answers what `answer` says. */
export interface Probe {
  type: NodeType;
  calls: { executionId: string; nodeId: string; key: string; attempt: number }[];
  answer(context: StepContext, say: string): Outcome | Promise<Outcome>;
}

export function createProbe(): Probe {
  const probe: Probe = {
    calls: [],
    answer: (_context, say) => ({ kind: "done", output: { say } }),
    type: defineNode({
      type: "probe",
      version: 1,
      kind: "effect",
      ledger: false,
      title: "Probe",
      description: "Counts.",
      category: "code",
      icon: "code",
      config: z.strictObject({ say: z.string().default("") }),
      example: {},
      ports: [
        { id: "out", label: "Out" },
        { id: "a", label: "A" },
        { id: "b", label: "B" },
        { id: "error", label: "Error" },
      ],
      summary: "Probe",
      templates: { say: "text" },
      async run({ say }: { say: string }, context): Promise<Outcome> {
        const { executionId, nodeId, idempotencyKey: key, attempt } = context;
        probe.calls.push({ executionId, nodeId, key, attempt });
        return await probe.answer(context, say);
      },
    }),
  };
  return probe;
}

export interface Opened extends AsyncDisposable {
  engine: Engine;
  /** The same database, past every fault. */
  store: Store;
  real: Deno.Kv;
  faults: FaultyKv;
  clock: ManualClock;
  probe: Probe;
  logs: LogLine[];
  /** Until no operation is under way and nothing follows. */
  settle(): Promise<void>;
  /** Moves time from timer to timer until it holds; fails after `limitMs` of virtual time. */
  until(holds: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  /** The process dies: nothing of it moves any more. */
  die(): void;
}

export interface OpenOptions extends Partial<EngineOptions> {
  /** Shared by engines that follow one another or live side by side. */
  real?: Deno.Kv;
  manual?: ManualClock;
  probe?: Probe;
  offset?: number;
  random?: () => number;
  /** Fails already while it starts; one that dies of it is given back dead. */
  aim?: Aim;
}

/** An engine over a database in memory, on virtual time; it has no sample workflow. */
export async function openEngine(options: OpenOptions = {}): Promise<Opened> {
  const { real: given, manual, probe: sharedProbe, offset, random, aim, ...rest } = options;
  const real = given ?? await emptyDatabase();
  const faults = new FaultyKv(real);
  const clock = manual ?? new ManualClock();
  const own = clock.process({ ...(offset ? { offset } : {}), ...(random ? { random } : {}) });
  const probe = sharedProbe ?? createProbe();
  const logs: LogLine[] = [];
  const engine = await createEngine({
    kv: faults.kv,
    queue: false,
    lockFolder: null,
    publicUrl: "http://leadflow.test",
    smtpUrl: null,
    mailFrom: "sales@example.com",
    send: true,
    allowHosts: [],
    retentionDays: 30,
    concurrency: 64,
    secretKeys: [{ id: "k1", bytes: new Uint8Array(32) }],
    setupCode: null,
    token: null,
    log: (level, event, fields = {}) => logs.push({ level, event, fields }),
    clock: own as Clock,
    extraNodeTypes: [probe.type],
    onBatch: faults.onBatch,
    // On a busy machine a dry run takes longer, and says the same.
    simulationLimits: { realMs: 60_000 },
    ...rest,
  });
  // As a cron tick does; it stays on virtual time, and nobody waits for it.
  faults.ring = (): void =>
    void engine.sweep().catch((error) => {
      if (!faults.dead) throw error;
    });
  if (aim) faults.arm(aim);
  await Promise.race([engine.start(), faults.crashed]);
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3 && !faults.dead;) {
      await turn();
      quiet = faults.pending === 0 ? quiet + 1 : 0;
    }
  };
  const die = (): void => {
    own.die();
    faults.die();
  };
  return {
    engine,
    store: new Store(real),
    real,
    faults,
    clock,
    probe,
    logs,
    settle,
    until: (holds, limitMs) => until({ clock, settle, real }, holds, limitMs),
    die,
    async [Symbol.asyncDispose](): Promise<void> {
      if (!faults.dead) await stopped(engine, clock);
      die();
      if (!given) real.close();
    },
  };
}

/** Stops it; steps that never end, as a failed test leaves them, have their grace on virtual time. */
async function stopped(engine: Engine, clock: ManualClock): Promise<void> {
  let done = false;
  const stopping = engine.stop().finally(() => done = true);
  for (let turns = 0; !done; turns++) {
    await Promise.race([stopping, turn()]);
    if (turns > 50) clock.advance(1_000);
  }
  await stopping;
}

/** A database whose sample has been made before, so that tests start with none. */
export async function emptyDatabase(): Promise<Deno.Kv> {
  const kv = await Deno.openKv(":memory:");
  await kv.set(["meta", "sample"], new TextEncoder().encode('{"v":1}'));
  return kv;
}

/** One turn of the event loop, with its timers. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Moves time to where something falls due, and by a second when what is due cannot be had yet. */
export async function until(
  parts: { clock: ManualClock; real: Deno.Kv; settle(): Promise<void> },
  holds: () => boolean | Promise<boolean>,
  limitMs = 300_000,
): Promise<void> {
  const end = parts.clock.now + limitMs;
  for (let over = 0;;) {
    await parts.settle();
    if (await holds()) return;
    if (parts.clock.now >= end) {
      // What computes beside the event loop (a digest) may have been overtaken by a leap to the end: it has ten seconds
      // of real time, and next to none of virtual time.
      if (++over > 1_000) throw new Error(`Did not come to hold within ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (over <= 40) parts.clock.advance(10);
      continue;
    }
    // A timer that rings in a moment comes first: somebody is about to look.
    const soon = parts.clock.next() ?? Infinity;
    let target = soon <= parts.clock.now + 10 ? soon : await nextDue(parts.real, parts.clock.now);
    if (target > parts.clock.now + 1_000) {
      // Shard after shard was read: what moved from one to another meanwhile was seen in neither.
      await parts.settle();
      target = Math.min(target, await nextDue(parts.real, parts.clock.now));
    }
    parts.clock.advanceTo(Math.min(end, target));
  }
}

async function nextDue(real: Deno.Kv, now: number): Promise<number> {
  let next = Infinity;
  for (let shard = 0; shard < SHARDS; shard++) {
    for (const lane of [0, 1]) {
      const found = await Array.fromAsync(real.list({ prefix: ["due", shard, lane] }, { limit: 8 }));
      // The feed is looked after every hour, and alerts look every minute: time need not stop for them.
      const first = found.find(({ key }) => key[4] !== "feed" && key[5] !== "look");
      if (first) next = Math.min(next, Number(first.key[3]));
    }
  }
  if (next <= now || next === Infinity) return now + 1_000;
  // Awake shortly before, as a process that peeks every second is: it reads ahead and sets its timer to the moment.
  return next - now > 1_000 ? next - 500 : next;
}

let serial = 0;

export function node(
  id: string,
  type: string,
  config: JsonObject = {},
  more: Partial<WorkflowNode["data"]> = {},
): WorkflowNode {
  return { id, type, position: { x: 0, y: 100 * serial++ }, data: { label: "", config, ...more } };
}

export function edge(source: string, target: string, port = "out"): WorkflowEdge {
  return { id: `${source}.${port}-${target}`, source, sourceHandle: port, target, targetHandle: "in" };
}

/** Nodes in a row, each by its `out`. */
export function chain(...ids: string[]): WorkflowEdge[] {
  return ids.slice(1).map((id, index) => edge(ids[index]!, id));
}

export function hookNode(
  path: string,
  respond = "accepted",
  auth: JsonObject = { kind: "none" },
): WorkflowNode {
  return node("hook", "trigger_webhook", { path, method: "POST", respond, auth });
}

/** Creates and publishes; the workflow's id. */
export async function publish(
  engine: Engine,
  nodes: WorkflowNode[],
  edges: WorkflowEdge[],
  settings: WorkflowSettings = {},
): Promise<string> {
  const { id } = await engine.workflows.create({ name: `Workflow ${serial++}`, nodes, edges, settings }, ANN);
  await engine.workflows.publish(id, {}, ANN);
  return id;
}

/** POSTs JSON to a webhook. */
export function hook(
  engine: Engine,
  path: string,
  body: Json = {},
  options: { key?: string; headers?: { [name: string]: string }; depth?: number } = {},
): Promise<WebhookAnswer> {
  return engine.triggers.webhook({
    method: "POST",
    path,
    rawBody: new TextEncoder().encode(JSON.stringify(body)),
    headers: { "content-type": "application/json", ...options.headers },
    query: {},
    ...(options.key === undefined ? {} : { idempotencyKey: options.key }),
    ...(options.depth === undefined ? {} : { depth: options.depth }),
  });
}

/** Has the execution settled? */
export async function isOver(engine: Engine, id: string): Promise<boolean> {
  return ["completed", "failed", "cancelled"].includes((await engine.executions.get(id)).status);
}

/** Node → status, of one execution. */
export async function statuses(engine: Engine, id: string): Promise<{ [nodeId: string]: string }> {
  const { steps } = await engine.executions.get(id);
  return Object.fromEntries(steps.map((step) => [step.nodeId, step.status]));
}
