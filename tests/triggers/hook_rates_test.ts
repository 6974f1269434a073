/** A rate that a webhook's owner sets: exact over processes, and of no matter to who repeats or is refused anyway. */
import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import { EngineError } from "../../engine/errors.ts";
import type { HookRate } from "../../engine/schemas/hook.ts";
import type { WorkflowNode } from "../../engine/schemas/workflow.ts";
import { SimulateInput } from "../../engine/schemas/simulation.ts";
import { keys } from "../../engine/store/keys.ts";
import { encode } from "../../engine/store/store.ts";
import { ANN, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";

const PER_MINUTE: HookRate = { calls: 3, per: { value: 1, unit: "minutes" } };

function ratedNode(path: string, rate: HookRate | null = PER_MINUTE, more: object = {}): WorkflowNode {
  return node("hook", "trigger_webhook", { path, ...(rate ? { rate: { ...rate } } : {}), ...more });
}

/** 202, or the refusal's status. */
async function answer(call: Promise<unknown>): Promise<number> {
  return await call.then(() => 202, (error) => {
    if (error instanceof EngineError) return error.status;
    throw error;
  });
}

async function stored(engine: Engine): Promise<number> {
  return (await engine.executions.list({ limit: 200 })).items.length;
}

Deno.test("webhook() takes what its rate says in any period, then 429 with the limit and when to come again", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  await publish(engine, [ratedNode("go")], []);
  for (let i = 0; i < 3; i++) assert.equal(await answer(hook(engine, "go", { i })), 202);
  clock.advance(20_000);
  await assert.rejects(hook(engine, "go", { i: 3 }), {
    status: 429,
    slug: "webhook-rate",
    retryAfterSeconds: 40,
    message: "This webhook takes 3 calls a minute, and as many have come; come again in 40 s",
  });
  assert.equal(await stored(engine), 3, "nothing was stored of it");
  clock.advance(40_000);
  assert.equal(await answer(hook(engine, "go", { i: 4 })), 202);
});

Deno.test("webhook() 60 at once on three processes: exactly as many as the rate says", async () => {
  await using one = await openEngine();
  const shared = { real: one.real, manual: one.clock, probe: one.probe };
  await using two = await openEngine(shared);
  await using three = await openEngine(shared);
  await publish(one.engine, [ratedNode("go", { calls: 25, per: { value: 1, unit: "minutes" } })], []);
  const engines = [one.engine, two.engine, three.engine];
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => answer(hook(engines[i % 3]!, "go", { i }))),
  );
  assert.equal(answers.filter((status) => status === 202).length, 25);
  assert.equal(answers.filter((status) => status === 429).length, 35);
  assert.equal(await stored(one.engine), 25);
});

Deno.test("webhook() a repeated delivery is answered as before, over the rate too, and counts once", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [ratedNode("go")], []);
  const together = await Promise.all(
    Array.from({ length: 20 }, () => hook(engine, "go", { n: 1 }, { key: "one" })),
  );
  const [first] = together;
  assert.equal(new Set(together.map(({ executionId }) => executionId)).size, 1);
  for (const key of ["two", "three"]) assert.equal(await answer(hook(engine, "go", { n: 1 }, { key })), 202);
  assert.equal(await answer(hook(engine, "go", { n: 1 }, { key: "four" })), 429);
  const again = await hook(engine, "go", { n: 1 }, { key: "one" });
  assert.deepEqual([again.executionId, again.fresh], [first!.executionId, false]);
});

Deno.test("webhook() callers that cannot prove themselves use up nothing of a rate", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await engine.secrets.put("key", "correct horse", [], ANN);
  const auth = { kind: "header", header: "x-key", secret: { secret: "key" } };
  await publish(engine, [ratedNode("go", PER_MINUTE, { auth })], []);
  for (let i = 0; i < 10; i++) {
    assert.equal(await answer(hook(engine, "go", { i }, { headers: { "x-key": "wrong" } })), 401);
  }
  const right = { headers: { "x-key": "correct horse" } };
  for (let i = 0; i < 3; i++) assert.equal(await answer(hook(engine, "go", { i }, right)), 202);
  assert.equal(await answer(hook(engine, "go", {}, right)), 429);
});

Deno.test("webhook() another rate counts from its publish on, and calls of before count under it", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  const id = await publish(engine, [ratedNode("go")], []);
  for (const status of [202, 202, 202, 429]) assert.equal(await answer(hook(engine, "go")), status);
  const publishRate = async (rate: HookRate | null): Promise<void> => {
    const { revision } = await engine.workflows.get(id);
    await engine.workflows.save(id, revision, { nodes: [ratedNode("go", rate)] }, ANN);
    await engine.workflows.publish(id, {}, ANN);
    clock.advance(250);
  };
  await publishRate({ calls: 5, per: { value: 1, unit: "minutes" } });
  for (const status of [202, 202, 429]) assert.equal(await answer(hook(engine, "go")), status);
  await publishRate(null);
  for (let i = 0; i < 10; i++) assert.equal(await answer(hook(engine, "go")), 202);
});

