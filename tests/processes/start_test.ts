/** Several processes open one database at the same moment: a fresh one, and one that all were killed over. */
import assert from "node:assert/strict";
import { mailAndWait } from "../e2e/flows.ts";
import { freePort, Server } from "../helpers/server.ts";

const PROCESSES = 4;

Deno.test("main.ts four times at once on a fresh file: one set-up code, one sample, keys that all can read", async () => {
  const folder = await Deno.makeTempDir({ prefix: "leadflow-many-" });
  const servers = Array.from({ length: PROCESSES }, () => new Server(folder, freePort(), {}));
  try {
    await Promise.all(servers.map((server) => server.start()));
    const codes = servers.map((server) => new URL(server.setUpLink).searchParams.get("code"));
    assert.equal(new Set(codes).size, 1);
    const { items } = await servers[0]!.api("GET", "/api/workflow") as { items: { name: string }[] };
    assert.equal(items.length, 1, "one sample workflow");
    await servers[0]!.api("PUT", "/api/secrets/token", { value: "s3cret", hosts: ["example.com"] });
    await servers[0]!.publish(mailAndWait("first", 1));
    const ids = await Promise.all(
      servers.map((server) => server.hook("first", { email: "ann@example.com" })),
    );

    await Promise.all(servers.map((server) => server.kill()));
    await Promise.all(servers.map((server) => server.start()));
    for (const server of servers) {
      const secrets = await server.api("GET", "/api/secrets");
      assert.ok(JSON.stringify(secrets).includes("token"), JSON.stringify(secrets));
      for (const id of ids) assert.equal(await server.settled(id), "completed");
    }
    for (const server of servers) {
      assert.doesNotMatch(server.said, /"level":"error"/, server.said);
    }
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
});
