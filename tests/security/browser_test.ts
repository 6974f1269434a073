import assert from "node:assert/strict";
import { API_ROUTES } from "../../routes/api/mod.ts";
import { useApp } from "../routes/app_fixture.ts";
import type { Ask } from "../routes/app_fixture.ts";

const lead = JSON.stringify({ email: "ann@example.com" });
const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";

interface Row {
  name: string;
  headers: { [name: string]: string };
  body?: string;
  status: number;
}

/** Changes by cookie session (SECURITY, rule 9). */
const POSTS: Row[] = [
  { name: "same origin", headers: { origin: "http://localhost", "content-type": JSON_TYPE }, status: 201 },
  {
    name: "same-origin fetch without Origin",
    headers: { "sec-fetch-site": "same-origin", "content-type": JSON_TYPE },
    status: 201,
  },
  {
    name: "TLS ended in front",
    headers: { origin: "https://localhost", "content-type": JSON_TYPE },
    status: 201,
  },
  { name: "neither header", headers: { "content-type": JSON_TYPE }, status: 403 },
  { name: "typed address", headers: { "sec-fetch-site": "none", "content-type": JSON_TYPE }, status: 403 },
  {
    name: "foreign origin",
    headers: { origin: "https://evil.example.com", "content-type": JSON_TYPE },
    status: 403,
  },
  { name: "Origin: null", headers: { origin: "null", "content-type": JSON_TYPE }, status: 403 },
  {
    name: "another port",
    headers: { origin: "http://localhost:8001", "content-type": JSON_TYPE },
    status: 403,
  },
  { name: "a subdomain", headers: { origin: "http://a.localhost", "content-type": JSON_TYPE }, status: 403 },
  {
    name: "our name as a prefix",
    headers: { origin: "http://localhost.evil.example.com", "content-type": JSON_TYPE },
    status: 403,
  },
  {
    name: "cross-site fetch",
    headers: { "sec-fetch-site": "cross-site", "content-type": JSON_TYPE },
    status: 403,
  },
  {
    name: "same-site fetch",
    headers: { "sec-fetch-site": "same-site", "content-type": JSON_TYPE },
    status: 403,
  },
  {
    name: "own Origin claimed by a cross-site fetch",
    headers: { origin: "http://localhost", "sec-fetch-site": "cross-site", "content-type": JSON_TYPE },
    status: 403,
  },
  {
    name: "foreign form",
    headers: { origin: "https://evil.example.com", "content-type": FORM },
    body: "email=a",
    status: 403,
  },
  {
    name: "foreign text/plain",
    headers: { origin: "https://evil.example.com", "content-type": "text/plain" },
    status: 403,
  },
  {
    name: "own text/plain",
    headers: { origin: "http://localhost", "content-type": "text/plain" },
    status: 415,
  },
  { name: "own form", headers: { origin: "http://localhost", "content-type": FORM }, status: 415 },
  {
    name: "own upload",
    headers: { origin: "http://localhost", "content-type": "multipart/form-data; boundary=x" },
    status: 415,
  },
  {
    name: "a type that only begins like JSON",
    headers: { origin: "http://localhost", "content-type": "application/jsonx" },
    status: 415,
  },
];

Deno.test("a change by cookie session needs this site's own origin and JSON", () =>
  useApp(async ({ ask, setUp, engine }) => {
    const as = { session: await setUp() };
    for (const { name, headers, body = lead, status } of POSTS) {
      const before = engine.changes.length;
      const response = await ask("/api/leads", { method: "POST", as, headers, body });
      assert.equal(response.status, status, name);
      assert.equal(engine.changes.length - before, status === 201 ? 1 : 0, name);
      await response.body?.cancel();
    }
  }));

Deno.test("PUT, PATCH and DELETE are changes too", () =>
  useApp(async ({ ask, setUp, engine }) => {
    const as = { session: await setUp() };
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const init: Ask = { method, as, headers: { origin: "https://evil.example.com" } };
      const response = await ask("/api/leads/l1", method === "DELETE" ? init : { ...init, json: {} });
      assert.equal(response.status, 403, method);
      await response.body?.cancel();
    }
    assert.deepEqual(engine.changes, []);
  }));

