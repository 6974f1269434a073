/** Why nothing arrives: the last refusals of a webhook with their reasons, at a price that a stranger cannot raise. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { Engine, WebhookRequest } from "../../engine/mod.ts";
import type { HookState } from "../../engine/schemas/hook.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { createApp } from "../../routes/app.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { ANN, chain, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const encoder = new TextEncoder();
const DAY_MS = 86_400_000;

async function only(engine: Engine, id: string): Promise<HookState> {
  const [one, ...others] = await engine.triggers.hooks(id);
  assert.ok(one && others.length === 0);
  return one;
}

/** Calls that nobody lets in. */
async function refused(house: Opened, path: string, more: Partial<WebhookRequest> = {}): Promise<void> {
  const call = { method: "POST", path, rawBody: encoder.encode("{}"), headers: {}, query: {}, ...more };
  await assert.rejects(house.engine.triggers.webhook(call));
}

function rows({ refused: { items } }: HookState): [string, number, number][] {
  return items.map(({ code, status, count }) => [code, status, count]);
}

/** The whole of HTTP over the engine, called from one address. */
async function call(
  house: Opened,
  path: string,
  init: RequestInit,
  from = "203.0.113.77",
): Promise<Response> {
  const app = createApp({ engine: house.engine, environment: { url: null }, log: () => {} });
  const remoteAddr: Deno.NetAddr = { transport: "tcp", hostname: from, port: 4321 };
  return await app.fetch(new Request(`http://leadflow.test/hooks/${path}`, init), { remoteAddr });
}

Deno.test("hooks() tells each way of being refused by its code, with what to look at and nothing of the call's inside", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  await engine.secrets.put("key", "correct horse", [], ANN);
  const auth = (kind: string, more: JsonObject = { secret: { secret: "key" } }): JsonObject => ({
    kind,
    ...more,
  });
  const post = (headers: { [name: string]: string }, body = "{}"): RequestInit => ({
    method: "POST",
    headers: { "content-type": "application/json; charset=marker-type", ...headers },
    body,
  });
  const stale = String(Math.floor(clock.now / 1_000) - 3_600);
  const signed = createHmac("sha256", "correct horse").update("{}").digest("hex");
  const table: [auth: JsonObject, init: RequestInit, code: string, status: number, text: RegExp][] = [
    [auth("header"), post({}), "proof-missing", 401, /header "x-webhook-key" is missing/],
    [
      auth("header"),
      post({ "x-webhook-key": "marker-key" }),
      "key-wrong",
      401,
      /key in "x-webhook-key" is not right/,
    ],
    [auth("header", { secret: { secret: "absent" } }), post({}), "no-secret", 401, /secret is not set/],
    [auth("hmac"), post({ "x-signature": signed }, "[]"), "signature-wrong", 401, /does not fit the body/],
    [auth("stripe"), post({ "stripe-signature": `t=${stale},v1=${signed}` }), "stale", 401, /5 minutes/],
    [auth("none", {}), post({}, '{"marker-body'), "bad-json", 400, /^The body is not JSON$/],
    [auth("none", {}), { method: "PUT", body: "x" }, "method-not-allowed", 405, /takes POST, not PUT/],
    [auth("none", {}), { method: "OPTIONS" }, "preflight", 405, /takes POST, not OPTIONS/],
    [auth("none", {}), post({}, "x".repeat(1_100_000)), "too-large", 413, /over the limit of 1 MiB/],
    [
      auth("none", {}),
      post({ "idempotency-key": "marker key" }),
      "bad-idempotency-key",
      400,
      /key is not accepted/,
    ],
    [auth("none", {}), post({ "x-leadflow-depth": "5" }), "too-deep", 508, /end at 5/],
  ];
  for (const [index, [locked, init, code, status, text]] of table.entries()) {
    const id = await publish(engine, [hookNode(`way${index}`, "accepted", locked)], []);
    const response = await call(house, `way${index}`, init);
    assert.equal(response.status, status, code);
    const state = await only(engine, id);
    assert.deepEqual(rows(state), [[code, status, 1]]);
    const [row] = state.refused.items;
    assert.match(row!.text, text);
    assert.deepEqual([row!.from, row!.method], ["203.0.113.*", init.method]);
    assert.doesNotMatch(JSON.stringify(state), /marker|correct horse|203\.0\.113\.77/);
  }
});

Deno.test("hooks() an Idempotency-Key that came with another body is told without the key", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await publish(engine, [hookNode("go")], []);
  await hook(engine, "go", { n: 1 }, { key: "marker" });
  await assert.rejects(hook(engine, "go", { n: 2 }, { key: "marker" }));
  const state = await only(engine, id);
  assert.deepEqual(rows(state), [["key-reused", 422, 1]]);
  assert.doesNotMatch(JSON.stringify(state), /marker/);
});

