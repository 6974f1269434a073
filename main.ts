import { can, createEngine, isSetUp } from "./engine/mod.ts";
import { forgetSetupCode, loadSecretKeys, loadSetupCode, readEnvironment, sharingOf } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { log } from "./log.ts";
import { createApp } from "./routes/app.ts";
import { watchLoop } from "./routes/event_loop.ts";
import { clientAddress } from "./routes/middleware/context.ts";
import { createSessionCookie } from "./routes/middleware/identity.ts";
import { aboutRequest } from "./routes/middleware/request_log.ts";
import { errorPage, pageRoutes } from "./routes/pages/mod.ts";
import type { PageDeps } from "./routes/pages/mod.ts";
import { loadManifest } from "./routes/static_files.ts";
import { createTracing } from "./telemetry.ts";

const environment = start(() => readEnvironment(Deno.env, { onDeploy: Deno.env.has("DENO_DEPLOYMENT_ID") }));
const kv = await openKv(environment);
const setUp = await isSetUp(kv);
const setupCode = setUp ? null : await loadSetupCode(environment);
if (setUp) await forgetSetupCode(environment);
const tracing = createTracing(Deno.env);

const engine = await createEngine({
  kv,
  ...sharingOf(environment),
  publicUrl: environment.url ??
    (environment.onDeploy ? null : `http://${shownHost(environment.host)}:${environment.port}`),
  smtpUrl: environment.smtpUrl,
  mailFrom: environment.mailFrom,
  send: environment.send,
  allowHosts: environment.allowHosts,
  retentionDays: environment.retentionDays,
  concurrency: environment.concurrency,
  secretKeys: await loadSecretKeys(environment),
  environmentSecrets: environment.secrets,
  setupCode,
  token: environment.token,
  log,
  ...(tracing ? { trace: tracing } : {}),
});

// Deno Deploy finds crons by evaluating this module: it is what wakes a sleeping app.
Deno.cron("look at what is due", "* * * * *", () => engine.sweep());

const stopping = new AbortController();
const cookie = createSessionCookie(environment.url);
const pageDeps: PageDeps = {
  engine,
  manifest: await loadManifest(),
  signInUser: cookie.set,
  clientAddress,
  can,
  logError: (error, c) =>
    log("error", "page_failed", {
      ...aboutRequest(c),
      error: error instanceof Error ? error.stack : String(error),
    }),
};
const app = createApp({
  engine,
  environment,
  log,
  stopping: stopping.signal,
  lag: watchLoop(),
  pages: pageRoutes(pageDeps),
  pageProblem: (c, error) => errorPage(c, pageDeps, error),
});

await engine.start();
const server = Deno.serve({
  hostname: environment.host,
  port: environment.port,
  onListen: ({ port }) => announce(environment, port),
}, (request, info) => app.fetch(request, info));

for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop());

/** Opens the database; several processes that open one file at the same moment take turns. */
async function openKv({ kv: path }: Environment): Promise<Deno.Kv> {
  if (path === null) return await Deno.openKv();
  const slash = path.lastIndexOf("/");
  if (slash > 0 && !/^https?:/.test(path)) await Deno.mkdir(path.slice(0, slash), { recursive: true });
  for (let tries = 1;; tries++) {
    try {
      return await Deno.openKv(path);
    } catch (error) {
      if (tries >= 50 || !String(error).includes("locked")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
    }
  }
}

/** A wrong environment stops the start with one line. */
function start<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    Deno.stderr.writeSync(
      new TextEncoder().encode(
        `LeadFlow cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
      ),
    );
    Deno.exit(1);
  }
}

function shownHost(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
}

/** What a person at the terminal needs; everything else is a JSON line. */
function announce({ host, url }: Environment, port: number): void {
  const address = url ?? `http://${shownHost(host)}:${port}`;
  const line = setupCode === null
    ? `LeadFlow runs at ${address}`
    : `LeadFlow runs. Create the first owner at ${address}/setup?code=${setupCode}`;
  Deno.stdout.writeSync(new TextEncoder().encode(`\n  ${line}\n\n`));
  log("info", "listening", { port });
}

/** Takes nothing new, gives back leases, and is out within 5 s. */
async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  log("info", "stopping");
  const late = setTimeout(() => Deno.exit(1), 4_800);
  stopping.abort();
  const closed = server.shutdown().catch(() => {});
  await engine.stop();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500))]);
  kv.close();
  clearTimeout(late);
  Deno.exit(0);
}
