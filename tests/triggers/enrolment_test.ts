import assert from "node:assert/strict";
import type { Engine, WebhookAnswer } from "../../engine/mod.ts";
import type { Enrolment } from "../../engine/schemas/workflow.ts";
import { ANN, chain, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const LEAD = { email: "ann@example.com", firstName: "Ann" };
const DAY_MS = 86_400_000;

/** A workflow whose executions wait until somebody cancels them, or ten days. */
function waiting(engine: Engine, enrolment: Enrolment): Promise<string> {
  const pause = node("pause", "wait", { kind: "for", duration: { value: 10, unit: "days" } });
  return publish(engine, [hookNode("go"), pause], chain("hook", "pause"), { enrolment });
}

async function executions(engine: Engine): Promise<number> {
  return (await engine.executions.list({ limit: 200 })).items.length;
}

async function refusals(engine: Engine, id: string): Promise<[number, string[]]> {
  const { total, items } = await engine.workflows.refusals(id);
  return [total, items.map(({ reason }) => reason.code)];
}

Deno.test("webhook() takes a lead once, refuses 49 of 50 at the same moment, and tells each who stands in the way", async () => {
  await using house = await openEngine();
  const id = await waiting(house.engine, { mode: "once" });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => hook(house.engine, "go", { ...LEAD, score: i })),
  );
  const taken = answers.filter(({ refused }) => !refused);
  assert.equal(taken.length, 1);
  assert.equal(await executions(house.engine), 1);
  assert.deepEqual(new Set(answers.map(({ executionId }) => executionId)), new Set([taken[0]!.executionId]));
  const { total, items } = await house.engine.workflows.refusals(id);
  assert.equal(total, 49);
  assert.equal(items.length, 20);
  assert.equal(items[0]?.lead?.email, LEAD.email);
  assert.match(items[0]?.reason.text ?? "", /^Enrolled on 22 Nov 2026, 09:00 UTC already/);
  assert.equal((await house.engine.leads.list({ limit: 10 })).items.length, 1);
  await oracle(house.store);
});

Deno.test("webhook() of two processes at the same moment still takes a lead once", async () => {
  await using first = await openEngine();
  await using second = await openEngine({ real: first.real, manual: first.clock });
  await waiting(first.engine, { mode: "once" });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => hook((i % 2 ? first : second).engine, "go", LEAD)),
  );
  assert.equal(answers.filter(({ refused }) => !refused).length, 1);
  assert.equal(await executions(first.engine), 1);
  await oracle(first.store);
});

Deno.test("always takes every lead every time and records nothing", async () => {
  await using house = await openEngine();
  const id = await waiting(house.engine, { mode: "always" });
  for (let i = 0; i < 3; i++) assert.equal((await hook(house.engine, "go", LEAD)).refused, undefined);
  assert.deepEqual(await refusals(house.engine, id), [0, []]);
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["enrolment"] } }), []);
});

Deno.test("once_after_exit takes a lead again when its execution has ended, also when that was forgotten", async () => {
  await using house = await openEngine({ retentionDays: 1 });
  const { engine } = house;
  const id = await waiting(engine, { mode: "once_after_exit" });
  const first = await hook(engine, "go", LEAD);
  const second = await hook(engine, "go", LEAD);
  assert.equal(second.refused?.code, "still_enrolled");
  assert.equal(second.executionId, first.executionId);
  await engine.executions.cancel(first.executionId, {}, ANN);
  const third = await hook(engine, "go", LEAD);
  assert.equal(third.refused, undefined);
  assert.notEqual(third.executionId, first.executionId);
  await engine.executions.cancel(third.executionId, {}, ANN);
  house.clock.skip(2 * DAY_MS);
  await house.until(async () => await executions(engine) === 0, 5_000);
  assert.equal((await hook(engine, "go", LEAD)).refused, undefined);
  assert.deepEqual(await refusals(engine, id), [1, ["still_enrolled"]]);
});

Deno.test("once_after_exit judges what its commit checks: a retry in between is seen", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  probe.answer = () => ({ kind: "fail", failure: { code: "http_401", message: "No", retryable: false } });
  const pause = node("pause", "wait", { kind: "for", duration: { value: 1, unit: "days" } });
  await publish(engine, [hookNode("go"), node("a", "probe"), pause], chain("hook", "a", "pause"), {
    enrolment: { mode: "once_after_exit" },
  });
  const first = await hook(engine, "go", LEAD);
  await house.until(() => isOver(engine, first.executionId));
  probe.answer = () => ({ kind: "done" });
  // Both at once: either the retry comes first and the lead is refused, or both stand, never a judgement of the past.
  const [again] = await Promise.all([
    hook(engine, "go", LEAD),
    engine.executions.retry(first.executionId, {}, ANN),
  ]);
  await house.settle();
  if (again.refused) assert.equal(await executions(engine), 1);
  assert.equal((await hook(engine, "go", LEAD)).refused?.code, "still_enrolled");
});

