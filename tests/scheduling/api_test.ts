/** /api/scheduling over the real app: who may what, what is refused, and where answers lead. */
import assert from "node:assert/strict";
import type { Role } from "../../engine/contract.ts";
import { useApp } from "../routes/app_fixture.ts";

const ONE = "/api/scheduling/w1.schedule";
const daily = { kind: "cron", cron: "0 9 * * *", timezone: "Europe/Zurich" };

Deno.test("POST /api/scheduling answers 201 with Location and fills in what is absent", () =>
  useApp(async ({ ask, engine }) => {
    const made = await ask("/api/scheduling", {
      method: "POST",
      as: "token",
      json: { workflowId: "w1", ...daily },
      headers: { "idempotency-key": "k" },
    });
    assert.deepEqual([made.status, made.headers.get("location")], [201, ONE]);
    assert.deepEqual(engine.changes, ["schedule.create w1 cron k"]);
    const { config } = await made.json();
    assert.deepEqual(config, { missed: "last", overlap: "allow" });
  }));

Deno.test("a schedule that does not fit is 422 with the path of its field", () =>
  useApp(async ({ ask, engine }) => {
    const table: [object, string][] = [
      [{ ...daily, cron: undefined }, "cron"],
      [{ ...daily, kind: "hourly" }, "kind"],
      [{ ...daily, every: { value: 1, unit: "hours" } }, ""],
      [{ kind: "interval", every: { value: 30, unit: "seconds" } }, "every"],
      [{ kind: "dates", at: [] }, "at"],
      [{ ...daily, config: { overlap: "sometimes" } }, "config.overlap"],
      [{ ...daily, config: { maxConcurrent: 0 } }, "config.maxConcurrent"],
      [{ ...daily, config: { holidays: ["25 December"] } }, "config.holidays.0"],
    ];
    for (const [json, path] of table) {
      const response = await ask(ONE, { method: "PUT", as: "token", json });
      assert.equal(response.status, 422, JSON.stringify(json));
      const { issues } = await response.json();
      assert.equal(issues[0].path, path, JSON.stringify(issues));
    }
    assert.deepEqual(engine.changes, []);
    assert.equal((await ask(ONE, { method: "PUT", as: "token", json: daily })).status, 200);
    assert.deepEqual(engine.changes, ["schedule.update w1.schedule cron"]);
  }));

Deno.test("GET /api/scheduling/preview is no id; count is bounded", () =>
  useApp(async ({ ask }) => {
    const path = "/api/scheduling/preview?cron=0%209%20*%20*%20*";
    const { description } = await (await ask(path, { as: "token" })).json();
    assert.equal(description, "every day at 09:00");
    assert.equal((await ask(`${path}&count=101`, { as: "token" })).status, 400);
    assert.equal((await ask("/api/scheduling/preview", { as: "token" })).status, 400);
  }));

Deno.test("POST …/run answers 202 with Location; back-fill is counted without a count and started with one", () =>
  useApp(async ({ ask, engine }) => {
    const run = await ask(`${ONE}/run`, { method: "POST", as: "token" });
    assert.deepEqual([run.status, run.headers.get("location")], [202, "/executions/e1"]);
    const range = { from: "2026-11-01", to: "2026-11-10" };
    const post = (json: object): Promise<Response> =>
      ask(`${ONE}/backfill`, { method: "POST", as: "token", json });
    const counted = await post(range);
    assert.deepEqual([counted.status, (await counted.json()).count], [200, 2]);
    assert.equal((await post({ ...range, count: 2 })).status, 202);
    assert.equal((await ask(`${ONE}/backfill`, { method: "DELETE", as: "token" })).status, 200);
    assert.deepEqual(engine.changes, [
      "schedule.run w1.schedule -",
      "schedule.backfill w1.schedule 2",
      "schedule.stopBackfill w1.schedule",
    ]);
    assert.equal((await ask(ONE, { method: "DELETE", as: "token" })).status, 204);
  }));

for (
  const [role, may] of [
    ["viewer", { see: true, run: false, edit: false, input: false }],
    ["operator", { see: true, run: true, edit: false, input: true }],
    ["editor", { see: true, run: true, edit: true, input: true }],
  ] satisfies [Role, object][]
) {
  Deno.test(`/api/scheduling as ${role}`, () =>
    useApp(async ({ ask }) => {
      const status = async (method: string, path: string, json?: object): Promise<boolean> =>
        (await ask(path, { method, as: "token", ...(json ? { json } : {}) })).status !== 403;
      assert.equal(await status("GET", "/api/scheduling"), may.see);
      for (const act of ["pause", "resume", "run"]) {
        assert.equal(await status("POST", `${ONE}/${act}`), may.run, act);
      }
      assert.equal(await status("PUT", ONE, daily), may.edit);
      assert.equal(await status("DELETE", ONE), may.edit);
      const { input } = await (await ask(ONE, { as: "token" })).json();
      assert.equal(input !== null, may.input, "what it starts with is a body like any other");
    }, {
      user: { id: "u1", email: "ann@example.com", name: "Ann", role },
    }));
}
