import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { problemResponse } from "../../routes/middleware/problems.ts";
import { useApp } from "./app_fixture.ts";

const CREATING = [
  ["/api/workflow", { name: "Outreach", nodes: [], edges: [] }, 201],
  ["/api/leads", { email: "ann@example.com" }, 201],
  ["/api/leads/l1/signals", { type: "demo.booked" }, 201],
  ["/api/workflow/execute", { workflowId: "w1" }, 202],
] as const;

Deno.test("every creating POST hands its Idempotency-Key to the engine and says so in OpenAPI", () =>
  useApp(async ({ ask, engine }) => {
    const document = await (await ask("/api/openapi.json", { as: "token" })).json();
    for (const [path, json, status] of CREATING) {
      const response = await ask(path, {
        method: "POST",
        as: "token",
        json,
        headers: { "idempotency-key": "k1" },
      });
      assert.equal(response.status, status, path);
      assert.match(engine.changes.at(-1) ?? "", / k1$/, path);
      const { parameters } = document.paths[path.replace("/l1/", "/{id}/")].post;
      assert.ok(parameters.some((one: { name: string }) => one.name === "Idempotency-Key"), path);
    }
  }));

Deno.test("every creating POST refuses what is no key with 400 and creates nothing", () =>
  useApp(async ({ ask, engine }) => {
    for (const [path, json] of CREATING) {
      const headers = { "idempotency-key": "two words" };
      const response = await ask(path, { method: "POST", as: "token", json, headers });
      assert.equal(response.status, 400, path);
      assert.deepEqual(engine.changes, [], path);
    }
  }));

Deno.test("problemResponse() of a 405 says in Allow what is possible", () => {
  const error = new EngineError("method-not-allowed", 405, "Method not allowed", "takes POST", {
    allow: ["POST", "PUT"],
  });
  assert.equal(problemResponse(error, "/hooks/go").headers.get("allow"), "POST, PUT");
});
