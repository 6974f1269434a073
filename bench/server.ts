/**
 * The server with one more node type (the no-op) and a record of when what was committed. It puts together what main.ts
 * does, in the same way, without pages: main.ts reads everything at its top level and takes no node types from outside.
 */
import { createEngine } from "../engine/mod.ts";
import { loadSecretKeys, readEnvironment, sharingOf } from "../environment.ts";
import { log } from "../log.ts";
import { createApp } from "../routes/app.ts";
import { recordCommits } from "./commit_record.ts";
import { noOp } from "./no_op.ts";
import { pause } from "./pause.ts";

const environment = readEnvironment(Deno.env, { onDeploy: false });
if (environment.kv === null) throw new Error("LEADFLOW_KV is not set; accepted: the path of a database file");
const kv = await Deno.openKv(environment.kv);
const commits = recordCommits(kv);
const engine = await createEngine({
  kv,
  ...sharingOf(environment),
  publicUrl: null,
  smtpUrl: null,
  mailFrom: environment.mailFrom,
  send: false,
  allowHosts: [],
  retentionDays: environment.retentionDays,
  concurrency: environment.concurrency,
  secretKeys: await loadSecretKeys(environment),
  setupCode: null,
  token: environment.token,
  log,
  extraNodeTypes: [noOp, pause],
});
const app = createApp({ engine, environment, log });

await engine.start();
Deno.serve({
  hostname: environment.host,
  port: environment.port,
  onListen: ({ port }) =>
    Deno.stdout.writeSync(new TextEncoder().encode(`LeadFlow runs at http://127.0.0.1:${port}\n`)),
}, (request, info) => {
  if (request.url.endsWith("/bench/commits")) return Response.json([...commits]);
  if (request.url.endsWith("/bench/live")) return anyLive();
  return app.fetch(request, info);
});

/** Does any execution still run, or wait? */
async function anyLive(): Promise<Response> {
  for await (const _ of kv.list({ prefix: ["live"] }, { limit: 1 })) return Response.json({ live: true });
  return Response.json({ live: false });
}

Deno.addSignalListener("SIGTERM", async () => {
  await engine.stop();
  kv.close();
  Deno.exit(0);
});
