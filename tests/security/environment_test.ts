/** Secrets of the environment in the real program: used and listed by name, and nowhere as a value. */
import assert from "node:assert/strict";
import { target } from "../egress/target_fixture.ts";
import { node } from "../helpers/engine.ts";
import { startServer } from "../helpers/server.ts";

const VALUE = "marker-environment-4711";

Deno.test("main.ts hands LEADFLOW_SECRET_… to the steps that name it, for its hosts, and prints it nowhere", async () => {
  const keys: (string | null)[] = [];
  await using crm = target((request) => {
    keys.push(request.headers.get("authorization"));
    return Response.json({ ok: true });
  });
  await using server = await startServer({
    env: {
      LEADFLOW_ALLOW_HOSTS: "127.0.0.1",
      LEADFLOW_SECRET_CRM_KEY: VALUE,
      LEADFLOW_SECRET_CRM_KEY_HOSTS: "127.0.0.1",
      LEADFLOW_SECRET_HOOK: "marker-hook",
    },
  });
  const listed = JSON.stringify(await server.api("GET", "/api/secrets"));
  assert.match(listed, /"crm_key","hosts":\["127\.0\.0\.1"\],"updatedAt":null,"from":"environment"/);
  assert.match(listed, /LEADFLOW_SECRET_HOOK/);
  const call = node("call", "api", { url: crm.url, auth: { kind: "bearer", token: { secret: "crm-key" } } });
  const hook = node("hook", "trigger_webhook", { path: "crm", method: "POST" });
  await server.publish({
    name: "Environment",
    nodes: [hook, call],
    edges: [{ id: "e", source: "hook", target: "call", sourceHandle: "out", targetHandle: "in" }],
  });
  const id = await server.hook("crm", {});
  assert.equal(await server.settled(id), "completed");
  assert.deepEqual(keys, [`Bearer ${VALUE}`]);
  const told = JSON.stringify(await server.api("GET", `/api/monitoring/executions/${id}`));
  for (const text of [listed, told, server.said]) assert.ok(!text.includes("marker"), text);
});
