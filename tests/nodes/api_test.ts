import assert from "node:assert/strict";
import type { Egress } from "../../engine/egress/safe_fetch.ts";
import type { StepContext } from "../../engine/nodes/define.ts";
import type { Json } from "../../engine/schemas/json.ts";
import { egressTo, failureOf, target } from "../egress/target_fixture.ts";
import { done, fails, NOW, problems, runNode, stepContext } from "./context_fixture.ts";

function through(egress: Egress, change: Partial<StepContext> = {}): StepContext {
  const context = stepContext(change);
  return { ...context, http: (request) => egress.fetch(request, { signal: context.signal, depth: 0 }) };
}

/** Answers with what it got. */
async function echo(request: Request): Promise<Response> {
  const url = new URL(request.url);
  return Response.json({
    method: request.method,
    path: url.pathname,
    query: [...url.searchParams],
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  });
}

interface Echoed {
  method: string;
  path: string;
  query: [string, string][];
  headers: { [name: string]: string };
  body: string;
}
async function echoed(config: { [key: string]: Json }, change: Partial<StepContext> = {}): Promise<Echoed> {
  await using server = target(echo);
  await using egress = egressTo("127.0.0.1");
  const output =
    done(await runNode("api", { url: `${server.url}/in?a=1`, ...config }, through(egress, change))).output;
  return (output as unknown as { body: Echoed }).body;
}

Deno.test("api sends an object as JSON with query, headers and the step's idempotency key", async () => {
  const seen = await echoed({
    method: "POST",
    query: [{ name: "q", value: "ä&b" }],
    headers: [{ name: "X-A", value: "b" }],
    body: { name: 'A"nn', n: 1 },
  });
  assert.equal(seen.method, "POST");
  assert.deepEqual(seen.query, [["a", "1"], ["q", "ä&b"]]);
  assert.deepEqual(JSON.parse(seen.body), { name: 'A"nn', n: 1 });
  assert.equal(seen.headers["content-type"], "application/json");
  assert.equal(seen.headers["x-a"], "b");
  assert.equal(seen.headers["idempotency-key"], "E1.n1.1");
  assert.equal(seen.headers["x-leadflow-depth"], "1");
});

Deno.test("api keeps the headers that the user set", async () => {
  const seen = await echoed({
    method: "POST",
    body: "<a/>",
    headers: [{ name: "IDEMPOTENCY-KEY", value: "mine" }, { name: "Content-Type", value: "application/xml" }],
  });
  assert.deepEqual([seen.body, seen.headers["idempotency-key"], seen.headers["content-type"]], [
    "<a/>",
    "mine",
    "application/xml",
  ]);
});

Deno.test("api proves who it is by secrets that it asks for this host", async () => {
  const asked: [string, string | null][] = [];
  const secret = (name: string, host: string | null): Promise<string> => {
    asked.push([name, host]);
    return Promise.resolve(`value of ${name}`);
  };
  const ref = { secret: "key" };
  assert.equal(
    (await echoed({ auth: { kind: "bearer", token: ref } }, { secret })).headers.authorization,
    "Bearer value of key",
  );
  assert.equal(
    (await echoed({ auth: { kind: "basic", username: "ann", password: ref } }, { secret })).headers
      .authorization,
    `Basic ${btoa("ann:value of key")}`,
  );
  assert.equal(
    (await echoed({ auth: { kind: "header", name: "X-Api-Key", value: ref } }, { secret }))
      .headers["x-api-key"],
    "value of key",
  );
  assert.equal((await echoed({ auth: { kind: "none" } }, { secret })).headers.authorization, undefined);
  // With its port, which is never the usual one here: a secret may be for one port of a host alone.
  assert.deepEqual(
    asked.map(([name, host]) => [name, host?.replace(/:\d{2,5}$/, ":port")]),
    Array(3).fill(["key", "127.0.0.1:port"]),
  );
});

Deno.test("api sends nothing when its secret is not to be had", async () => {
  await using server = target(() => new Response("reached"));
  await using egress = egressTo("127.0.0.1");
  const failure = await failureOf(
    runNode("api", { url: server.url, auth: { kind: "bearer", token: { secret: "gone" } } }, through(egress)),
  );
  assert.equal(failure.code, "no_secret");
  assert.equal(server.requests.length, 0);
});

const bodies: { name: string; response: () => Response; body: Json }[] = [
  { name: "JSON", response: () => Response.json({ a: [1] }), body: { a: [1] } },
  {
    name: "problem JSON",
    response: () => new Response("[1]", { headers: { "content-type": "application/problem+json" } }),
    body: [1],
  },
  {
    name: "broken JSON as text",
    response: () => new Response("{", { headers: { "content-type": "application/json" } }),
    body: "{",
  },
  {
    name: "JSON nested past 64 as text",
    response: () =>
      new Response("[".repeat(65) + "]".repeat(65), { headers: { "content-type": "application/json" } }),
    body: "[".repeat(65) + "]".repeat(65),
  },
  { name: "text", response: () => new Response("häh"), body: "häh" },
  {
    name: "bytes as base64",
    response: () => new Response(new Uint8Array([255, 0, 1]), { headers: { "content-type": "image/png" } }),
    body: { base64: "/wAB", bytes: 3 },
  },
  { name: "nothing as empty text", response: () => new Response(null, { status: 204 }), body: "" },
];
for (const { name, response, body } of bodies) {
  Deno.test(`api puts out ${name}`, async () => {
    await using server = target(response);
    await using egress = egressTo("127.0.0.1");
    const output = done(await runNode("api", { url: server.url }, through(egress))).output as {
      [key: string]: Json;
    };
    assert.deepEqual(output.body, body);
    assert.equal(output.status, name.startsWith("nothing") ? 204 : 200);
  });
}