Deno.test("a bearer token needs no Origin, and a foreign one is refused", () =>
  useApp(async ({ ask }) => {
    const post = (headers: { [name: string]: string }): Promise<Response> =>
      ask("/api/leads", { method: "POST", as: "token", headers, body: lead });
    assert.equal((await post({})).status, 201);
    assert.equal((await post({ origin: "http://localhost" })).status, 201);
    assert.equal((await post({ origin: "https://evil.example.com" })).status, 403);
    assert.equal((await post({ origin: "null" })).status, 403);
  }));

Deno.test("nobody's page can sign a person in, set up, or post the open forms", () =>
  useApp(async ({ ask }) => {
    const headers = { origin: "https://evil.example.com" };
    for (const path of ["/api/session", "/api/setup", "/login", "/setup"]) {
      assert.equal((await ask(path, { method: "POST", headers, body: "{}" })).status, 403, path);
    }
    const own = await ask("/login", {
      method: "POST",
      headers: { origin: "http://localhost", "content-type": FORM },
      body: "email=a",
    });
    assert.equal(await own.text(), "posted");
  }));

Deno.test("an event stream is refused to another site", () =>
  useApp(async ({ ask, setUp }) => {
    const as = { session: await setUp() };
    const table: [{ [name: string]: string }, number][] = [
      [{}, 200],
      [{ "sec-fetch-site": "same-origin" }, 200],
      [{ "sec-fetch-site": "cross-site" }, 403],
      [{ origin: "https://evil.example.com" }, 403],
      [{ origin: "null" }, 403],
    ];
    for (const path of ["/api/monitoring/executions/e1/stream", "/api/monitoring/stream"]) {
      for (const [headers, status] of table) {
        const response = await ask(path, { as, headers });
        assert.equal(response.status, status, `${path} ${JSON.stringify(headers)}`);
        await response.body?.cancel();
      }
    }
  }));

Deno.test("every answer forbids inline script, eval, framing and sniffing", () =>
  useApp(async ({ ask }) => {
    for (const path of ["/", "/login", "/api/me", "/api/nothing", "/nothing"]) {
      const { headers } = await ask(path, { as: "token" });
      const policy = headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'/, path);
      assert.match(policy, /script-src 'self'(;|$)/, path);
      assert.match(policy, /style-src 'self'(;|$)/, path);
      assert.match(policy, /frame-ancestors 'none'/, path);
      assert.ok(!policy.includes("unsafe-eval"), path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("access-control-allow-origin"), null, path);
    }
  }));

Deno.test("text that people typed stays text in problems", () =>
  useApp(async ({ ask }) => {
    for (const text of ["<img src=x onerror=alert(1)>", "</script><script>", "javascript:alert(1)"]) {
      const response = await ask(`/api/${encodeURIComponent(text)}`, {
        as: "token",
        headers: { accept: "text/html" },
      });
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      assert.match((await response.json()).detail, /Nothing is at/);
    }
  }));

/** Each change of the API, with ids that are no real ones, and whether it takes a body. */
const CHANGES = API_ROUTES.filter(({ method }) => method !== "get").map(({ method, path, body }) => ({
  method: method.toUpperCase(),
  path: path.replaceAll(/:n\b/g, "1").replaceAll(/:\w+/g, "x1"),
  takesBody: body !== undefined,
}));

Deno.test("every change by cookie session is refused to another site, in any content type, and to forms of our own", () =>
  useApp(async ({ ask, setUp, engine }) => {
    const as = { session: await setUp() };
    const own = { origin: "http://localhost" };
    const sites: { [name: string]: string }[] = [
      { origin: "https://evil.example.com" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      {},
    ];
    assert.ok(CHANGES.length > 40, "the table is read");
    for (const { method, path, takesBody } of CHANGES) {
      for (const type of [JSON_TYPE, FORM, "text/plain", "multipart/form-data; boundary=x"]) {
        const body = type === JSON_TYPE ? "{}" : "a=b";
        const headers = { "content-type": type };
        for (const site of sites) {
          const answer = await ask(path, { method, as, headers: { ...headers, ...site }, body });
          assert.equal(answer.status, 403, `${method} ${path} ${type} ${JSON.stringify(site)}`);
          await answer.body?.cancel();
        }
        if (type === JSON_TYPE || !takesBody) continue;
        const answer = await ask(path, { method, as, headers: { ...headers, ...own }, body });
        assert.equal(answer.status, 415, `${method} ${path} ${type}`);
        await answer.body?.cancel();
      }
    }
    assert.deepEqual(engine.changes, []);
  }));