Deno.test("hooks() tells when the last call came, by its execution; tests, replays and other triggers are none", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  const nodes = [hookNode("go"), node("hand", "trigger_manual"), node("a", "probe")];
  const id = await publish(engine, nodes, [...chain("hook", "a"), edge("hand", "a")]);
  assert.equal((await only(engine, id)).accepted, null);
  const { executionId } = await hook(engine, "go");
  await house.until(() => isOver(engine, executionId));
  const at = (await engine.executions.get(executionId)).createdAt;
  clock.advance(60_000);
  const { executionId: byHand } = await engine.triggers.execute({ workflowId: id }, {}, ANN);
  await engine.mending.replay(executionId, {}, {}, ANN);
  assert.notEqual(byHand, executionId);
  assert.deepEqual((await only(engine, id)).accepted, { at, executionId });
  clock.advance(60_000);
  const next = await hook(engine, "go");
  assert.equal((await only(engine, id)).accepted?.executionId, next.executionId);
});

Deno.test("refused calls of any number cost one write a second, and calls to paths that there are not cost none", async () => {
  await using house = await openEngine();
  const { engine, faults, clock, store } = house;
  const id = await publish(engine, [hookNode("go")], []);
  await hook(engine, "go");
  await house.settle();
  const before = faults.batches.length;
  for (let i = 0; i < 2_000; i++) {
    await refused(house, "go", {
      method: "PUT",
      from: () => `10.${i % 250}.0.1`,
    });
  }
  for (let i = 0; i < 2_000; i++) await refused(house, `nowhere${i}`);
  await house.settle();
  clock.advance(999);
  await house.settle();
  assert.equal(faults.batches.length, before, "nothing is written yet");
  clock.advance(1);
  await house.settle();
  assert.deepEqual(faults.batches.slice(before), [["refuse"]]);
  const kept = await store.keys({ selector: { prefix: ["hook_refusals"] } });
  assert.deepEqual(kept, [["hook_refusals", id, "hook"]]);
  const entry = await store.kv.get<Uint8Array>(kept[0]!);
  assert.ok(entry.value!.byteLength < 8_192, `${entry.value!.byteLength} bytes`);
  const state = await only(engine, id);
  assert.equal(state.refused.total, 2_000);
  assert.equal(state.refused.items.length, 20);
  clock.advance(60_000);
  await house.settle();
  assert.equal(faults.batches.filter((names) => names.includes("refuse")).length, 1);
});

Deno.test("refusals are kept while the database does not answer, and written once it does", async () => {
  await using house = await openEngine();
  const { engine, faults, clock } = house;
  const id = await publish(engine, [hookNode("go")], []);
  await refused(house, "go", { method: "PUT" });
  faults.failReads = ([name]) => name === "hook" || name === "hook_refusals";
  clock.advance(1_000);
  await house.settle();
  faults.failReads = () => false;
  clock.advance(1_000);
  await house.settle();
  assert.deepEqual(rows(await only(engine, id)), [["method-not-allowed", 405, 1]]);
});

Deno.test("refusals are not written for a webhook that goes while they are about to be", async () => {
  await using house = await openEngine();
  const { engine, faults, clock, real, store } = house;
  await publish(engine, [hookNode("go")], []);
  await refused(house, "go", { method: "PUT" });
  let deleting: Promise<void> = Promise.resolve();
  const before = faults.batches.length;
  faults.onCommit = (nth) => {
    if (nth === before + 1) deleting = real.delete(["hook", "go"]);
  };
  clock.advance(1_000);
  await house.settle();
  await deleting;
  assert.deepEqual(faults.batches.slice(before), [["refuse"]], "it was tried");
  assert.deepEqual(await store.keys({ selector: { prefix: ["hook_refusals"] } }), []);
});

Deno.test("early refusals at paths that there are not write nothing, and do not push out a real one", async () => {
  await using house = await openEngine();
  const { engine, clock, store } = house;
  const id = await publish(engine, [hookNode("go")], []);
  const large = { method: "POST", headers: { "content-length": "2000000" }, body: "x" };
  assert.equal((await call(house, "go", large)).status, 413);
  for (let i = 0; i < 100; i++) assert.equal((await call(house, `nowhere${i}`, large)).status, 413);
  clock.advance(1_000);
  await house.settle();
  assert.equal((await store.keys({ selector: { prefix: ["hook_refusals"] } })).length, 1);
  const state = await only(engine, id);
  assert.deepEqual(rows(state), [["too-large", 413, 1]]);
  assert.equal(state.refused.items[0]?.size, 2_000_000);
});

Deno.test("hooks() what two processes refused is added up", async () => {
  await using one = await openEngine();
  await using two = await openEngine({ real: one.real, manual: one.clock, probe: one.probe });
  const id = await publish(one.engine, [hookNode("go")], []);
  for (const house of [one, two, two]) await refused(house, "go", { method: "PUT" });
  one.clock.advance(1_000);
  await Promise.all([one.settle(), two.settle()]);
  for (const { engine } of [one, two]) {
    assert.deepEqual(rows(await only(engine, id)), [["method-not-allowed", 405, 3]]);
  }
});