Deno.test("api keeps a field called __proto__ as data", async () => {
  await using server = target(() =>
    new Response('{"__proto__":{"polluted":true}}', {
      headers: { "content-type": "application/json", "__proto__": "x" },
    })
  );
  await using egress = egressTo("127.0.0.1");
  const output = done(await runNode("api", { url: server.url }, through(egress))).output;
  assert.equal(JSON.stringify((output as { body: Json }).body), '{"__proto__":{"polluted":true}}');
  assert.equal("polluted" in {}, false);
});

Deno.test("api fails from 400 on, with host, status and the answer for whoever mends it", async () => {
  await using server = target(() => Response.json({ error: "no key" }, { status: 401 }));
  await using egress = egressTo("127.0.0.1");
  const { failure, output } = fails(await runNode("api", { url: server.url }, through(egress)));
  assert.deepEqual(failure, {
    code: "http_401",
    message: "401 from 127.0.0.1",
    status: 401,
    host: "127.0.0.1",
  });
  assert.deepEqual((output as { [key: string]: Json }).body, { error: "no key" });
});

const delays: { header: string; ms: number | undefined }[] = [
  { header: "7", ms: 7_000 },
  { header: new Date(NOW + 90_000).toUTCString(), ms: 90_000 },
  { header: new Date(NOW - 90_000).toUTCString(), ms: 0 },
  { header: "soon", ms: undefined },
];
for (const { header, ms } of delays) {
  Deno.test(`api reads Retry-After ${JSON.stringify(header)} as ${ms} ms`, async () => {
    await using server = target(() =>
      new Response("busy", { status: 503, headers: { "retry-after": header } })
    );
    await using egress = egressTo("127.0.0.1");
    const { failure } = fails(await runNode("api", { url: server.url }, through(egress)));
    assert.equal(failure.retryAfterMs, ms);
  });
}

Deno.test("api gives up at its time limit with a failure that the default policy repeats", async () => {
  const never = Promise.withResolvers<Response>();
  await using server = target(() => never.promise);
  await using egress = egressTo("127.0.0.1");
  const failure = await failureOf(
    runNode("api", { url: server.url, timeout: { value: 0.2, unit: "seconds" } }, through(egress)),
  );
  never.resolve(new Response());
  assert.equal(failure.code, "egress_timeout");
  assert.match(failure.message, /ETIMEDOUT/);
});

const refused: { name: string; config: { [key: string]: Json }; code: string; field: string }[] = [
  { name: "an empty address", config: { url: "" }, code: "bad_url", field: "url" },
  { name: "an address without a scheme", config: { url: "example.com" }, code: "bad_url", field: "url" },
  {
    name: "a body with GET",
    config: { url: "https://example.com", body: "x" },
    code: "bad_body",
    field: "body",
  },
  {
    name: "a text that is declared as JSON and is none",
    config: {
      url: "https://example.com",
      method: "POST",
      headers: [{ name: "content-type", value: "application/json" }],
      body: '{"name":"A"nn"}',
    },
    code: "bad_body",
    field: "body",
  },
];
for (const { name, config, code, field } of refused) {
  Deno.test(`api refuses ${name} and names the field`, async () => {
    const failure = await failureOf(runNode("api", config));
    assert.deepEqual([failure.code, failure.retryable, failure.details], [code, false, { field }]);
  });
}

Deno.test("api names the field of a config that could not run", async () => {
  assert.deepEqual(await problems("api", { url: " " }), ["url"]);
  assert.deepEqual(await problems("api", { url: "ftp://example.com" }), ["url"]);
  assert.deepEqual(await problems("api", { url: "{{ trigger.body.url }}" }), []);
  assert.deepEqual(await problems("api", { url: { href: "https://example.com" } }), ["url"]);
  assert.deepEqual(await problems("api", { url: "https://example.com", body: { a: 1 } }), ["body"]);
  assert.deepEqual(await problems("api", { url: "https://example.com", method: "TRACE" }), ["method"]);
  assert.deepEqual(
    await problems("api", { url: "https://example.com", timeout: { value: 3, unit: "minutes" } }),
    ["timeout"],
  );
  assert.deepEqual(
    await problems("api", { url: "https://example.com", headers: [{ name: "a b", value: "" }] }),
    ["headers.0.name"],
  );
  assert.deepEqual(
    await problems("api", { url: "https://example.com", auth: { kind: "bearer", token: "plain" } }),
    ["auth.token"],
  );
});
