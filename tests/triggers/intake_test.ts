import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { Engine, WebhookAnswer } from "../../engine/mod.ts";
import { ANN, chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

async function count(engine: Engine): Promise<number> {
  return (await engine.executions.list({ limit: 200 })).items.length;
}

Deno.test("webhook() 100 times at once with one key starts one execution, the same for all", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const body = { email: "ann@example.com", company: "Acme" };
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => hook(engine, "go", body, { key: "k1" })),
  );
  assert.equal(new Set(answers.map(({ executionId }) => executionId)).size, 1);
  assert.equal(answers.filter(({ fresh }) => fresh).length, 1);
  await house.until(() => isOver(engine, answers[0]!.executionId));
  assert.equal(await count(engine), 1);
  assert.equal(probe.calls.length, 1);
  await assert.rejects(hook(engine, "go", { ...body, company: "Other" }, { key: "k1" }), {
    status: 422,
    slug: "key-reused",
  });
  assert.equal(await count(engine), 1);
  await oracle(house.store);
});

Deno.test("webhook() 100 times at once on two processes with one key starts one execution", async () => {
  await using one = await openEngine();
  await using two = await openEngine({ real: one.real, manual: one.clock, probe: one.probe });
  await publish(one.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const answers = await Promise.all(
    Array.from(
      { length: 100 },
      (_, i) => hook(i % 2 ? one.engine : two.engine, "go", { n: 1 }, { key: "k1" }),
    ),
  );
  assert.equal(new Set(answers.map(({ executionId }) => executionId)).size, 1);
  await one.until(() => isOver(one.engine, answers[0]!.executionId));
  assert.equal(one.probe.calls.length, 1);
  await oracle(one.store);
});

Deno.test("webhook() under a key of 73 hours ago starts anew", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  await publish(engine, [hookNode("go")], []);
  const { executionId } = await hook(engine, "go", {}, { key: "k1" });
  clock.advance(71 * 3_600_000);
  assert.equal((await hook(engine, "go", {}, { key: "k1" })).executionId, executionId);
  clock.advance(2 * 3_600_000);
  assert.notEqual((await hook(engine, "go", {}, { key: "k1" })).executionId, executionId);
});

for (const size of [10, 20_000]) {
  Deno.test(`webhook() with a respond node answers, and repeats its answer of ${size} characters`, async () => {
    await using house = await openEngine();
    const { engine } = house;
    await publish(engine, [
      hookNode("ask", "node"),
      node("a", "probe", { say: "{{ trigger.body.text }}" }),
      node("answer", "respond", {
        status: 201,
        headers: [{ name: "x-kind", value: "test" }],
        body: { text: "{{ trigger.body.text }}", said: "{{ steps.a.output.say }}" },
      }),
    ], chain("hook", "a", "answer"));
    const text = "é".repeat(size);
    const first = await hook(engine, "ask", { text }, { key: "k1" });
    assert.deepEqual(first.response, {
      status: 201,
      headers: [{ name: "x-kind", value: "test" }],
      body: { text, said: text },
    });
    const again = await hook(engine, "ask", { text }, { key: "k1" });
    assert.deepEqual([again.fresh, again.executionId], [false, first.executionId]);
    assert.deepEqual(again.response, first.response);
  });
}

Deno.test("webhook() that waits for the end gets it: completed, failed, and a repeat the same", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(engine, [hookNode("go", "finished"), node("a", "probe")], chain("hook", "a"));
  const statusOf = ({ response }: WebhookAnswer): unknown => response && [response.status, response.body];
  const good = await hook(engine, "go", {}, { key: "good" });
  assert.deepEqual(statusOf(good), [200, { executionId: good.executionId, status: "completed" }]);
  assert.deepEqual(statusOf(await hook(engine, "go", {}, { key: "good" })), statusOf(good));
  probe.answer = () => ({
    kind: "fail",
    failure: { code: "http_401", message: "Unauthorized", status: 401 },
  });
  const bad = await hook(engine, "go", {}, { key: "bad" });
  const body = { executionId: bad.executionId, status: "failed", reason: "a: Unauthorized" };
  assert.deepEqual(statusOf(bad), [500, body]);
  assert.deepEqual(statusOf(await hook(engine, "go", {}, { key: "bad" })), statusOf(bad));
});

