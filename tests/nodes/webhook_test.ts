/** Signed webhooks against a real receiver, which checks them by an implementation of its own. */
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Json } from "../../engine/schemas/json.ts";
import { egressTo, failureOf, target } from "../egress/target_fixture.ts";
import { chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import { done, fails, NOW, problems, runNode, stepContext } from "./context_fixture.ts";

const KEY = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const SECRET = `whsec_${KEY}`;

/** As the specification says a receiver should: which of the signatures hold, and how old it is in seconds. */
function verify(headers: Headers, body: string, key: string, now: number): { holds: number; age: number } {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  assert.match(timestamp, /^\d{10}$/);
  const expected = createHmac("sha256", new Uint8Array(atob(key).split("").map((c) => c.charCodeAt(0))))
    .update(`${id}.${timestamp}.${body}`).digest();
  const given = (headers.get("webhook-signature") ?? "").split(" ").map((one) => {
    const [version, signature = ""] = one.split(",");
    assert.equal(version, "v1");
    return new Uint8Array(atob(signature).split("").map((c) => c.charCodeAt(0)));
  });
  const holds =
    given.filter((one) => one.length === expected.length && timingSafeEqual(one, expected)).length;
  return { holds, age: now / 1_000 - Number(timestamp) };
}

async function sent(
  config: { [key: string]: Json },
  secret = SECRET,
  answer = () => new Response("ok"),
): Promise<
  { headers: Headers; body: string; outcome: Awaited<ReturnType<typeof runNode>>; asked: unknown[] }
> {
  const got: { headers: Headers; body: string }[] = [];
  await using server = target(async (request) => {
    got.push({ headers: request.headers, body: await request.text() });
    return answer();
  });
  await using egress = egressTo("127.0.0.1");
  const asked: unknown[] = [];
  const context = stepContext({
    http: (request) => egress.fetch(request, { signal: new AbortController().signal, depth: 0 }),
    secret: (name, host) => {
      asked.push([name, host?.replace(/:\d{2,5}$/, ":port")]);
      return Promise.resolve(secret);
    },
  });
  const outcome = await runNode(
    "webhook",
    { url: `${server.url}/in`, secret: { secret: "sign" }, ...config },
    context,
  );
  assert.equal(got.length, 1);
  return { ...got[0]!, outcome, asked };
}

Deno.test("webhook is signed so that an independent receiver can check it, with the step's key as its id", async () => {
  const { headers, body, outcome, asked } = await sent({ event: "lead.qualified", body: { name: 'A"nn ü' } });
  assert.deepEqual(JSON.parse(body), {
    type: "lead.qualified",
    timestamp: new Date(NOW).toISOString(),
    data: { name: 'A"nn ü' },
  });
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("webhook-id"), "E1.n1.1");
  assert.deepEqual(verify(headers, body, KEY, NOW), { holds: 1, age: 0 });
  assert.equal(verify(headers, `${body} `, KEY, NOW).holds, 0, "another body is noticed");
  assert.equal(verify(headers, body, KEY.replace("C", "D"), NOW).holds, 0, "another key is noticed");
  assert.deepEqual(asked, [["sign", "127.0.0.1:port"]], "the secret is asked for by the host that is told");
  const output = done(outcome).output as { id: string; status: number };
  assert.deepEqual([output.id, output.status], ["E1.n1.1", 200]);
});

Deno.test("webhook signs with both secrets while one replaces the other", async () => {
  const other = btoa("another key that is long enough");
  const { headers, body } = await sent({}, `${SECRET}  whsec_${other}`);
  assert.equal(headers.get("webhook-signature")?.split(" ").length, 2);
  assert.equal(verify(headers, body, KEY, NOW).holds, 1);
  assert.equal(verify(headers, body, other, NOW).holds, 1);
});

for (
  const secret of [
    "",
    "plain",
    "whsec_",
    "whsec_%%%",
    `whsec_${btoa("too short")}`,
    `whsec_${btoa("x".repeat(65))}`,
    KEY,
  ]
) {
  Deno.test(`webhook refuses to sign with ${JSON.stringify(secret.slice(0, 20))} and does not tell it`, async () => {
    const context = stepContext({
      secret: () => Promise.resolve(secret),
      http: () => assert.fail("nothing is sent"),
    });
    const config = { url: "https://example.com/", secret: { secret: "sign" } };
    const failure = await failureOf(runNode("webhook", config, context));
    assert.deepEqual([failure.code, failure.retryable], ["bad_webhook_secret", false]);
    assert.ok(secret.length < 8 || !failure.message.includes(secret.slice(6)), "the value is not told");
  });
}

for (const [status, retryable] of [[410, false], [500, undefined], [429, undefined]] as const) {
  Deno.test(`webhook fails with http_${status}, retryable: ${retryable}`, async () => {
    const headers = status === 429 ? { "retry-after": "7" } : new Headers();
    const { outcome } = await sent({}, SECRET, () => new Response("no", { status, headers }));
    const { failure } = fails(outcome);
    assert.deepEqual([failure.code, failure.status, failure.retryable], [
      `http_${status}`,
      status,
      retryable,
    ]);
    assert.equal(failure.retryAfterMs, status === 429 ? 7_000 : undefined);
  });
}

Deno.test("webhook names what is missing before it is published", async () => {
  const secret = { secret: "sign" };
  assert.deepEqual(await problems("webhook", { url: "https://example.com/", secret }), []);
  assert.deepEqual(await problems("webhook", { url: "", secret }), ["url"]);
  assert.deepEqual(await problems("webhook", { url: "ftp://example.com", secret }), ["url"]);
  assert.deepEqual(await problems("webhook", { url: "https://example.com/" }), ["secret"]);
  assert.deepEqual(await problems("webhook", { secret }), ["url"]);
});

Deno.test({
  name: "webhook in a workflow: tried again under the same webhook-id and body until it is received",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(): Promise<void> {
    const got: { id: string | null; body: string; holds: number }[] = [];
    await using server = target(async (request) => {
      const body = await request.text();
      const { holds } = verify(request.headers, body, KEY, 0);
      got.push({ id: request.headers.get("webhook-id"), body, holds });
      return new Response("", { status: got.length < 3 ? 503 : 200 });
    });
    await using house = await openEngine({ allowHosts: [`127.0.0.1:${server.port}`] });
    await house.engine.secrets.put("sign", SECRET, ["127.0.0.1"], { userId: "ann", name: "Ann" });
    const config = {
      url: `${server.url}/in`,
      secret: { secret: "sign" },
      body: { name: "{{ trigger.body.name }}" },
    };
    await publish(house.engine, [hookNode("go"), node("tell", "webhook", config)], chain("hook", "tell"));
    const { executionId } = await hook(house.engine, "go", { name: "Ann" });
    await house.until(() => isOver(house.engine, executionId), 48 * 3_600_000);
    assert.equal((await house.engine.executions.get(executionId)).status, "completed");
    assert.equal(got.length, 3);
    assert.deepEqual(new Set(got.map(({ id }) => id)), new Set([`${executionId}.tell.1`]));
    assert.equal(new Set(got.map(({ body }) => body)).size, 1);
    assert.deepEqual(got.map(({ holds }) => holds), [1, 1, 1]);
    assert.deepEqual(JSON.parse(got[0]!.body).data, { name: "Ann" });
  },
});
