import assert from "node:assert/strict";
import { BREAKER, Breaker, guarded } from "../../engine/egress/breaker.ts";
import { createEgress } from "../../engine/egress/safe_fetch.ts";
import type { Egress } from "../../engine/egress/safe_fetch.ts";
import { StepError } from "../../engine/errors.ts";
import type { Failure, Step } from "../../engine/schemas/execution.ts";
import { chain, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import { failureOf, get, rawTarget, target } from "./target_fixture.ts";

const HOST = "api.example.com";

function clocked(): { breaker: Breaker; time: { now: number } } {
  const time = { now: 1_000 };
  return { breaker: new Breaker(() => time.now), time };
}

function fail(breaker: Breaker, times: number, host = HOST): void {
  for (let i = 0; i < times; i++) breaker.enter(host).failed();
}

function refusal(breaker: Breaker, host = HOST): Failure | null {
  try {
    breaker.enter(host).left();
    return null;
  } catch (error) {
    if (error instanceof StepError) return error.failure;
    throw error;
  }
}

Deno.test("Breaker opens after five failures of one host within 30 s, and names host and probe", () => {
  const { breaker, time } = clocked();
  fail(breaker, 4);
  assert.equal(refusal(breaker), null);
  fail(breaker, 1);
  time.now += 3_000;
  assert.deepEqual(refusal(breaker), {
    code: "breaker_open",
    message: "api.example.com failed 5 times in a row within 30 s and is asked again in 27 s",
    host: HOST,
    retryable: true,
    retryAfterMs: 27_000,
  });
  assert.deepEqual(breaker.open(), [{ host: HOST, probesInMs: 27_000 }]);
  assert.equal(refusal(breaker, "other.example.com"), null, "other hosts are asked");
});

Deno.test("Breaker forgets failures that are older than 30 s, and those before an answer", () => {
  const { breaker, time } = clocked();
  fail(breaker, 4);
  time.now += BREAKER.withinMs;
  fail(breaker, 4);
  assert.equal(refusal(breaker), null);
  breaker.enter(HOST).worked();
  fail(breaker, 4);
  assert.equal(refusal(breaker), null);
  fail(breaker, 1);
  assert.equal(refusal(breaker)?.code, "breaker_open");
});

Deno.test("Breaker lets one request through after 30 s: its answer closes, its failure opens for 30 s more", () => {
  const { breaker, time } = clocked();
  fail(breaker, 5);
  time.now += 29_999;
  assert.equal(refusal(breaker)?.retryAfterMs, 1);
  time.now += 1;
  const probe = breaker.enter(HOST);
  assert.match(refusal(breaker)?.message ?? "", /is being tried by another request/);
  probe.failed();
  assert.deepEqual(breaker.open(), [{ host: HOST, probesInMs: 30_000 }]);
  time.now += 30_000;
  breaker.enter(HOST).worked();
  assert.deepEqual(breaker.open(), []);
  fail(breaker, 4);
  assert.equal(refusal(breaker), null, "it counts from the beginning");
});

Deno.test("Breaker gives the probe to the next request when the first was stopped", () => {
  const { breaker, time } = clocked();
  fail(breaker, 5);
  time.now += 30_000;
  breaker.enter(HOST).left();
  breaker.enter(HOST).worked();
  assert.deepEqual(breaker.open(), []);
});

Deno.test("Breaker is not held open by what was under way when it opened, and spreads who comes back", () => {
  const { breaker, time } = clocked();
  const slow = [breaker.enter(HOST), breaker.enter(HOST)];
  fail(breaker, 5);
  time.now += 20_000;
  slow[0]?.failed();
  const waits = Array.from({ length: 1_000 }, () => refusal(breaker)?.retryAfterMs ?? 0);
  assert.equal(Math.min(...waits), 10_000, "never before the probe");
  assert.equal(Math.max(...waits), 15_000);
  assert.equal(new Set(waits).size, 501);
  slow[1]?.worked();
  assert.deepEqual(breaker.open(), []);
});

async function guardedTo(host: string): Promise<{ egress: Egress; time: { now: number } } & AsyncDisposable> {
  const { breaker, time } = clocked();
  const egress = guarded(createEgress({ allowHosts: [host], enabled: true }), breaker);
  return await Promise.resolve({ egress, time, [Symbol.asyncDispose]: () => egress.close() });
}

Deno.test("guarded() asks a server that fails five times, then not until 30 s later, then again", async () => {
  let status = 503;
  await using server = target(() => new Response("", { status }));
  await using house = await guardedTo("127.0.0.1");
  for (let i = 0; i < 5; i++) assert.equal((await get(house.egress, server.url)).status, 503);
  const failure = await failureOf(get(house.egress, server.url));
  assert.deepEqual([failure.code, failure.host], ["breaker_open", `127.0.0.1:${server.port}`]);
  assert.equal(server.requests.length, 5);
  house.time.now += 30_000;
  status = 200;
  const both = await Promise.allSettled([get(house.egress, server.url), get(house.egress, server.url)]);
  assert.deepEqual(both.map((each) => each.status), ["fulfilled", "rejected"]);
  assert.equal(server.requests.length, 6, "one request probes");
  assert.equal((await get(house.egress, server.url)).status, 200);
});

Deno.test("guarded() counts connections that end without an answer", async () => {
  await using server = rawTarget(() => Promise.resolve());
  await using house = await guardedTo("127.0.0.1");
  for (let i = 0; i < 5; i++) {
    assert.match((await failureOf(get(house.egress, server.url))).code, /^ECONNRESET$|^fetch_failed$/);
  }
  assert.equal((await failureOf(get(house.egress, server.url))).code, "breaker_open");
});

Deno.test("guarded() counts neither 429 nor 4xx, nor what we refuse, nor what was stopped", async () => {
  const statuses = [429, 404, 401, 400, 403, 429, 429];
  await using server = target(() => new Response("", { status: statuses.pop() ?? 200 }));
  await using house = await guardedTo("127.0.0.1");
  for (let i = 0; i < 8; i++) await get(house.egress, server.url);
  for (let i = 0; i < 8; i++) {
    assert.equal((await failureOf(get(house.egress, "http://10.0.0.1/"))).code, "egress_private");
  }
  for (let i = 0; i < 8; i++) {
    const aborted = AbortSignal.abort(new StepError({ code: "aborted", message: "Stopped" }));
    assert.equal((await failureOf(get(house.egress, server.url, {}, aborted))).code, "aborted");
  }
  assert.equal((await get(house.egress, server.url)).status, 200);
});

Deno.test("guarded() does not blame a host for the one that it leads on to", async () => {
  await using broken = target(() => new Response("", { status: 500 }));
  await using server = target(() => Response.redirect(broken.url, 302));
  await using house = await guardedTo("127.0.0.1");
  for (let i = 0; i < 7; i++) assert.equal((await get(house.egress, server.url)).status, 500);
});

Deno.test("an open breaker is a step's reason to retry, and readiness lists the host", async () => {
  await using server = target(() => new Response("", { status: 500 }));
  await using house = await openEngine({ allowHosts: ["127.0.0.1"] });
  const call = { method: "GET", url: server.url };
  await publish(
    house.engine,
    [hookNode("go"), node("call", "api", call, { retry: { maxRetries: 0 } })],
    chain("hook", "call"),
  );
  await publish(
    house.engine,
    [hookNode("later"), node("call", "api", call, { retry: { maxRetries: 1 } })],
    chain("hook", "call"),
  );
  for (let i = 0; i < 5; i++) {
    const { executionId } = await hook(house.engine, "go");
    await awaited(
      house.settle,
      async () => (await house.engine.executions.get(executionId)).status === "failed",
    );
  }
  const { executionId } = await hook(house.engine, "later");
  const step = async (): Promise<Step | undefined> =>
    (await house.engine.executions.get(executionId)).steps.find(({ nodeId }) => nodeId === "call");
  await awaited(house.settle, async () => (await step())?.status === "retrying");
  const { reason, failure } = await step() ?? {};
  assert.equal(failure?.code, "breaker_open");
  const host = `127.0.0.1:${server.port}`;
  assert.match(
    reason?.text ?? "",
    new RegExp(`^Retrying in 3\\d s, attempt 2 of 2, after: ${host} failed 5 times`),
  );
  const { checks } = await house.engine.ready();
  assert.deepEqual(checks.find(({ name }) => name === "hosts"), {
    name: "hosts",
    ok: true,
    detail: `1 not asked for now, until they are tried: ${host} (in 30 s)`,
  });
  assert.equal(server.requests.length, 5);
});

/** Real requests take real time; each turn of the event loop looks again. */
async function awaited(settle: () => Promise<void>, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    await settle();
    if (await holds()) return;
  }
  throw new Error("It did not come to hold");
}