Deno.test("webhook() lets in who proves itself, and nobody else", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const secret = "correct horse";
  const raw = JSON.stringify({ n: 1 });
  const hmac = createHmac("sha256", secret).update(raw).digest();
  await engine.secrets.put("key", secret, [], ANN);
  const auths = {
    open: { kind: "none" },
    header: { kind: "header", header: "x-key", secret: { secret: "key" } },
    hmac: { kind: "hmac", header: "x-signature", secret: { secret: "key" } },
    missing: { kind: "header", header: "x-key", secret: { secret: "absent" } },
  };
  for (const [path, auth] of Object.entries(auths)) {
    await publish(engine, [hookNode(path, "accepted", auth)], []);
  }
  const cases: [keyof typeof auths, { [name: string]: string }, boolean][] = [
    ["open", {}, true],
    ["header", { "x-key": secret }, true],
    ["header", {}, false],
    ["header", { "x-key": "" }, false],
    ["header", { "x-key": "wrong" }, false],
    ["header", { "x-key": `${secret} ` }, false],
    ["header", { "x-other": secret }, false],
    ["hmac", { "x-signature": hmac.toString("hex") }, true],
    ["hmac", { "x-signature": `sha256=${hmac.toString("hex")}` }, true],
    ["hmac", { "x-signature": hmac.toString("base64") }, true],
    ["hmac", { "x-signature": hmac.toString("hex").slice(0, -2) }, false],
    ["hmac", { "x-signature": createHmac("sha256", secret).update(`${raw} `).digest("hex") }, false],
    ["hmac", { "x-signature": createHmac("sha256", "wrong").update(raw).digest("hex") }, false],
    ["hmac", {}, false],
    ["missing", { "x-key": "undefined" }, false],
    ["missing", { "x-key": "" }, false],
  ];
  const accepted = new Set<string>();
  for (const [path, headers, welcome] of cases) {
    const asked = hook(engine, path, { n: 1 }, { headers });
    if (welcome) {
      const { executionId } = await asked;
      assert.ok(!JSON.stringify(await engine.executions.get(executionId)).includes(secret), "kept the key");
      accepted.add(executionId);
    } else await assert.rejects(asked, { status: 401 }, `${path} ${JSON.stringify(headers)}`);
  }
  assert.equal(accepted.size, 3, "open, with the key, and the signed body once, however it is written");
  assert.equal(await count(engine), accepted.size);
});

Deno.test("webhook() refuses what it cannot take, and stores nothing", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [hookNode("go")], []);
  const request = {
    method: "POST",
    path: "go",
    rawBody: new TextEncoder().encode("{}"),
    headers: { "content-type": "application/json" },
    query: {},
  };
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const refusals = [
    [404, { path: "nowhere" }],
    [404, { path: "x".repeat(5_000) }],
    [404, { path: "__proto__" }],
    [405, { method: "GET" }],
    [400, { rawBody: bytes("{") }],
    [400, { rawBody: bytes("[".repeat(10_000)) }],
    [400, { rawBody: bytes(`{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join()}}`) }],
    [508, { depth: 5 }],
  ] as const;
  for (const [status, change] of refusals) {
    await assert.rejects(
      engine.triggers.webhook({ ...request, ...change }),
      { status },
      JSON.stringify(change).slice(0, 80),
    );
  }
  assert.equal(await count(engine), 0);
  for (const id of ["01NOWHERE", "x".repeat(4_000)]) {
    await assert.rejects(engine.executions.get(id), { status: 404 });
    await assert.rejects(engine.executions.cancel(id, {}, ANN), { status: 404 });
    await assert.rejects(engine.inbox.complete(id, { outcome: "Yes" }, ANN), { status: 404 });
  }
});

