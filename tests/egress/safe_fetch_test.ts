import assert from "node:assert/strict";
import { Lag } from "../helpers/lag.ts";
import { createEgress } from "../../engine/egress/safe_fetch.ts";
import { egressTo, failureOf, get, rawTarget, target, text } from "./target_fixture.ts";

const encoder = new TextEncoder();

Deno.test("fetch() sends method, headers, body and depth, and reads the answer", async () => {
  await using server = target(async (request) =>
    Response.json({
      method: request.method,
      body: await request.text(),
      key: request.headers.get("x-key"),
      depth: request.headers.get("x-leadflow-depth"),
    }, { status: 201 })
  );
  await using egress = egressTo("127.0.0.1");
  const response = await egress.fetch(
    {
      method: "POST",
      url: `${server.url}/a?b=1`,
      headers: [{ name: "x-key", value: "k" }, { name: "X-LeadFlow-Depth", value: "0" }],
      body: "häh",
      timeoutMs: 5_000,
    },
    { signal: new AbortController().signal, depth: 2 },
  );
  assert.equal(response.status, 201);
  assert.equal(response.url, `${server.url}/a?b=1`);
  assert.deepEqual(JSON.parse(text(response)), { method: "POST", body: "häh", key: "k", depth: "3" });
});

Deno.test("fetch() shows the target neither the proxy's password nor its headers", async () => {
  await using server = rawTarget(async (conn) => {
    await conn.write(encoder.encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
  });
  await using egress = egressTo("127.0.0.1");
  assert.equal(text(await get(egress, `${server.url}/x`)), "ok");
  assert.match(server.heads[0] ?? "", /^GET \/x HTTP\/1\.1\r\n/);
  assert.doesNotMatch(server.heads[0] ?? "", /proxy/i);
});

Deno.test("fetch() asks each request's host, on one egress, many at once", async () => {
  await using a = target(() => new Response("a"));
  await using b = target(() => new Response("b"));
  await using egress = egressTo(`127.0.0.1:${a.port}`, `127.0.0.1:${b.port}`);
  const urls = Array.from({ length: 40 }, (_, i) => i % 2 ? a.url : b.url);
  const answers = await Promise.all(urls.map(async (url) => text(await get(egress, url))));
  assert.deepEqual(answers, urls.map((url) => url === a.url ? "a" : "b"));
});

Deno.test("fetch() does not bypass the proxy for NO_PROXY", async () => {
  await using server = target(() => new Response("reached"));
  Deno.env.set("NO_PROXY", "*");
  Deno.env.set("no_proxy", "127.0.0.1,localhost");
  await using egress = egressTo();
  assert.equal((await failureOf(get(egress, server.url))).code, "egress_port");
  assert.equal(server.requests.length, 0);
});

Deno.test("fetch() opens one port when one is listed, all when the host is", async () => {
  await using a = target(() => new Response("a"));
  await using b = target(() => new Response("b"));
  await using one = egressTo(`127.0.0.1:${a.port}`);
  assert.equal(text(await get(one, a.url)), "a");
  assert.equal((await failureOf(get(one, b.url))).code, "egress_port");
  await using all = egressTo("127.0.0.1");
  assert.equal(text(await get(all, b.url)), "b");
});

Deno.test("fetch() follows redirects of one host with headers, and turns a 303 into GET", async () => {
  await using server = target(async (request) => {
    const path = new URL(request.url).pathname;
    if (path === "/303") return new Response(null, { status: 303, headers: { location: "/end" } });
    if (path === "/307") return new Response(null, { status: 307, headers: { location: "/end" } });
    return Response.json([request.method, request.headers.get("authorization"), await request.text()]);
  });
  await using egress = egressTo("127.0.0.1");
  const send = { method: "POST", headers: [{ name: "authorization", value: "Bearer s" }], body: "data" };
  assert.deepEqual(JSON.parse(text(await get(egress, `${server.url}/303`, send))), ["GET", "Bearer s", ""]);
  const kept = await get(egress, `${server.url}/307`, send);
  assert.deepEqual(JSON.parse(text(kept)), ["POST", "Bearer s", "data"]);
  assert.equal(kept.url, `${server.url}/end`);
});

Deno.test("fetch() drops every possible credential and the body when a redirect changes the host", async () => {
  await using other = target(async (request) =>
    Response.json({ headers: [...request.headers.keys()].sort(), body: await request.text() })
  );
  await using server = target(() => new Response(null, { status: 307, headers: { location: other.url } }));
  await using egress = egressTo("127.0.0.1");
  const headers = ["authorization", "x-api-key", "cookie", "idempotency-key", "content-type", "accept"].map((
    name,
  ) => ({ name, value: "secret" }));
  const seen = JSON.parse(
    text(await get(egress, server.url, { method: "POST", headers, body: "secret body" })),
  );
  assert.equal(seen.body, "");
  for (const name of ["authorization", "x-api-key", "cookie", "idempotency-key", "content-type"]) {
    assert.ok(!seen.headers.includes(name), name);
  }
  assert.ok(seen.headers.includes("accept"));
});

Deno.test("fetch() follows five redirects and refuses the sixth", async () => {
  await using server = target((request) => {
    const left = Number(new URL(request.url).pathname.slice(1));
    return left === 0
      ? new Response("end")
      : new Response(null, { status: 302, headers: { location: `/${left - 1}` } });
  });
  await using egress = egressTo("127.0.0.1");
  assert.equal(text(await get(egress, `${server.url}/5`)), "end");
  assert.equal((await failureOf(get(egress, `${server.url}/6`))).code, "egress_redirect");
});

Deno.test("fetch() stops a gzip bomb at 5 MiB", async () => {
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller): void {
      for (let i = 0; i < 64; i++) controller.enqueue(new Uint8Array(1_048_576));
      controller.close();
    },
  });
  const bomb = new Uint8Array(
    await new Response(zeros.pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );
  assert.ok(bomb.length < 200_000);
  await using server = target(() => new Response(bomb, { headers: { "content-encoding": "gzip" } }));
  await using egress = egressTo("127.0.0.1");
  const failure = await failureOf(get(egress, server.url));
  assert.deepEqual([failure.code, failure.retryable], ["egress_too_large", false]);
});

