/** Calls that people make: the card in the inbox, its outcome as port and as signal, over the real engine. */
import assert from "node:assert/strict";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { ANN, chain, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { problems } from "./context_fixture.ts";

const OFFICE = { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" };
const LEAD = {
  email: "ann@example.com",
  firstName: "Ann",
  phone: "+41 44 668 18 00",
  company: "Acme",
  timezone: "Europe/Zurich",
};
const CALL = {
  mode: "task",
  script: "Ask how {{ lead.company }} follows up.",
  outcomes: ["Interested", "Not now"],
};

async function prepare(house: Opened, more: JsonObject = {}, settings = {}): Promise<string> {
  const nodes = [
    hookNode("go"),
    node("call", "call", { ...CALL, ...more }),
    node("a", "probe"),
    node("b", "probe"),
  ];
  const edges = [edge("hook", "call"), edge("call", "a", "Interested"), edge("call", "b", "Not now")];
  return await publish(house.engine, nodes, edges, settings);
}

async function card(house: Opened): Promise<InboxItem> {
  await house.until(async () => await house.engine.inbox.count() === 1);
  return (await house.engine.inbox.list({ limit: 10 })).items[0]!;
}

Deno.test("call puts script, number, best time and whose call it is into the inbox", async () => {
  await using house = await openEngine();
  await house.engine.leads.create(LEAD);
  await prepare(house, {
    owner: "kim@example.com",
    priority: "high",
    bestTime: OFFICE,
    due: { value: 1, unit: "days" },
  });
  await hook(house.engine, "go", { email: LEAD.email });
  const item = await card(house);
  assert.deepEqual([item.kind, item.title], ["task", "Call Ann"]);
  assert.equal(item.description, "Ask how Acme follows up.");
  assert.deepEqual(item.outcomes.map(({ id }) => id), CALL.outcomes);
  assert.deepEqual(item.call, {
    phone: LEAD.phone,
    owner: "kim@example.com",
    priority: "high",
    bestTime: { hours: OFFICE, zone: "Europe/Zurich" },
  });
  assert.equal(Date.parse(item.dueAt!) - Date.parse(item.createdAt), 86_400_000);
  await oracle(house.store);
});

Deno.test("call goes on by the outcome that was picked, and the lead hears of it once", async () => {
  await using house = await openEngine();
  const lead = await house.engine.leads.create(LEAD);
  await prepare(house, { phone: "{{ trigger.body.direct }}" });
  const { executionId } = await hook(house.engine, "go", { email: LEAD.email, direct: "044 111 22 33" });
  const { id } = await card(house);
  const answers = await Promise.allSettled(
    [1, 2, 3].map(() => house.engine.inbox.complete(id, { outcome: "Not now", note: "In May" }, ANN)),
  );
  assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 1);
  await house.until(() => isOver(house.engine, executionId));
  assert.deepEqual(house.probe.calls.map(({ nodeId }) => nodeId), ["b"]);
  const { items } = await house.engine.leads.signals(lead.id, { limit: 10 });
  const heard = items.filter(({ type }) => type === "call.completed");
  assert.equal(heard.length, 1);
  assert.deepEqual(heard[0]?.data, {
    outcome: "Not now",
    note: "In May",
    by: "Ann",
    phone: "044 111 22 33",
    executionId,
    nodeId: "call",
  });
  await oracle(house.store);
});

Deno.test("call: another execution that waits for call.completed of this lead goes on, of another lead does not", async () => {
  await using house = await openEngine();
  await prepare(house);
  await publish(house.engine, [
    { ...hookNode("listen"), id: "hook" },
    node("heard", "wait_for_signal", {
      signals: ["call.completed"],
      mode: "any",
      filter: { all: [{ field: "signal.data.outcome", op: "eq", value: "Interested" }] },
    }),
  ], chain("hook", "heard"));
  const mine = await hook(house.engine, "listen", { email: LEAD.email });
  const others = await hook(house.engine, "listen", { email: "bob@example.com" });
  await hook(house.engine, "go", { email: LEAD.email });
  const { id } = await card(house);
  await house.engine.inbox.complete(id, { outcome: "Interested" }, ANN);
  await house.until(() => isOver(house.engine, mine.executionId));
  await house.settle();
  assert.equal(await isOver(house.engine, others.executionId), false);
});

Deno.test("call of a lead that was deleted meanwhile, and of nobody, still goes on by its outcome", async () => {
  await using house = await openEngine();
  const lead = await house.engine.leads.create(LEAD);
  await prepare(house);
  const first = await hook(house.engine, "go", { email: LEAD.email });
  const one = await card(house);
  await house.engine.leads.remove(lead.id);
  await house.engine.inbox.complete(one.id, { outcome: "Interested" }, ANN);
  await house.until(() => isOver(house.engine, first.executionId));
  const second = await hook(house.engine, "go");
  const two = await card(house);
  assert.deepEqual([two.title, two.call?.phone], ["Call the lead", ""]);
  await house.engine.inbox.complete(two.id, { outcome: "Interested" }, ANN);
  await house.until(() => isOver(house.engine, second.executionId));
  assert.deepEqual(house.probe.calls.map(({ nodeId }) => nodeId), ["a", "a"]);
  assert.deepEqual(await Array.fromAsync(house.real.list({ prefix: ["signal", lead.id] })), []);
});

Deno.test("call is held while the send window is closed: nobody is asked to call at night", async () => {
  await using house = await openEngine();
  // The clock begins on a Sunday.
  await prepare(house, {}, { timezone: "Europe/Zurich", sendWindow: OFFICE });
  const { executionId } = await hook(house.engine, "go", { email: LEAD.email });
  await house.settle();
  assert.equal(await house.engine.inbox.count(), 0);
  assert.equal((await house.engine.executions.get(executionId)).reason?.code, "send_window");
  await house.until(async () => await house.engine.inbox.count() === 1, 7 * 86_400_000);
  assert.equal(new Date(house.clock.now).getUTCDay(), 1);
});

Deno.test("call dies with its process before the card is written, and asks once", async () => {
  await using first = await openEngine();
  await prepare(first);
  const { executionId } = await hook(first.engine, "go", { email: LEAD.email });
  first.die();
  await using second = await openEngine({ real: first.real, manual: first.clock, probe: first.probe });
  const { id } = await card(second);
  await second.engine.inbox.complete(id, { outcome: "Interested" }, ANN);
  await second.until(() => isOver(second.engine, executionId));
  assert.equal(await second.engine.inbox.count(), 0);
  await oracle(second.store);
});

for (const mode of ["twilio", "vapi", "fax"]) {
  Deno.test(`call in the mode ${mode} is kept in the draft, and publishing says that it is not offered`, async () => {
    await using house = await openEngine();
    const made = await house.engine.workflows.create({
      name: "Robot",
      nodes: [hookNode("go"), node("call", "call", { ...CALL, mode })],
      edges: chain("hook", "call"),
      settings: {},
    }, ANN);
    const issue = made.issues.find(({ path }) => path === "nodes.call.config.mode");
    assert.match(issue?.message ?? "", /twilio, vapi.* not offered.*accepted: task/);
    await assert.rejects(house.engine.workflows.publish(made.id, {}, ANN), { status: 422 });
  });
}

Deno.test("call names what is wrong with its config, and takes what scripts rely on", async () => {
  assert.deepEqual(await problems("call", CALL), []);
  assert.deepEqual(await problems("call", { outcomes: ["Done"] }), []);
  assert.deepEqual(await problems("call", { ...CALL, outcomes: [] }), ["outcomes"]);
  assert.deepEqual(await problems("call", { ...CALL, outcomes: ["A", "A"] }), ["outcomes"]);
  assert.deepEqual(await problems("call", { ...CALL, bestTime: { ...OFFICE, days: [] } }), ["bestTime.days"]);
  assert.deepEqual(await problems("call", { ...CALL, priority: "urgent" }), ["priority"]);
});

Deno.test("call in a dry run takes the answer that it is given, and leaves no card and no signal behind", async () => {
  await using house = await openEngine();
  const lead = await house.engine.leads.create(LEAD);
  const id = await prepare(house);
  const run = await house.engine.simulate(id, {
    leadId: lead.id,
    answers: { call: "Not now" },
    ...{ version: "draft", opened: [], clicked: [], signals: [], http: {} },
  });
  assert.equal(run.steps.find(({ nodeId }) => nodeId === "call")?.port, "Not now");
  assert.equal(await house.engine.inbox.count(), 0);
  const { items } = await house.engine.leads.signals(lead.id, { limit: 10 });
  assert.equal(items.filter(({ type }) => type === "call.completed").length, 0);
});
