import assert from "node:assert/strict";
import { API_ROUTES } from "../../routes/api/mod.ts";
import { useApp } from "./app_fixture.ts";

const graph = { name: "Cold Outreach", nodes: [], edges: [] };

/** Asserts an RFC 9457 problem and returns it. */
async function problem(
  response: Response,
  status: number,
): Promise<{ detail: string; issues?: { path: string; accepted?: string }[] }> {
  assert.equal(response.status, status, await response.clone().text());
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const body = await response.json();
  assert.equal(body.status, status);
  assert.match(body.type, /^\/problems\//);
  return body;
}

Deno.test("POST /api/workflow answers 201 with id, revision, ETag and Location", () =>
  useApp(async ({ ask, engine }) => {
    const made = await ask("/api/workflow", { method: "POST", as: "token", json: graph });
    assert.equal(made.status, 201);
    assert.equal(made.headers.get("etag"), '"1"');
    assert.equal(made.headers.get("location"), "/api/workflow/w1");
    const { id, revision } = await made.json();
    assert.deepEqual([id, revision], ["w1", 1]);
    assert.deepEqual(engine.changes, ["workflow.create Cold Outreach"]);
  }));

Deno.test("PUT /api/workflow/:id needs If-Match: 428 without, 412 stale, 400 unreadable, 200 with a new ETag", () =>
  useApp(async ({ ask, engine }) => {
    await ask("/api/workflow", { method: "POST", as: "token", json: graph });
    const put = (headers: { [name: string]: string }): Promise<Response> =>
      ask("/api/workflow/w1", { method: "PUT", as: "token", json: { name: "New" }, headers });
    await problem(await put({}), 428);
    await problem(await put({ "if-match": '"7"' }), 412);
    await problem(await put({ "if-match": "latest" }), 400);
    assert.equal(engine.changes.length, 1, "nothing was saved");
    const saved = await put({ "if-match": '"1"' });
    assert.equal(saved.status, 200);
    assert.equal(saved.headers.get("etag"), '"2"');
    assert.equal((await put({ "if-match": 'W/"2"' })).status, 200);
    assert.equal((await put({ "if-match": "*" })).headers.get("etag"), '"4"');
  }));

Deno.test("PUT /api/workflow/:id passes on what was sent and no defaults", () =>
  useApp(async ({ ask, engine }) => {
    await ask("/api/workflow", { method: "POST", as: "token", json: graph });
    const change = { name: "Only the name" };
    await ask("/api/workflow/w1", { method: "PUT", as: "token", json: change, headers: { "if-match": "1" } });
    assert.equal(engine.changes.at(-1), `workflow.save ${JSON.stringify(change)}`);
  }));

Deno.test("DELETE /api/workflow/:id is 409 naming the count, 204 with ?running=, 400 for another value", () =>
  useApp(async ({ ask }) => {
    await ask("/api/workflow", { method: "POST", as: "token", json: graph });
    const { detail } = await problem(await ask("/api/workflow/w1", { method: "DELETE", as: "token" }), 409);
    assert.match(detail, /2 executions/);
    const wrong = await problem(
      await ask("/api/workflow/w1?running=stop", { method: "DELETE", as: "token" }),
      400,
    );
    assert.deepEqual(wrong.issues?.map(({ path, accepted }) => [path, accepted]), [[
      "running",
      "cancel, finish",
    ]]);
    const gone = await ask("/api/workflow/w1?running=cancel", { method: "DELETE", as: "token" });
    assert.deepEqual([gone.status, await gone.text()], [204, ""]);
  }));

Deno.test("POST /api/workflow/execute answers 202 with Location and hands on the Idempotency-Key", () =>
  useApp(async ({ ask, engine }) => {
    const send = (headers: { [name: string]: string }): Promise<Response> =>
      ask("/api/workflow/execute", { method: "POST", as: "token", json: { workflowId: "w1" }, headers });
    const answer = await send({ "idempotency-key": "k-1" });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get("location"), "/executions/e1");
    assert.deepEqual(await answer.json(), { executionId: "e1" });
    await send({});
    await problem(await send({ "idempotency-key": "a b" }), 400);
    await problem(await send({ "idempotency-key": "x".repeat(256) }), 400);
    assert.deepEqual(engine.changes, ["execute w1 k-1", "execute w1 -"]);
  }));

Deno.test("a body that does not fit is 422 with the path of every field", () =>
  useApp(async ({ ask, engine }) => {
    const table: [string, unknown, string[]][] = [
      ["/api/workflow", { nodes: [] }, ["name"]],
      ["/api/workflow", {
        name: "x",
        nodes: [{ id: "a b", type: "set", position: { x: 0, y: 0 }, data: {} }],
      }, [
        "nodes.0.id",
      ]],
      ["/api/workflow/execute", { workflowId: "w1", lead: "l1" }, [""]],
      ["/api/leads", { email: "no address", score: "many" }, ["email", "score"]],
      ["/api/leads", { email: "ann@example.com", status: "hot" }, ["status"]],
      ["/api/leads/l1/signals", { type: "Call Completed" }, ["type"]],
      ["/api/inbox/i1/complete", {}, ["outcome"]],
    ];
    for (const [path, json, paths] of table) {
      const { issues } = await problem(await ask(path, { method: "POST", as: "token", json }), 422);
      assert.deepEqual(issues?.map((issue) => issue.path), paths, path);
    }
    assert.deepEqual(engine.changes, []);
  }));

