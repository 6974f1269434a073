import assert from "node:assert/strict";
import { Hono } from "hono";
import { createApp } from "../../routes/app.ts";
import type { AppEnv } from "../../routes/middleware/context.ts";
import { route, undeclared } from "../../routes/middleware/guard.ts";
import type { RouteAction } from "../../routes/middleware/guard.ts";
import { CODE, OWNER, useAccess } from "../access/access_fixture.ts";
import { fakeEngine } from "../helpers/fake_engine.ts";
import { fakePages, useApp } from "./app_fixture.ts";

Deno.test("route() throws for a route without an action", () => {
  const app = new Hono<AppEnv>();
  const nothing: { action?: RouteAction } = JSON.parse("{}");
  assert.throws(
    () => Reflect.apply(route, null, [app, ["get", "/api/x"], nothing.action, () => new Response()]),
    /GET \/api\/x declares no action/,
  );
  assert.equal(app.routes.length, 0);
});

Deno.test("undeclared() finds a route that went around route()", () => {
  const app = new Hono<AppEnv>();
  route(app, ["get", "/a"], "me.see", (c) => c.text("a"));
  app.post("/a", (c) => c.text("a"));
  app.get("/b", (c) => c.text("b"));
  app.all("*", (c) => c.text("all"));
  assert.deepEqual(undeclared(app), ["POST /a", "GET /b", "ALL /*"]);
});

Deno.test("createApp() fails at boot for a page without an action", () =>
  useAccess(async ({ access }) => {
    const engine = fakeEngine({ access });
    const parts = { engine, environment: { url: null }, log: () => {} };
    for (
      const add of [
        (pages: ReturnType<typeof fakePages>) => pages.get("/reports", (c) => c.text("")),
        (pages: ReturnType<typeof fakePages>) => pages.post("/workflow", (c) => c.text("")),
        (pages: ReturnType<typeof fakePages>) => pages.all("/leads", (c) => c.text("")),
      ]
    ) {
      const pages = fakePages();
      add(pages);
      assert.throws(() => createApp({ ...parts, pages }), /declares no action/);
    }
    await Promise.resolve(createApp({ ...parts, pages: fakePages() }));
  }));

Deno.test("a browser without a session is led to set-up, then to sign-in and back", () =>
  useApp(async ({ ask, access }) => {
    const go = async (path: string): Promise<(string | number | null)[]> => {
      const response = await ask(path, { headers: { accept: "text/html" } });
      return [response.status, response.headers.get("location")];
    };
    assert.deepEqual(await go("/workflow"), [302, "/setup"]);
    await access.setUp({ ...OWNER, code: CODE });
    assert.deepEqual(await go("/workflow/w1?tab=a%20b"), [
      302,
      "/login?next=%2Fworkflow%2Fw1%3Ftab%3Da%2520b",
    ]);
    assert.deepEqual(await go("/"), [302, "/login"]);
    assert.deepEqual(await go("/login"), [200, null]);
    assert.deepEqual(await go("/nothing"), [404, null]);
    const plain = await ask("/workflow");
    assert.equal(plain.status, 401, "no browser, no redirect");
    assert.equal(plain.headers.get("content-type"), "application/problem+json");
  }));

Deno.test("pages see who is signed in and what their role may", () =>
  useApp(async ({ ask, setUp }) => {
    const page = await ask("/workflow", { as: { session: await setUp() } });
    assert.equal(await page.text(), "page for owner");
  }).then(() => {
    const user = { id: "u2", email: "ann@example.com", name: "Ann", role: "editor" } as const;
    return useApp(async ({ ask }) => {
      assert.equal((await ask("/workflow", { as: "token" })).status, 200);
      assert.equal((await ask("/settings/secrets", { as: "token" })).status, 403);
    }, { user });
  }));

