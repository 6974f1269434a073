import assert from "node:assert/strict";
import { useApp } from "../routes/app_fixture.ts";

const MIB = 1_048_576;
const encoder = new TextEncoder();

/** A body without a length, in pieces; tells how many were taken. */
function chunked(size: number, piece = 65_536): { body: ReadableStream<Uint8Array>; taken: () => number } {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller): void {
      const rest = Math.min(piece, size - taken);
      if (rest <= 0) return controller.close();
      taken += rest;
      controller.enqueue(new Uint8Array(rest).fill(0x61));
    },
  });
  return { body, taken: () => taken };
}

Deno.test("a webhook is answered 202 with the execution's id and address, by anybody", () =>
  useApp(async ({ ask, engine }) => {
    const response = await ask("/hooks/new/lead?a=1&b=%20x", {
      method: "POST",
      headers: { "content-type": "application/json", "X-GitHub-Delivery": "d-1", "x-leadflow-depth": "2" },
      body: '{"email":"ann@example.com"}',
    });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get("location"), "/executions/e1");
    assert.deepEqual(await response.json(), { executionId: "e1" });
    const [got] = engine.webhooks;
    assert.ok(got);
    assert.equal(got.path, "new/lead");
    assert.deepEqual(got.query, { a: "1", b: " x" });
    assert.equal(got.headers["content-type"], "application/json");
    assert.equal(got.idempotencyKey, "x-github-delivery:d-1");
    assert.equal(got.depth, 2);
    assert.equal(new TextDecoder().decode(got.rawBody), '{"email":"ann@example.com"}');
  }));

Deno.test("Idempotency-Key wins over delivery ids; a key that is none is 400", () =>
  useApp(async ({ ask, engine }) => {
    const send = (headers: { [name: string]: string }): Promise<Response> =>
      ask("/hooks/x", { method: "POST", headers, body: "{}" });
    await send({ "idempotency-key": "k", "webhook-id": "w" });
    await send({ "webhook-id": "w" });
    await send({ "x-shopify-webhook-id": "s" });
    await send({});
    assert.deepEqual(engine.webhooks.map((hook) => hook.idempotencyKey), [
      "k",
      "webhook-id:w",
      "x-shopify-webhook-id:s",
      undefined,
    ]);
    assert.equal((await send({ "idempotency-key": "x".repeat(300) })).status, 400);
  }));

Deno.test("a body of 1 MiB passes, one byte more is 413 naming the limit, with and without a length", () =>
  useApp(async ({ ask, engine }) => {
    const text = (size: number): string => JSON.stringify("a".repeat(size - 2));
    const stream = (size: number): ReadableStream<Uint8Array> => new Blob([text(size)]).stream();
    assert.equal((await ask("/hooks/x", { method: "POST", body: text(MIB) })).status, 202);
    assert.equal((await ask("/hooks/x", { method: "POST", body: stream(MIB) })).status, 202);
    const announced = { "content-length": String(MIB + 1) };
    for (
      const response of [
        await ask("/hooks/x", { method: "POST", body: stream(MIB + 1) }),
        await ask("/hooks/x", { method: "POST", body: text(MIB + 1), headers: announced }),
        await ask("/hooks/x", { method: "POST", body: text(MIB + 1), headers: { "content-length": "5" } }),
      ]
    ) {
      assert.equal(response.status, 413);
      assert.match((await response.json()).detail, /1 MiB \(1048576 bytes\)/);
    }
    assert.equal(engine.webhooks.length, 2);
  }));

Deno.test("1 GB without a length is stopped at the limit", () =>
  useApp(async ({ ask, engine }) => {
    const { body, taken } = chunked(1_000_000_000);
    assert.equal((await ask("/hooks/x", { method: "POST", body })).status, 413);
    assert.ok(taken() < MIB + 4 * 65_536, `${taken()} bytes were taken`);
    assert.equal(engine.webhooks.length, 0);
  }));

Deno.test("JSON 10,000 deep and 100,000 keys are 400, and nothing is stored", () =>
  useApp(async ({ ask, engine }) => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `"${i}":1`).join();
    const table: [string, RegExp][] = [
      ["[".repeat(10_000) + "]".repeat(10_000), /64 levels/],
      ['{"a":'.repeat(10_000) + "1" + "}".repeat(10_000), /64 levels/],
      [`{${keys.slice(0, MIB - 100).replace(/,[^,]*$/, "")}}`, /10,000 keys/],
      ['{"email": ann}', /position 10/],
      ['{"a":1', /the text ends at position 6/],
    ];
    for (const [body, detail] of table) {
      const response = await ask("/hooks/x", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      assert.equal(response.status, 400, body.slice(0, 40));
      assert.match((await response.json()).detail, detail);
    }
    assert.equal(engine.webhooks.length, 0);
    const wide = `{"text":"${"{[:".repeat(30_000)}","deep":${"[".repeat(60)}${"]".repeat(60)}}`;
    assert.equal(
      (await ask("/hooks/x", { method: "POST", body: wide })).status,
      202,
      "brackets in text are text",
    );
  }));