Deno.test("execute() names what is wrong, and stores nothing", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const both = await publish(engine, [hookNode("go"), node("start", "trigger_manual")], []);
  const hooked = await publish(engine, [hookNode("other")], []);
  const draft = await engine.workflows.create({ name: "Draft", nodes: [], edges: [], settings: {} }, ANN);
  const refusals = [
    [404, { workflowId: "01NOWHERE" }],
    [404, { workflowId: "x".repeat(64) }],
    [409, { workflowId: draft.id }],
    [422, { workflowId: hooked }],
    [422, { workflowId: both, trigger: "nowhere" }],
    [404, { workflowId: both, version: 9 }],
    [404, { workflowId: both, leadId: "01NOBODY" }],
  ] as const;
  for (const [status, input] of refusals) {
    await assert.rejects(engine.triggers.execute(input, {}, ANN), { status }, JSON.stringify(input));
  }
  assert.equal(await count(engine), 0);
  const { executionId } = await engine.triggers.execute({ workflowId: both, input: { n: 1 } }, {}, ANN);
  assert.deepEqual((await engine.executions.get(executionId)).trigger, { nodeId: "start", kind: "manual" });
  const there = await engine.triggers.execute({ workflowId: hooked, trigger: "hook" }, {}, ANN);
  assert.equal((await engine.executions.get(there.executionId)).status, "completed");
  const twice = await Promise.all(
    Array.from(
      { length: 20 },
      () => engine.triggers.execute({ workflowId: both }, { idempotencyKey: "k" }, ANN),
    ),
  );
  assert.equal(new Set(twice.map((each) => each.executionId)).size, 1);
  await oracle(house.store);
});

Deno.test("webhook() 60 times at once for one new address makes one lead", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [hookNode("go")], []);
  const answers = await Promise.all(
    Array.from(
      { length: 60 },
      (_, i) => hook(engine, "go", { email: i % 2 ? "ann@example.com" : "ANN@Example.com", company: "Acme" }),
    ),
  );
  assert.equal(new Set(answers.map(({ executionId }) => executionId)).size, 60);
  const { items } = await engine.leads.list({ limit: 10 });
  assert.deepEqual(items.map(({ email, company }) => [email, company]), [["ann@example.com", "Acme"]]);
  await oracle(house.store);
});

Deno.test("a version that is published meanwhile is the one that runs; what is under way keeps its own", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const graph = (value: string): Parameters<typeof publish>[1] => [
    hookNode("go"),
    node("pause", "wait", { kind: "for", duration: { value: 5, unit: "seconds" } }),
    node("mark", "set", { fields: [{ name: "v", value }] }),
  ];
  const id = await publish(engine, graph("one"), chain("hook", "pause", "mark"));
  const first = await hook(engine, "go");
  const { revision } = await engine.workflows.get(id);
  await engine.workflows.save(id, revision, { nodes: graph("two") }, ANN);
  const [published, ...answers] = await Promise.all([
    engine.workflows.publish(id, {}, ANN),
    ...Array.from({ length: 10 }, () => hook(engine, "go")),
  ]);
  assert.deepEqual(published, { version: 2 });
  const after = await hook(engine, "go");
  for (const { executionId } of [first, ...answers, after]) {
    await house.until(() => isOver(engine, executionId));
    const { version, steps } = await engine.executions.get(executionId);
    const output = steps.find(({ nodeId }) => nodeId === "mark")?.output;
    assert.deepEqual(output, { v: version === 1 ? "one" : "two" });
  }
  assert.equal((await engine.executions.get(first.executionId)).version, 1);
  assert.equal((await engine.executions.get(after.executionId)).version, 2);
});