Deno.test("pageProblem draws what goes wrong for browsers only", () =>
  useApp(async ({ ask }) => {
    const page = await ask("/settings/secrets", { as: "token", headers: { accept: "text/html" } });
    assert.equal(await page.text(), "drawn");
    const api = await ask("/api/secrets", { as: "token", headers: { accept: "text/html" } });
    assert.equal(api.headers.get("content-type"), "application/problem+json");
  }, {
    user: { id: "u2", email: "ann@example.com", name: "Ann", role: "viewer" },
    pageProblem: (c) => c.html("drawn", 403),
  }));

Deno.test("/health/live and /health/ready answer everybody; not ready is 503", () =>
  useApp(async ({ ask, engine }) => {
    assert.deepEqual(await (await ask("/health/live")).json(), { ok: true });
    assert.equal((await ask("/health/ready")).status, 200);
    engine.ready = () =>
      Promise.resolve({ ok: false, checks: [{ name: "loop", ok: false, detail: "10 s ago" }] });
    const down = await ask("/health/ready");
    assert.equal(down.status, 503);
    assert.deepEqual((await down.json()).checks, [{ name: "loop", ok: false }], "strangers hear no details");
    const wrong = await ask("/health/ready", { headers: { authorization: "Bearer wrong" } });
    assert.equal((await wrong.json()).checks[0].detail, undefined);
    const told = await ask("/health/ready", { as: "token" });
    assert.equal((await told.json()).checks[0].detail, "10 s ago");
  }));

Deno.test("/t/o counts a GET, never a HEAD, and looks the same for any token", () =>
  useApp(async ({ ask, engine }) => {
    const bodies: string[] = [];
    for (const token of ["good", "bad", "a.b-c"]) {
      const response = await ask(`/t/o/${token}.gif`);
      assert.equal(response.headers.get("content-type"), "image/gif");
      assert.match(response.headers.get("cache-control") ?? "", /no-store/);
      const bytes = new Uint8Array(await response.arrayBuffer());
      assert.equal(bytes.length, 43);
      bodies.push(bytes.join());
    }
    assert.equal(new Set(bodies).size, 1);
    assert.equal((await ask("/t/o/good.gif", { method: "HEAD" })).status, 200);
    assert.deepEqual(engine.changes, ["opened good", "opened bad", "opened a.b-c"]);
  }));

Deno.test("/t/c leads on where we signed, and nowhere else", () =>
  useApp(async ({ ask, engine }) => {
    const good = await ask("/t/c/good");
    assert.deepEqual([good.status, good.headers.get("location")], [302, "https://example.com/offer"]);
    assert.equal((await ask("/t/c/bad")).status, 404);
    assert.equal((await ask("/t/c/good", { method: "HEAD" })).status, 204);
    assert.deepEqual(engine.changes, ["clicked good", "clicked bad"]);
    engine.messages.clicked = () => Promise.resolve("javascript:alert(1)");
    assert.equal((await ask("/t/c/good")).status, 404);
  }));

Deno.test("/static serves the build: hashed names for a year, nothing outside", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/build/chunks`, { recursive: true });
    await Deno.writeTextFile(`${folder}/outside.js`, "outside");
    await Deno.writeTextFile(`${folder}/build/client-4K2JQ7ZB.js`, "client");
    await Deno.writeTextFile(`${folder}/build/manifest.json`, "{}");
    await useApp(async ({ ask }) => {
      const file = await ask("/static/client-4K2JQ7ZB.js");
      assert.equal(await file.text(), "client");
      assert.equal(file.headers.get("content-type"), "text/javascript; charset=utf-8");
      assert.equal(file.headers.get("cache-control"), "public, max-age=31536000, immutable");
      assert.equal((await ask("/static/manifest.json")).headers.get("cache-control"), "no-cache");
      for (
        const path of [
          "missing.js",
          "chunks",
          "..%2foutside.js",
          "chunks/..%2f..%2foutside.js",
          "%2e%2e/outside.js",
          "client-4K2JQ7ZB.js%00.js",
          "..\\outside.js",
          "/etc/passwd",
          "file:%2f%2f%2fetc%2fpasswd.js",
        ]
      ) assert.equal((await ask(`/static/${path}`)).status, 404, path);
    }, { staticFolder: new URL(`file://${folder}/build/`) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
