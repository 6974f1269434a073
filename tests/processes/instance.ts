/**
 * The server as one of many processes: main.ts without pages, with a node that logs when it runs. Arguments: the log
 * file; `locks` or, as on a host where nothing lies beside the database, `no-locks`.
 */
import { z } from "zod";
import { createEngine } from "../../engine/mod.ts";
import { defineNode } from "../../engine/nodes/define.ts";
import type { Outcome, StepContext } from "../../engine/nodes/define.ts";
import { loadSecretKeys, readEnvironment } from "../../environment.ts";
import { log } from "../../log.ts";
import { createApp } from "../../routes/app.ts";
import { type LogLine, writeLine } from "./step_log.ts";

const [file = "", locks = "locks"] = Deno.args;
const environment = readEnvironment(Deno.env, { onDeploy: false });
if (environment.kv === null) throw new Error("LEADFLOW_KV is not set");

function note(line: Omit<LogLine, "pid" | "at">): void {
  writeLine(file, { ...line, pid: Deno.pid, at: Date.now() });
}

const slow = defineNode({
  type: "slow",
  version: 1,
  kind: "effect",
  ledger: false,
  title: "Slow",
  description: "Takes its time, and says when.",
  category: "code",
  icon: "code",
  config: z.strictObject({ ms: z.number() }),
  example: { ms: 50 },
  ports: [{ id: "out", label: "Out" }, { id: "error", label: "Error" }],
  summary: "Slow",
  templates: {},
  async run({ ms }: { ms: number }, { idempotencyKey: key, attempt, signal }: StepContext): Promise<Outcome> {
    note({ what: "start", key, attempt });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    note({ what: signal.aborted ? "abort" : "end", key, attempt });
    return { kind: "done", output: { pid: Deno.pid } };
  },
});

/** What ends a process, or would: while it runs nothing else may have to answer for it. */
const deadly = defineNode({
  type: "deadly",
  version: 1,
  kind: "effect",
  ledger: false,
  title: "Deadly",
  description: "Ends its process.",
  category: "code",
  icon: "code",
  config: z.strictObject({ how: z.enum(["exit", "memory", "block", "huge"]) }),
  example: { how: "exit" },
  ports: [{ id: "out", label: "Out" }, { id: "error", label: "Error" }],
  summary: "Deadly",
  templates: {},
  async run({ how }: { how: string }, { idempotencyKey: key, attempt }: StepContext): Promise<Outcome> {
    note({ what: "start", key, attempt });
    // Whoever else is about to begin has begun.
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (how === "exit") Deno.exit(3);
    if (how === "block") { for (;;); }
    const hoard: number[][] = [];
    while (how === "memory") hoard.push(new Array(1_000_000).fill(hoard.length + 0.5));
    note({ what: "end", key, attempt });
    // 500 MB of JSON that nobody could write, though it is held as one.
    return { kind: "done", output: new Array(500).fill("x".repeat(1_000_000)) };
  },
});

async function openKv(path: string): Promise<Deno.Kv> {
  for (;;) {
    try {
      return await Deno.openKv(path);
    } catch (error) {
      if (!String(error).includes("locked")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
    }
  }
}

const kv = await openKv(environment.kv);
const engine = await createEngine({
  kv,
  queue: environment.queue !== "off",
  lockFolder: locks === "locks" ? `${environment.kv}.locks` : null,
  overNetwork: locks !== "locks",
  publicUrl: `http://127.0.0.1:${environment.port}`,
  smtpUrl: null,
  mailFrom: environment.mailFrom,
  send: environment.send,
  allowHosts: environment.allowHosts,
  retentionDays: environment.retentionDays,
  concurrency: environment.concurrency,
  secretKeys: await loadSecretKeys(environment),
  setupCode: null,
  token: environment.token,
  log,
  extraNodeTypes: [slow, deadly],
});
const app = createApp({ engine, environment, log });
await engine.start();
const server = Deno.serve({
  hostname: environment.host,
  port: environment.port,
  onListen: () => Deno.stdout.writeSync(new TextEncoder().encode("LeadFlow runs\n")),
}, (request, info) => {
  if (!request.url.endsWith("/cron")) return app.fetch(request, info);
  // As Deno.cron does: nobody waits for it.
  engine.sweep().catch((error) => log("error", "sweep_failed", { error: String(error) }));
  return new Response("ok");
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    const closed = server.shutdown();
    await engine.stop();
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500))]);
    kv.close();
    Deno.exit(0);
  });
}