Deno.test("webhook() over its rate is refused from memory: neither read nor written", async () => {
  await using house = await openEngine();
  const { engine, faults } = house;
  await publish(engine, [ratedNode("go")], []);
  for (let i = 0; i < 4; i++) await answer(hook(engine, "go", { i }));
  await house.settle();
  const before = faults.batches.length;
  for (let i = 0; i < 50; i++) assert.equal(await answer(hook(engine, "go", { i })), 429);
  assert.equal(faults.batches.length, before);
});

Deno.test("webhook() without a rate makes the commits that it made before", async () => {
  await using house = await openEngine();
  const { engine, faults, store } = house;
  await publish(engine, [hookNode("go")], []);
  const before = faults.batches.length;
  await hook(engine, "go");
  assert.deepEqual(faults.batches.slice(before), [["accept"]]);
  assert.deepEqual(await store.keys({ selector: { prefix: ["hook_rate"] } }), []);
});

for (const fault of FAULTS) {
  Deno.test({
    sanitizeOps: false,
    sanitizeResources: false,
    name: `webhook() with a rate, ${fault} at its count: never more than the rate says`,
    async fn(): Promise<void> {
      await using first = await openEngine();
      await publish(first.engine, [ratedNode("go")], []);
      const second = await openEngine({
        real: first.real,
        manual: first.clock,
        probe: first.probe,
        aim: { name: "rate", nth: 2, fault },
      });
      for (let i = 0; i < 3; i++) {
        await Promise.race([answer(hook(second.engine, "go")), second.faults.crashed]);
      }
      assert.ok(second.faults.fired, "the fault came");
      for (let i = 0; i < 4; i++) await answer(hook(first.engine, "go"));
      // A process that dies after its count and before its execution has used up one call.
      assert.equal(await stored(first.engine), fault === "crash after" ? 2 : 3);
      if (!second.faults.dead) await second.engine.stop();
      second.die();
    },
  });
}

Deno.test("upkeep forgets a count that says nothing any more, and a deleted workflow leaves none", async () => {
  await using house = await openEngine();
  const { engine, clock, store } = house;
  await publish(engine, [ratedNode("old")], []);
  await hook(engine, "old");
  const rated = async (): Promise<number> =>
    (await store.keys({ selector: { prefix: ["hook_rate"] } })).length;
  assert.equal(await rated(), 1);
  clock.skip(2 * 3_600_000);
  await house.until(async () => await rated() === 0, 7_200_000);
  const id = await publish(engine, [ratedNode("new")], []);
  const value = encode({ v: 1, commit: "c", until: clock.now + 60_000, stamps: [] });
  await store.commit({ name: "rate", sets: [{ key: keys.hookRate(id, "hook"), value }] });
  await engine.workflows.remove(id, {}, ANN);
  assert.equal(await rated(), 0);
});

Deno.test("a dry run goes by no rate and counts nothing; an import keeps the rate", async () => {
  await using house = await openEngine();
  const { engine, store } = house;
  const id = await publish(engine, [ratedNode("go", { calls: 1, per: { value: 1, unit: "days" } })], []);
  for (let i = 0; i < 3; i++) {
    const { endedAs } = await engine.simulate(id, SimulateInput.parse({ input: {} }));
    assert.equal(endedAs, "completed");
  }
  assert.deepEqual(await store.keys({ selector: { prefix: ["hook_rate"] } }), []);
  const { name, nodes, edges, settings } = await engine.workflows.get(id);
  const file = JSON.parse(JSON.stringify({ name, nodes, edges, settings }));
  const answer = await engine.workflows.import({ file, save: true }, ANN);
  const { items } = await engine.workflows.list({ limit: 10 });
  const copy = await engine.workflows.get(items.find((one) => one.id !== id)!.id);
  assert.deepEqual(answer.report, []);
  assert.deepEqual(copy.nodes[0]?.data.config.rate, { calls: 1, per: { value: 1, unit: "days" } });
});

Deno.test("publish() refuses a rate that is none, and names the field; its period is a minute unless set", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const table: [object, string][] = [
    [{ calls: 0 }, "rate.calls"],
    [{ calls: 1.5 }, "rate.calls"],
    [{ calls: 100_001 }, "rate.calls"],
    [{ calls: 1, per: { value: 500, unit: "days" } }, "rate.per"],
    [{ calls: 1, per: { value: 0.5, unit: "seconds" } }, "rate.per"],
    [{ per: { value: 1, unit: "hours" } }, "rate.calls"],
  ];
  for (const [rate, field] of table) {
    const nodes = [node("hook", "trigger_webhook", { path: "bad", rate: { ...rate } })];
    const { id } = await engine.workflows.create({ name: "Bad", nodes, edges: [], settings: {} }, ANN);
    await assert.rejects(engine.workflows.publish(id, {}, ANN), (error) => {
      assert.ok(error instanceof EngineError);
      assert.deepEqual(error.issues.map(({ path }) => path), [`nodes.hook.config.${field}`]);
      return true;
    });
  }
  const nodes = [node("hook", "trigger_webhook", { path: "good", rate: { calls: 2 } })];
  const id = await publish(engine, nodes, []);
  assert.deepEqual((await engine.triggers.hooks(id))[0]?.rate, {
    calls: 2,
    per: { value: 1, unit: "minutes" },
  });
  for (const status of [202, 202, 429]) assert.equal(await answer(hook(engine, "good")), status);
});
