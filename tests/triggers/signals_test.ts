import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import { ANN, chain, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

async function started(engine: Engine, workflowId: string): Promise<number> {
  return (await engine.executions.list({ workflowId, limit: 200 })).items.length;
}

Deno.test("trigger_signal starts once for each signal that its filter lets through", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const all = await publish(engine, [node("on", "trigger_signal", { signal: "demo.booked" })], []);
  const some = await publish(engine, [
    node("on", "trigger_signal", {
      signal: "demo.booked",
      filter: { all: [{ field: "trigger.body.seats", op: "gt", value: 5 }] },
    }),
    node("a", "probe"),
  ], chain("on", "a"));
  const other = await publish(engine, [node("on", "trigger_signal", { signal: "demo.missed" })], []);
  const lead = await engine.leads.create({ email: "ann@example.com" });
  // At once, and in the same millisecond: each has a record, and they share a due entry.
  await Promise.all(
    [1, 4, 6, 9].map((seats) => engine.leads.signal(lead.id, { type: "demo.booked", data: { seats } })),
  );
  await house.until(async () => await started(engine, all) === 4 && await started(engine, some) === 2);
  assert.equal(await started(engine, other), 0);
  const { items } = await engine.executions.list({ workflowId: some, limit: 10 });
  assert.deepEqual(items.map(({ trigger, lead }) => [trigger.kind, lead?.email]), [
    ["signal", "ann@example.com"],
    ["signal", "ann@example.com"],
  ]);
  await house.until(async () =>
    (await house.store.keys({ selector: { prefix: ["due"] } })).every((key) => key[4] !== "deliver")
  );
  await oracle(house.store);
});

Deno.test("two processes deliver a signal once between them", async () => {
  await using one = await openEngine();
  await using two = await openEngine({ real: one.real, manual: one.clock, probe: one.probe });
  const id = await publish(one.engine, [
    node("on", "trigger_signal", { signal: "demo.booked" }),
    node("a", "probe"),
  ], chain("on", "a"));
  const lead = await one.engine.leads.create({ email: "ann@example.com" });
  for (let i = 0; i < 20; i++) {
    await (i % 2 ? one : two).engine.leads.signal(lead.id, { type: "demo.booked", data: { i } });
    one.clock.advance(7);
  }
  await one.until(async () => {
    await two.settle();
    return await started(one.engine, id) === 20;
  });
  await one.until(async () => {
    await two.settle();
    const { items } = await one.engine.executions.list({ workflowId: id, limit: 100 });
    return items.every(({ status }) => status === "completed");
  });
  assert.equal(one.probe.calls.length, 20);
  await oracle(one.store);
});

Deno.test("a lead that a webhook creates starts what listens to lead.created, once", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [hookNode("go")], []);
  const id = await publish(engine, [node("on", "trigger_signal", { signal: "lead.created" })], []);
  for (let i = 0; i < 3; i++) await hook(engine, "go", { email: "ann@example.com" });
  await house.until(async () => await started(engine, id) === 1);
  house.clock.advance(10_000);
  await house.settle();
  assert.equal(await started(engine, id), 1);
  await oracle(house.store);
});

Deno.test("execute() at the trigger that hears of the lead which it creates is the execution that the signal starts", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const created = (id: string): ReturnType<typeof node> =>
    node(id, "trigger_signal", { signal: "lead.created" });
  const mine = await publish(engine, [
    node("by_hand", "trigger_manual"),
    created("first"),
    created("second"),
    node("a", "probe"),
  ], [...chain("first", "a"), ...chain("second", "a"), ...chain("by_hand", "a")]);
  const other = await publish(engine, [created("on")], []);
  const run = (trigger: string, email: string): Promise<{ executionId: string }> =>
    engine.triggers.execute({ workflowId: mine, trigger, input: { email } }, {}, ANN);
  const triggersOf = async (email: string): Promise<string[]> => {
    await house.settle();
    house.clock.advance(10_000);
    await house.settle();
    const { items } = await engine.executions.list({ workflowId: mine, limit: 50 });
    return items.filter(({ lead }) => lead?.email === email)
      .map(({ trigger }) => `${trigger.kind} ${trigger.nodeId}`).sort();
  };
  // What else hears of it starts as ever: a signal is a fact.
  const { executionId } = await run("first", "ann@example.com");
  assert.deepEqual(await triggersOf("ann@example.com"), ["manual first", "signal second"]);
  assert.equal((await engine.executions.get(executionId)).status, "completed");
  assert.equal(await started(engine, other), 1);
  // The lead is there: a run by hand is a run.
  await run("first", "ann@example.com");
  assert.deepEqual(await triggersOf("ann@example.com"), ["manual first", "manual first", "signal second"]);
  await run("by_hand", "bob@example.com");
  assert.deepEqual(await triggersOf("bob@example.com"), ["manual by_hand", "signal first", "signal second"]);
  assert.equal(await started(engine, other), 2);
  await oracle(house.store);
});

Deno.test("execute() under an enrolment rule is the one entry of the lead that it creates", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await publish(engine, [node("on", "trigger_signal", { signal: "lead.created" })], [], {
    enrolment: { mode: "once" },
  });
  const input = { workflowId: id, trigger: "on", input: { email: "ann@example.com" } };
  await engine.triggers.execute(input, {}, ANN);
  house.clock.advance(10_000);
  await house.settle();
  assert.equal(await started(engine, id), 1);
  assert.equal((await engine.workflows.refusals(id)).total, 0, "the signal is no second try");
  await oracle(house.store);
});

Deno.test("a signal is delivered when what refused it has passed, also after the database failed", async () => {
  await using house = await openEngine();
  const { engine, faults } = house;
  const id = await publish(engine, [node("on", "trigger_signal", { signal: "demo.booked" })], []);
  const lead = await engine.leads.create({ email: "ann@example.com" });
  await house.settle();
  faults.failReads = (key) => key[0] === "published";
  await engine.leads.signal(lead.id, { type: "demo.booked" });
  house.clock.advance(50);
  await house.settle();
  assert.equal(await started(engine, id), 0);
  faults.failReads = () => false;
  await house.until(async () => await started(engine, id) === 1, 10_000);
  await oracle(house.store);
});