Deno.test("names such as __proto__ are data, in headers, query and body", () =>
  useApp(async ({ ask, engine }) => {
    const body = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    await ask("/hooks/__proto__?__proto__=polluted&constructor=x", {
      method: "POST",
      headers: { "__proto__": "x", "constructor": "y" },
      body,
    });
    const [got] = engine.webhooks;
    assert.ok(got);
    assert.deepEqual(Object.keys(got.query), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(got.query), Object.prototype);
    assert.equal(Object.getPrototypeOf(got.headers), Object.prototype);
    assert.deepEqual(got.rawBody, encoder.encode(body));
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  }));

Deno.test("any path is a name and no more", () =>
  useApp(async ({ ask, engine }) => {
    for (const path of ["%2e%2e%2fapi%2fme", "a%00b", "__proto__", "%2F%2F", "%E0%A4%A"]) {
      assert.equal((await ask(`/hooks/${path}`, { method: "POST", body: "{}" })).status, 202, path);
    }
    assert.deepEqual(engine.webhooks.map((hook) => hook.path), [
      "../api/me",
      "a\0b",
      "__proto__",
      "//",
      "%E0%A4%A",
    ]);
  }));

Deno.test("a workflow's answer goes out as it is, and active types as downloads", () =>
  useApp(async ({ ask, engine }) => {
    const answer = async (
      status: number,
      headers: [string, string][],
      body: string | { a: number },
    ): Promise<Response> => {
      const list = headers.map(([name, value]) => ({ name, value }));
      engine.options.webhookAnswer = {
        executionId: "e1",
        fresh: true,
        response: { status, headers: list, body },
      };
      return await ask("/hooks/x", { method: "POST", body: "{}" });
    };
    const json = await answer(201, [["X-Custom", "yes"]], { a: 1 });
    assert.equal(json.status, 201);
    assert.equal(json.headers.get("x-custom"), "yes");
    assert.equal(json.headers.get("content-type"), "application/json");
    assert.equal(json.headers.get("x-leadflow-execution"), "e1");
    assert.deepEqual(await json.json(), { a: 1 });
    assert.equal((await answer(200, [], "text")).headers.get("content-type"), "text/plain; charset=utf-8");
    const empty = await answer(204, [], "");
    assert.deepEqual([empty.status, empty.body], [204, null]);
    for (
      const type of [
        "text/html",
        "image/svg+xml; charset=utf-8",
        "TEXT/HTML",
        "application/xhtml+xml",
        "text/javascript",
      ]
    ) {
      const active = await answer(200, [["content-type", type]], "<script>alert(1)</script>");
      assert.equal(active.headers.get("content-disposition"), "attachment", type);
      assert.match(active.headers.get("content-security-policy") ?? "", /sandbox/);
      assert.equal(active.headers.get("x-content-type-options"), "nosniff");
    }
  }));

Deno.test("a workflow cannot send what would split or take over the answer", () =>
  useApp(async ({ ask, engine }) => {
    const table: [number, string, string][] = [
      [200, "x-a", "b\r\nset-cookie: leadflow=x"],
      [200, "x a", "b"],
      [200, "x-a", "ünïcödé → 漢"],
      [200, "Set-Cookie", "leadflow=x"],
      [200, "Content-Length", "1"],
      [200, "content-security-policy", "default-src *"],
      [99, "x-a", "b"],
      [101, "x-a", "b"],
      [600, "x-a", "b"],
      [200.5, "x-a", "b"],
    ];
    for (const [status, name, value] of table) {
      const response = { status, headers: [{ name, value }], body: "" };
      engine.options.webhookAnswer = { executionId: "e1", fresh: true, response };
      const answer = await ask("/hooks/x", { method: "POST", body: "{}" });
      assert.equal(answer.status, 500, `${status} ${name}`);
      assert.equal((await answer.json()).type, "/problems/bad-response");
      assert.equal(answer.headers.get("set-cookie"), null);
    }
  }));