Deno.test("fetch() reads 5 MiB whole", async () => {
  await using server = target(() => new Response(new Uint8Array(5 * 1_048_576)));
  await using egress = egressTo("127.0.0.1");
  assert.equal((await get(egress, server.url)).body.length, 5 * 1_048_576);
});

Deno.test("fetch() gives up a byte-by-byte answer at its time limit", async () => {
  using lag = new Lag();
  await using server = rawTarget(async (conn) => {
    await conn.write(encoder.encode("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx"));
    // Never another byte: resolves when the egress has let go.
    await conn.read(new Uint8Array(1));
  });
  await using egress = egressTo("127.0.0.1");
  const started = performance.now();
  const failure = await failureOf(get(egress, server.url, { timeoutMs: 300 }));
  assert.equal(failure.code, "egress_timeout");
  assert.match(failure.message, /ETIMEDOUT/);
  assert.equal(failure.host, "127.0.0.1");
  assert.ok(performance.now() - started < lag.allowed(2_000));
});

Deno.test("fetch() refuses an answer with more than 64 KiB of headers", async () => {
  await using server = rawTarget(async (conn) => {
    const line = `x-pad: ${"p".repeat(8_000)}\r\n`;
    await conn.write(encoder.encode(`HTTP/1.1 200 OK\r\n${line.repeat(9)}content-length: 0\r\n\r\n`));
  });
  await using egress = egressTo("127.0.0.1");
  assert.equal((await failureOf(get(egress, server.url))).code, "egress_headers");
});

Deno.test("fetch() throws the signal's reason when it is aborted on the way", async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = rawTarget(async (conn) => {
    arrived.resolve();
    await conn.read(new Uint8Array(1));
  });
  await using egress = egressTo("127.0.0.1");
  const aborter = new AbortController();
  const pending = get(egress, server.url, {}, aborter.signal);
  await arrived.promise;
  const reason = new Error("cancelled by Ann");
  aborter.abort(reason);
  await assert.rejects(pending, reason);
});

Deno.test("fetch() keeps the system's codes and the host", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using egress = egressTo("127.0.0.1");
  const refused = await failureOf(get(egress, `http://127.0.0.1:${port}/`));
  assert.deepEqual([refused.code, refused.host], ["ECONNREFUSED", "127.0.0.1"]);
  assert.equal((await failureOf(get(egress, `https://127.0.0.1:${port}/`))).code, "ECONNREFUSED");
  const unknown = await failureOf(get(egress, "https://nobody.invalid/"));
  assert.deepEqual([unknown.code, unknown.host], ["ENOTFOUND", "nobody.invalid"]);
  await using cut = rawTarget(() => Promise.resolve());
  assert.equal((await failureOf(get(egress, cut.url))).code, "ECONNRESET");
});

Deno.test("fetch() refuses https to a server that speaks none, as tls", async () => {
  await using server = rawTarget(async (conn) => {
    await conn.write(encoder.encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
  });
  await using egress = egressTo("127.0.0.1");
  assert.equal((await failureOf(get(egress, `https://127.0.0.1:${server.port}/`))).code, "tls");
});

Deno.test("fetch() sends nothing while sending is switched off", async () => {
  await using server = target(() => new Response("reached"));
  const egress = createEgress({ allowHosts: ["127.0.0.1"], enabled: false });
  assert.equal((await failureOf(get(egress, server.url))).code, "egress_off");
  assert.equal(server.requests.length, 0);
  await egress.close();
});
