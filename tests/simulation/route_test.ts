/** POST /api/workflow/:id/simulate. */
import assert from "node:assert/strict";
import { useApp } from "../routes/app_fixture.ts";

const path = "/api/workflow/w1/simulate";

Deno.test("POST /api/workflow/:id/simulate takes nothing at all, hands on what is asked, and refuses what it does not know", () =>
  useApp(async ({ ask, engine }) => {
    const bare = await ask(path, { method: "POST", as: "token" });
    assert.equal(bare.status, 200, await bare.clone().text());
    assert.equal((await bare.json()).endedAs, "completed");
    await ask(path, { method: "POST", as: "token", json: { at: "2026-12-01T09:00" } });
    const wrong = await ask(path, { method: "POST", as: "token", json: { version: 0, lead: "x" } });
    assert.equal(wrong.status, 422);
    assert.deepEqual(engine.changes, ["simulate w1 -", "simulate w1 2026-12-01T09:00"]);
  }));

Deno.test("POST /api/workflow/:id/simulate is for those who may run: an operator, no viewer", async () => {
  for (const [role, status] of [["viewer", 403], ["operator", 200]] as const) {
    const user = { id: "u1", email: "ann@example.com", name: "Ann", role };
    await useApp(async ({ ask }) => {
      assert.equal((await ask(path, { method: "POST", as: "token" })).status, status, role);
    }, { user });
  }
  await useApp(async ({ ask }) => {
    assert.equal((await ask(path, { method: "POST" })).status, 401);
  });
});

Deno.test("POST /api/workflow/:id/simulate is described from the schemas that check it", () =>
  useApp(async ({ ask }) => {
    const document = await (await ask("/api/openapi.json", { as: "token" })).json();
    const { requestBody, responses } = document.paths["/api/workflow/{id}/simulate"].post;
    assert.equal(requestBody.content["application/json"].schema.$ref, "#/components/schemas/SimulateInput");
    assert.equal(responses["200"].content["application/json"].schema.$ref, "#/components/schemas/Simulated");
    assert.ok("would" in document.components.schemas.SimulatedStep.properties);
  }));