Deno.test("a body that is not JSON is 400 with the position, and nothing is stored", () =>
  useApp(async ({ ask, engine }) => {
    const table: [string, RegExp][] = [
      ['{"email": }', /"}" is not expected at position 10 \(line 1, column 11\)/],
      ['{"email":\n  nope}', /"o" is not expected at position 13 \(line 2, column 4\)/],
      ['{"email": "ann', /the text ends at position 14/],
      ["[1,]", /"]" is not expected at position 3/],
      ["", /empty/],
      [`${"[".repeat(10_000)}`, /deeper than 64 levels/],
      [`{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":1`).join()}}`, /more than 10,000 keys/],
    ];
    for (const [body, expected] of table) {
      const { detail } = await problem(await ask("/api/leads", { method: "POST", as: "token", body }), 400);
      assert.match(detail, expected);
    }
    assert.deepEqual(engine.changes, []);
  }));

Deno.test("a query that is not known is 400 with what is accepted", () =>
  useApp(async ({ ask }) => {
    const table: [string, string, string][] = [
      [
        "/api/monitoring/executions?status=done",
        "status",
        "queued, running, waiting, completed, failed, cancelled, active",
      ],
      ["/api/monitoring/executions?limit=201", "limit", "at most 200"],
      ["/api/monitoring/executions?limit=0", "limit", "at least 1"],
      ["/api/leads?sort=name", "sort", "limit, cursor, q"],
      ["/api/me?x=1", "x", "none"],
    ];
    for (const [path, name, accepted] of table) {
      const { issues, detail } = await problem(await ask(path, { as: "token" }), 400);
      assert.deepEqual(issues?.map((issue) => [issue.path, issue.accepted]), [[name, accepted]]);
      assert.ok(detail.includes(accepted));
    }
    await problem(await ask("/api/monitoring/executions?from=yesterday", { as: "token" }), 400);
    assert.equal(
      (await ask("/api/monitoring/executions?status=failed&limit=200", { as: "token" })).status,
      200,
    );
  }));

Deno.test("an unknown path is 404, a wrong method 405 with Allow", () =>
  useApp(async ({ ask }) => {
    await problem(await ask("/api/nothing", { as: "token" }), 404);
    await problem(await ask("/api/workflow/unknown", { as: "token" }), 404);
    const wrong = await ask("/api/workflow/w1", { method: "PATCH", as: "token", json: {} });
    assert.deepEqual(wrong.headers.get("allow")?.split(", ").toSorted(), ["DELETE", "GET", "HEAD", "PUT"]);
    await problem(wrong, 405);
    const execute = await ask("/api/workflow/execute", { method: "PUT", as: "token", json: {} });
    assert.ok(execute.headers.get("allow")?.includes("POST") || execute.status === 428);
  }));

Deno.test("what is not foreseen is 500 without a word of its inside, and one log line", () =>
  useApp(async ({ ask, engine, logged }) => {
    engine.options.fail = new Error("the password is hunter2");
    const response = await ask("/api/workflow/w1", { as: "token" });
    const body = await problem(response, 500);
    assert.ok(!JSON.stringify(body).includes("hunter2"));
    assert.equal(logged.length, 1);
    assert.equal(logged[0]?.event, "request_failed");
    assert.match(String(logged[0]?.fields.error), /hunter2/);
  }));

Deno.test("GET …/events pages by cursor without loss or repeat", () =>
  useApp(async ({ ask }) => {
    const ids: string[] = [];
    for (let cursor: string | null = "0"; cursor !== null;) {
      const response: Response = await ask(`/api/monitoring/executions/e1/events?limit=2&cursor=${cursor}`, {
        as: "token",
      });
      const page: { items: { id: string; type: string }[]; nextCursor: string | null } = await response
        .json();
      ids.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    assert.deepEqual(ids, ["1", "2", "3"]);
  }));

Deno.test("secrets go in by PUT and never come out", () =>
  useApp(async ({ ask }) => {
    const put = await ask("/api/secrets/crm", {
      method: "PUT",
      as: "token",
      json: { value: "marker-1", hosts: ["api.example.com"] },
    });
    const list = await ask("/api/secrets", { as: "token" });
    const texts = [await put.text(), await list.text()];
    assert.equal(put.status, 200);
    for (const text of texts) assert.ok(text.includes("crm") && !text.includes("marker-1"), text);
    assert.equal((await ask("/api/secrets/crm", { method: "DELETE", as: "token" })).status, 204);
    await problem(await ask("/api/secrets/crm", { method: "DELETE", as: "token" }), 404);
  }));

Deno.test("/api/openapi.json describes every route and refers to nothing that is missing", () =>
  useApp(async ({ ask }) => {
    const document = await (await ask("/api/openapi.json", { as: "token" })).json();
    for (const { method, path } of API_ROUTES) {
      assert.ok(document.paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method], `${method} ${path}`);
    }
    const operations = Object.values(document.paths).flatMap((path) => Object.values(Object(path)));
    assert.equal(operations.length, API_ROUTES.length);
    const names = operations.map((operation) => Object(operation).operationId);
    assert.equal(new Set(names).size, names.length, "operation ids are unique");
    const text = JSON.stringify(document);
    for (const [, name = ""] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      assert.ok(name in document.components.schemas, name);
    }
    assert.ok(!text.includes("$defs") && !text.includes("__schema"));
    assert.deepEqual(document.components.schemas.LeadInput.required, ["email"]);
  }));

Deno.test("/api/docs names every route, with a style that its own policy allows", () =>
  useApp(async ({ ask }) => {
    const response = await ask("/api/docs", { as: "token" });
    const html = await response.text();
    for (const { path } of API_ROUTES) assert.ok(html.includes(path), path);
    assert.ok(!/<script|<link|src=/.test(html));
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? "";
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)));
    const hash = btoa(String.fromCharCode(...digest));
    assert.ok(response.headers.get("content-security-policy")?.includes(`'sha256-${hash}'`));
  }));
