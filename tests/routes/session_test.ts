import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { CODE, OWNER } from "../access/access_fixture.ts";
import { useApp } from "./app_fixture.ts";

const sign = { email: OWNER.email, password: OWNER.password };

function cookieOf(response: Response): string {
  return response.headers.get("set-cookie") ?? "";
}

function sessionOf(response: Response): string {
  return /leadflow=([^;]+)/.exec(cookieOf(response))?.[1] ?? "";
}

Deno.test("POST /api/setup signs the first owner in by cookie; a second one is 404", () =>
  useApp(async ({ ask }) => {
    const wrong = await ask("/api/setup", { method: "POST", json: { ...OWNER, code: "wrong" } });
    assert.equal(wrong.status, 403);
    assert.equal(cookieOf(wrong), "");
    const made = await ask("/api/setup", { method: "POST", json: { ...OWNER, code: CODE } });
    assert.equal(made.status, 201);
    assert.match(cookieOf(made), /^leadflow=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    const me = await ask("/api/me", { as: { session: sessionOf(made) } });
    assert.equal((await me.json()).role, "owner");
    assert.equal((await ask("/api/setup", { method: "POST", json: { ...OWNER, code: CODE } })).status, 404);
  }));

Deno.test("the cookie is __Host- and Secure on https, and behind a proxy that ends TLS", () =>
  useApp(async ({ ask }) => {
    const made = await ask("/api/setup", { method: "POST", json: { ...OWNER, code: CODE } });
    assert.match(cookieOf(made), /^leadflow=/);
  }).then(() =>
    useApp(async ({ ask }) => {
      const direct = await ask("https://flow.example.com/api/setup", {
        method: "POST",
        json: { ...OWNER, code: CODE },
      });
      assert.match(
        cookieOf(direct),
        /^__Host-leadflow=[\w-]{43}; .*Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      const proxied = await ask("http://flow.example.com/api/session", { method: "POST", json: sign });
      assert.match(cookieOf(proxied), /^__Host-leadflow=/);
      const local = await ask("http://127.0.0.1/api/session", { method: "POST", json: sign });
      assert.match(cookieOf(local), /^leadflow=/);
    }, { environment: { url: "https://flow.example.com" } })
  ));

Deno.test("POST /api/session rotates the session and DELETE ends it", () =>
  useApp(async ({ ask, setUp }) => {
    const before = await setUp();
    const signed = await ask("/api/session", {
      method: "POST",
      json: sign,
      as: { session: before },
      headers: { origin: "http://localhost" },
    });
    assert.equal(signed.status, 200);
    const after = sessionOf(signed);
    assert.notEqual(after, before);
    assert.equal((await ask("/api/me", { as: { session: before } })).status, 401);
    const out = await ask("/api/session", {
      method: "DELETE",
      as: { session: after },
      headers: { origin: "http://localhost" },
    });
    assert.equal(out.status, 204);
    assert.match(cookieOf(out), /^leadflow=; Max-Age=0/);
    assert.equal((await ask("/api/me", { as: { session: after } })).status, 401);
  }));

Deno.test("POST /api/session counts by the socket's address, whatever X-Forwarded-For says; 429 has Retry-After", () =>
  useApp(async ({ ask, engine }) => {
    const addresses: string[] = [];
    engine.access.signIn = ({ address }) => {
      addresses.push(address);
      throw new EngineError("too-many-attempts", 429, "Too many attempts", "at most 20", {
        retryAfterSeconds: 900,
      });
    };
    for (let i = 0; i < 3; i++) {
      const headers = { "x-forwarded-for": `198.51.100.${i}`, forwarded: `for=198.51.100.${i}` };
      const response = await ask("/api/session", {
        method: "POST",
        json: sign,
        headers,
        address: "192.0.2.7",
      });
      assert.equal(response.status, 429);
      assert.equal(response.headers.get("retry-after"), "900");
      await response.body?.cancel();
    }
    assert.deepEqual(addresses, Array(3).fill("192.0.2.7"));
  }));

Deno.test("learnUrl() hears of an address from whoever is signed in only", () =>
  useApp(async ({ ask, engine }) => {
    await ask("http://evil.example.com/api/me");
    await ask("http://evil.example.com/login");
    assert.equal(engine.options.url, "http://localhost");
    await ask("http://flow.example.com:8000/api/me", { as: "token" });
    assert.equal(engine.options.url, "http://flow.example.com:8000");
  }));