Deno.test("hooks() what was noted before the process stops is there when another starts", async () => {
  await using first = await openEngine();
  const id = await publish(first.engine, [hookNode("go")], []);
  await refused(first, "go", { method: "PUT" });
  await first.engine.stop();
  await using second = await openEngine({ real: first.real, manual: first.clock, probe: first.probe });
  assert.deepEqual(rows(await only(second.engine, id)), [["method-not-allowed", 405, 1]]);
});

Deno.test("hooks() says of an address that is not live how often it was called, and stores nothing of it", async () => {
  await using house = await openEngine();
  const { engine, store } = house;
  const draft = { name: "Draft", nodes: [hookNode("soon")], edges: [], settings: {} };
  const { id } = await engine.workflows.create(draft, ANN);
  assert.equal((await only(engine, id)).unheard, null);
  for (let i = 0; i < 3; i++) await refused(house, "soon");
  const state = await only(engine, id);
  assert.deepEqual([state.live, state.unheard?.count, state.refused.total], [false, 3, 0]);
  assert.deepEqual(await store.keys({ selector: { prefix: ["hook_refusals"] } }), []);
  await engine.workflows.publish(id, {}, ANN);
  const live = await only(engine, id);
  assert.deepEqual([live.live, live.unheard], [true, null]);
});

Deno.test("hooks() tells the live address and the drawn one apart", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await publish(engine, [hookNode("old")], []);
  await refused(house, "old", { method: "PUT" });
  const { revision } = await engine.workflows.get(id);
  await engine.workflows.save(id, revision, { nodes: [hookNode("new")] }, ANN);
  const states = await engine.triggers.hooks(id);
  assert.deepEqual(states.map(({ path, live, refused: { total } }) => [path, live, total]), [
    ["old", true, 1],
    ["new", false, 0],
  ]);
  await assert.rejects(engine.triggers.hooks("01ARZ3NDEKTSV4RRFFQ69G5FAV"), { status: 404 });
});

Deno.test("refusals are told for as long as executions are kept, and go with their workflow", async () => {
  await using house = await openEngine({ retentionDays: 2 });
  const { engine, clock, store } = house;
  const kept = async (): Promise<number> =>
    (await store.keys({ selector: { prefix: ["hook_refusals"] } })).length;
  const id = await publish(engine, [hookNode("go")], []);
  await refused(house, "go", { method: "PUT" });
  assert.equal((await only(engine, id)).refused.total, 1);
  clock.skip(2 * DAY_MS + 1);
  assert.deepEqual((await only(engine, id)).refused, { total: 0, items: [] });
  await house.until(async () => await kept() === 0, 2 * 3_600_000);
  await refused(house, "go", { method: "PUT" });
  assert.equal((await only(engine, id)).refused.total, 1);
  await refused(house, "go", { method: "PUT" });
  await engine.workflows.remove(id, {}, ANN);
  clock.advance(1_000);
  await house.settle();
  assert.equal(await kept(), 0, "what was refused before is not written for a workflow that is gone");
});

Deno.test("webhook() what was published since does not go on being refused by what was before", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  const id = await publish(engine, [hookNode("go")], []);
  await hook(engine, "go");
  const { revision } = await engine.workflows.get(id);
  const nodes = [node("hook", "trigger_webhook", { path: "go", method: "PUT" })];
  await engine.workflows.save(id, revision, { nodes }, ANN);
  await engine.workflows.publish(id, {}, ANN);
  clock.advance(250);
  const put = { method: "PUT", path: "go", rawBody: new Uint8Array(), headers: {}, query: {} };
  assert.equal((await engine.triggers.webhook(put)).fresh, true);
});

for (const fault of FAULTS) {
  Deno.test({
    sanitizeOps: false,
    sanitizeResources: false,
    name: `refusals, ${fault} at their commit: counted once, or lost with the process that noted them`,
    async fn(): Promise<void> {
      await using first = await openEngine();
      const id = await publish(first.engine, [hookNode("go")], []);
      const second = await openEngine({
        real: first.real,
        manual: first.clock,
        probe: first.probe,
        aim: { name: "refuse", nth: 1, fault },
      });
      for (let i = 0; i < 3; i++) await refused(second, "go", { method: "PUT" });
      for (let i = 0; i < 5; i++) {
        first.clock.advance(1_000);
        await second.settle();
      }
      assert.ok(second.faults.fired, "the fault came");
      assert.equal((await only(first.engine, id)).refused.total, fault === "crash before" ? 0 : 3);
      if (!second.faults.dead) await second.engine.stop();
      second.die();
    },
  });
}
