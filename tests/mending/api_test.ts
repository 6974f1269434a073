import assert from "node:assert/strict";
import { useApp } from "../routes/app_fixture.ts";

const REPLAY = "/api/monitoring/executions/e1/replay";
const BULK = "/api/monitoring/executions/bulk";

Deno.test("POST …/replay answers 202 with its place, passes the key on, and takes an empty body", () =>
  useApp(async ({ ask, engine }) => {
    const headers = { "idempotency-key": "k1" };
    const json = { from: "mail", version: "latest", input: { a: 1 } };
    const response = await ask(REPLAY, { method: "POST", as: "token", json, headers });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get("location"), "/executions/e2");
    assert.deepEqual(await response.json(), { executionId: "e2" });
    assert.equal((await ask(REPLAY, { method: "POST", as: "token" })).status, 202);
    assert.deepEqual(engine.changes, ["mending.replay e1 mail k1", "mending.replay e1 - -"]);
  }));

Deno.test("POST …/replay with dryRun answers the plan and changes nothing; a wrong field is named", () =>
  useApp(async ({ ask, engine }) => {
    const plan = await ask(REPLAY, { method: "POST", as: "token", json: { dryRun: true } });
    assert.equal(plan.status, 200);
    assert.deepEqual(await plan.json(), { version: 1, from: "hook", takenOver: [], ahead: [] });
    for (
      const [json, path] of [
        [{ version: "newest" }, "version"],
        [{ version: 0 }, "version"],
        [{ from: "x".repeat(65) }, "from"],
        [{ form: "mail" }, ""],
      ] as const
    ) {
      const refused = await ask(REPLAY, { method: "POST", as: "token", json });
      assert.equal(refused.status, 422, JSON.stringify(json));
      const { issues } = await refused.json();
      assert.equal(issues[0].path, path);
    }
    assert.deepEqual(engine.changes, []);
  }));

Deno.test("POST …/bulk counts with dryRun, starts with expect, and refuses filters that it does not know", () =>
  useApp(async ({ ask, engine }) => {
    const post = (json: unknown): Promise<Response> => ask(BULK, { method: "POST", as: "token", json });
    const filter = { status: "failed", workflowId: "w1" };
    const counted = await post({ action: "retry", filter, dryRun: true });
    assert.equal(counted.status, 200);
    assert.deepEqual(await counted.json(), {
      count: 2,
      sample: ["e2", "e1"],
      truncated: false,
      perSecond: 10,
    });
    assert.deepEqual(engine.changes, []);
    const started = await post({ action: "retry", filter, expect: 2 });
    assert.equal(started.status, 202);
    assert.equal(started.headers.get("location"), "/api/monitoring/bulk/b1");
    assert.equal((await started.json()).status, "running");
    for (
      const wrong of [
        { action: "delete", filter },
        { action: "retry" },
        { action: "retry", filter, ids: ["e1"] },
        { action: "retry", ids: [] },
        { action: "retry", ids: Array.from({ length: 501 }, (_, i) => `e${i}`) },
        // A filter that is misspelt would find everything.
        { action: "cancel", filter: { workflow: "w1" }, expect: 2 },
        { action: "cancel", filter: { status: "done" }, expect: 2 },
        { action: "cancel", filter, expect: -1 },
        { action: "cancel", filter, expect: 50_001 },
      ]
    ) assert.equal((await post(wrong)).status, 422, JSON.stringify(wrong));
    assert.deepEqual(engine.changes, ["mending.startBulk retry"]);
  }));

Deno.test("/api/monitoring/bulk lists, shows and cancels", () =>
  useApp(async ({ ask, engine }) => {
    assert.deepEqual(await (await ask("/api/monitoring/bulk", { as: "token" })).json(), {
      items: [],
      nextCursor: null,
    });
    assert.equal((await (await ask("/api/monitoring/bulk/b1", { as: "token" })).json()).id, "b1");
    const cancelled = await ask("/api/monitoring/bulk/b1/cancel", { method: "POST", as: "token" });
    assert.equal((await cancelled.json()).status, "cancelled");
    assert.deepEqual(engine.changes, ["mending.cancelBulk b1"]);
  }));

Deno.test("the API's description tells of replay and bulk from the schemas that check them", () =>
  useApp(async ({ ask }) => {
    const { paths, components } = await (await ask("/api/openapi.json", { as: "token" })).json();
    const replay = paths["/api/monitoring/executions/{id}/replay"].post;
    assert.deepEqual(Object.keys(replay.responses).filter((status) => status < "400"), ["200", "202"]);
    assert.deepEqual(Object.keys(components.schemas.ReplayInput.properties).sort(), [
      "dryRun",
      "from",
      "input",
      "leadId",
      "version",
    ]);
    assert.ok(paths["/api/monitoring/executions/bulk"].post.requestBody);
    assert.ok(paths["/api/monitoring/bulk/{id}/cancel"].post);
  }));

Deno.test("GET …/running answers where executions stand; POST …/migrate starts with the count, and names a wrong field", () =>
  useApp(async ({ ask, engine }) => {
    const running = await ask("/api/workflow/w1/running", { as: "token" });
    assert.equal(running.status, 200);
    const { version, items, nextCursor } = await running.json();
    assert.deepEqual([version, items.length, items[0].nodes[0].movable, nextCursor], [2, 1, 2, null]);
    assert.equal((await ask("/api/workflow/w1/running?to=x", { as: "token" })).status, 400);
    assert.equal((await ask("/api/workflow/w1/running")).status, 401);
    const post = (json: unknown, headers: { [name: string]: string } = {}): Promise<Response> =>
      ask("/api/workflow/w1/migrate", { method: "POST", as: "token", json, headers });
    const started = await post({ mode: "migrate", count: 2, from: 1 }, { "idempotency-key": "k1" });
    assert.equal(started.status, 202);
    assert.equal(started.headers.get("location"), "/api/monitoring/bulk/b1");
    assert.equal((await started.json()).action, "migrate");
    assert.equal((await post({ mode: "restart", count: 3 })).status, 202);
    for (
      const [wrong, path] of [
        [{ mode: "keep", count: 2 }, "mode"],
        [{ mode: "migrate" }, "count"],
        [{ mode: "migrate", count: -1 }, "count"],
        [{ mode: "migrate", count: 1, to: 0 }, "to"],
        [{ mode: "migrate", count: 1, version: 2 }, ""],
      ] as const
    ) {
      const refused = await post(wrong);
      assert.equal(refused.status, 422, JSON.stringify(wrong));
      assert.equal((await refused.json()).issues[0].path, path);
    }
    assert.deepEqual(engine.changes, ["mending.migrate w1 2 1 - k1", "mending.restart w1 3 - - -"]);
  }));