Deno.test("every 7 days counts from the last time the lead entered", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await waiting(engine, { mode: "every", days: 7 });
  assert.equal((await hook(engine, "go", LEAD)).refused, undefined);
  house.clock.skip(7 * DAY_MS - 1);
  const refused = (await hook(engine, "go", LEAD)).refused;
  assert.equal(refused?.code, "enrolled_lately");
  assert.match(refused?.text ?? "", /again from 29 Nov 2026, 09:00 UTC$/);
  house.clock.skip(1);
  assert.equal((await hook(engine, "go", LEAD)).refused, undefined);
  house.clock.skip(6 * DAY_MS);
  assert.equal((await hook(engine, "go", LEAD)).refused?.code, "enrolled_lately");
  assert.deepEqual(await refusals(engine, id), [2, ["enrolled_lately", "enrolled_lately"]]);
});

Deno.test("once outlives the execution, and counts those that entered before the rule was made", async () => {
  await using house = await openEngine({ retentionDays: 1 });
  const { engine } = house;
  const id = await waiting(engine, { mode: "always" });
  const first = await hook(engine, "go", LEAD);
  const { revision } = await engine.workflows.get(id);
  await engine.workflows.save(id, revision, { settings: { enrolment: { mode: "once" } } }, ANN);
  await engine.workflows.publish(id, {}, ANN);
  const answer = await hook(engine, "go", LEAD);
  assert.equal(answer.refused?.code, "enrolled_once");
  assert.equal(answer.executionId, first.executionId);
  const other = await hook(engine, "go", { email: "other@example.com" });
  assert.equal(other.refused, undefined);
  for (const one of [first, other]) await engine.executions.cancel(one.executionId, {}, ANN);
  house.clock.skip(2 * DAY_MS);
  await house.until(async () => await executions(engine) === 0, 5_000);
  assert.equal((await hook(engine, "go", { email: "other@example.com" })).refused?.code, "enrolled_once");
});

Deno.test("an idempotency key of a refusal answers the same refusal, counted once", async () => {
  await using house = await openEngine();
  const id = await waiting(house.engine, { mode: "once" });
  const first = await hook(house.engine, "go", LEAD, { key: "k1" });
  const refused = await hook(house.engine, "go", LEAD, { key: "k2" });
  assert.equal(refused.refused?.code, "enrolled_once");
  assert.deepEqual(await hook(house.engine, "go", LEAD, { key: "k2" }), refused);
  assert.deepEqual(await hook(house.engine, "go", LEAD, { key: "k1" }), { ...first, fresh: false });
  assert.deepEqual(await refusals(house.engine, id), [1, ["enrolled_once"]]);
});

Deno.test("what a refused webhook says of the lead fills its empty fields all the same", async () => {
  await using house = await openEngine();
  await waiting(house.engine, { mode: "once" });
  await hook(house.engine, "go", { email: LEAD.email });
  await hook(house.engine, "go", LEAD);
  assert.equal((await house.engine.leads.list({ limit: 1 })).items[0]?.firstName, "Ann");
});

Deno.test("execute() by hand, without a lead, and by a signal go by the same rule", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const lead = await engine.leads.create(LEAD);
  const pause = node("pause", "wait", { kind: "for", duration: { value: 10, unit: "days" } });
  const id = await publish(
    engine,
    [node("hand", "trigger_manual"), node("heard", "trigger_signal", { signal: "demo.booked" }), pause],
    [edge("hand", "pause"), edge("heard", "pause")],
    { enrolment: { mode: "once" } },
  );
  await engine.leads.signal(lead.id, { type: "demo.booked" });
  await house.until(async () => await executions(engine) === 1);
  await engine.leads.signal(lead.id, { type: "demo.booked" });
  await house.until(async () => (await refusals(engine, id))[0] === 1);
  const answer = await engine.triggers.execute({ workflowId: id, leadId: lead.id }, {}, ANN);
  assert.equal(answer.refused?.code, "enrolled_once");
  const nobody: WebhookAnswer[] = [];
  for (let i = 0; i < 2; i++) nobody.push(await engine.triggers.execute({ workflowId: id }, {}, ANN));
  assert.ok(nobody.every(({ refused }) => !refused), "a rule about leads says nothing of what has none");
  assert.equal(await executions(engine), 3);
});

Deno.test("removing the lead, and the workflow, takes the enrolments along", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const left = async (prefix: string): Promise<number> =>
    (await house.store.keys({ selector: { prefix: [prefix] } })).length;
  const id = await waiting(engine, { mode: "once" });
  const first = await hook(engine, "go", LEAD);
  await hook(engine, "go", LEAD);
  await hook(engine, "go", { email: "other@example.com" });
  assert.equal(await left("enrolment"), 2);
  const lead = (await engine.executions.get(first.executionId)).lead!;
  await engine.leads.remove(lead.id);
  assert.equal(await left("enrolment"), 1);
  assert.equal((await engine.workflows.refusals(id)).items[0]?.lead, null);
  assert.equal((await hook(engine, "go", LEAD)).refused, undefined, "who was removed is somebody new");
  await engine.workflows.remove(id, { running: "cancel" }, ANN);
  house.clock.skip(60 * DAY_MS);
  await gone(house, () => left("workflow"));
  assert.deepEqual(await Promise.all(["enrolment", "refusal", "refusal_count"].map(left)), [0, 0, 0]);
});

async function gone(house: Opened, count: () => Promise<number>): Promise<void> {
  await house.until(async () => await count() === 0, 10_000);
}
