import assert from "node:assert/strict";
import type { NodeType } from "../../engine/mod.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import type { Rate } from "../../engine/schemas/rate.ts";
import type { WorkflowNode, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { ManualClock } from "../helpers/clock.ts";
import {
  ANN,
  chain,
  createProbe,
  edge,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { mostIn } from "../helpers/rates.ts";

const HOST = "api.example.com";
const TEN: Rate = { per: "host", host: HOST, count: 10, period: { value: 1, unit: "minutes" } };

interface Call {
  executionId: string;
  nodeId: string;
  at: number;
}

/** An engine with a step that calls the host that its config says, and when it did. */
async function open(options: OpenOptions = {}): Promise<{ house: Opened; calls: Call[] }> {
  const probe = options.probe ?? createProbe();
  const manual = options.manual ?? new ManualClock();
  const calls: Call[] = [];
  const { answer } = probe;
  probe.answer = (context, say) => {
    calls.push({ executionId: context.executionId, nodeId: context.nodeId, at: manual.now });
    return answer(context, say);
  };
  const caller = {
    ...probe.type,
    type: "caller",
    hosts: ({ say }: { say: string }) => say ? [say] : [],
  } as NodeType;
  const reach = { ...caller, type: "reach", reaches: true } as NodeType;
  const house = await openEngine({ ...options, probe, manual, extraNodeTypes: [probe.type, caller, reach] });
  return { house, calls };
}

function call(id: string, say = HOST): WorkflowNode {
  return node(id, "caller", { say });
}

function rated(...rates: Rate[]): WorkflowSettings {
  return { limits: { rates } };
}

async function start(house: Opened, count: number, body: JsonObject = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await hook(house.engine, "go", { ...body, i })).executionId);
  return ids;
}

/** Whoever was accepted has asked for its turn. */
async function soon(house: Opened): Promise<void> {
  await house.settle();
  house.clock.advance(100);
  await house.settle();
}

async function allOver(house: Opened, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) if (!await isOver(house.engine, id)) return false;
  return true;
}

async function rateRecords(house: Opened): Promise<string[]> {
  return (await house.store.keys({ selector: { prefix: ["rate"] } })).map((key) => key.slice(2).join("/"));
}

const HOUR = 3_600_000;

Deno.test("a step beyond the rate is held before its attempt, says so, and begins at its turn", async () => {
  const { house, calls } = await open();
  await using _ = house;
  await publish(house.engine, [hookNode("go"), call("a")], chain("hook", "a"), rated({ ...TEN, count: 2 }));
  const ids = await start(house, 3);
  await soon(house);
  const begun = new Set(calls.map(({ executionId }) => executionId));
  const last = ids.find((id) => !begun.has(id))!;
  const held = await house.engine.executions.get(last);
  const [, step] = held.steps;
  assert.deepEqual([held.reason?.code, step?.status, step?.attempts], ["rate", "waiting", 0]);
  assert.match(
    step?.reason?.text ?? "",
    /^Waiting — 2 a minute to api\.example\.com, about 09:01:0[3-4] UTC$/,
  );
  assert.deepEqual(step?.waitingFor, { kind: "rate" });
  const data = step?.reason?.data as { [name: string]: Json };
  assert.deepEqual([data.count, data.periodMs, data.value, data.expectedStart], [
    2,
    60_000,
    HOST,
    step?.until,
  ]);
  assert.equal(calls.length, 2);
  await oracle(house.store);
  await house.until(() => allOver(house, ids), HOUR);
  const [first, , third] = calls;
  assert.equal(third?.executionId, last);
  assert.ok(third && first && third.at - first.at >= 60_000);
  await oracle(house.store);
});

Deno.test("five hundred that ask at once keep the rate, in few commits", async () => {
  const { house, calls } = await open({ concurrency: 1_000 });
  await using _ = house;
  await publish(house.engine, [hookNode("go"), call("a")], chain("hook", "a"), rated({ ...TEN, count: 100 }));
  house.faults.arm(null);
  const ids = await start(house, 500);
  await house.settle();
  const waiting = async (): Promise<number> => {
    const all = await Promise.all(ids.map((id) => house.engine.executions.get(id)));
    return all.filter(({ status }) => status === "waiting").length;
  };
  await house.until(async () => await waiting() === 400, 5_000);
  const commits = house.faults.batches.flat().filter((name) => name === "rate").length;
  assert.ok(commits > 0 && commits < 20, `${commits} commits of turns`);
  await house.until(() => allOver(house, ids), HOUR);
  assert.equal(mostIn(calls.map(({ at }) => at), 60_000), 100);
  assert.ok(calls.at(-1)!.at - calls[0]!.at < 5 * 64_000);
});

Deno.test("who comes first begins first", async () => {
  const { house, calls } = await open();
  await using _ = house;
  await publish(house.engine, [hookNode("go"), call("a")], chain("hook", "a"), rated({ ...TEN, count: 3 }));
  const ids: string[] = [];
  for (let i = 0; i < 40; i++) {
    ids.push(...await start(house, 1));
    await house.until(() => true, 0);
    house.clock.advance(1_000 + (i * 7_919) % 3_000);
    await house.settle();
  }
  await house.until(() => allOver(house, ids), HOUR);
  assert.deepEqual(calls.map(({ executionId }) => ids.indexOf(executionId)), ids.map((_, i) => i));
  assert.equal(mostIn(calls.map(({ at }) => at), 60_000), 3);
});

Deno.test("each attempt takes a turn: a retry waits for its own", async () => {
  const probe = createProbe();
  probe.answer = ({ attempt }) =>
    attempt < 3
      ? { kind: "fail", failure: { code: "busy", message: "Busy", retryable: true } }
      : { kind: "done" };
  const { house, calls } = await open({ probe });
  await using _ = house;
  await publish(house.engine, [hookNode("go"), call("a")], chain("hook", "a"), rated({ ...TEN, count: 1 }));
  const ids = await start(house, 2);
  await house.until(() => allOver(house, ids), HOUR);
  assert.equal(calls.length, 6);
  assert.equal(mostIn(calls.map(({ at }) => at), 60_000), 1);
  assert.deepEqual(await statuses(house.engine, ids[0]!), { hook: "completed", a: "completed" });
  await oracle(house.store);
});

Deno.test("a rate per host counts each host by itself, and only for the steps that call it", async () => {
  const { house, calls } = await open();
  await using _ = house;
  const nodes = [hookNode("go"), call("a"), call("b", "other.example.com"), node("c", "probe")];
  await publish(house.engine, nodes, [edge("hook", "a"), edge("hook", "b"), edge("hook", "c")], {
    limits: { rates: [{ ...TEN, count: 1 }] },
  });
  const ids = await start(house, 3);
  await soon(house);
  assert.deepEqual(calls.map(({ nodeId }) => nodeId).sort(), ["a", "b", "b", "b", "c", "c", "c"]);
  assert.deepEqual(await rateRecords(house), ["60000 host/api.example.com"]);
  await house.until(() => allOver(house, ids), HOUR);
  // The same without a host: each by itself.
  const { revision, id } = (await house.engine.workflows.list({ limit: 1 })).items[0]!;
  const each: Rate = { per: "host", count: 1, period: { value: 1, unit: "minutes" } };
  await house.engine.workflows.save(id, revision, { settings: rated(each) }, ANN);
  await house.engine.workflows.publish(id, {}, ANN);
  calls.length = 0;
  house.clock.advance(HOUR);
  await start(house, 2);
  await soon(house);
  assert.deepEqual(calls.map(({ nodeId }) => nodeId).sort(), ["a", "b", "c", "c"]);
});

Deno.test("a rate per key counts each value by itself, for the named steps; an empty one counts for nobody", async () => {
  const { house, calls } = await open();
  await using _ = house;
  const key = "{{ lead.company }}";
  const perCompany: Rate = {
    per: "key",
    key,
    count: 1,
    period: { value: 1, unit: "days" },
    nodes: ["a"],
  };
  await publish(
    house.engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe")],
    [edge("hook", "a"), edge("hook", "b")],
    rated(perCompany),
  );
  for (const [i, company] of ["Acme", "Acme", "Bolt", "", ""].entries()) {
    await hook(house.engine, "go", { email: `ann${i}@example.com`, company });
  }
  await soon(house);
  const count = (id: string): number => calls.filter(({ nodeId }) => nodeId === id).length;
  assert.deepEqual([count("a"), count("b")], [4, 5]);
  assert.deepEqual(await rateRecords(house), [
    "86400000 key {{lead.company}} a/Acme",
    "86400000 key {{lead.company}} a/Bolt",
  ]);
  await house.until(() => count("a") === 5, 2 * 24 * HOUR);
});

Deno.test("a shared rate counts over all workflows that share it, others over their own", async () => {
  for (const shared of [true, false]) {
    const { house, calls } = await open();
    await using _ = house;
    const rate: Rate = { ...TEN, count: 2, ...(shared ? { shared } : {}) };
    await publish(house.engine, [hookNode("go"), call("a")], chain("hook", "a"), rated(rate));
    await publish(house.engine, [hookNode("other"), call("b")], chain("hook", "b"), rated(rate));
    for (let i = 0; i < 3; i++) {
      await hook(house.engine, "go");
      await hook(house.engine, "other");
    }
    await soon(house);
    assert.equal(calls.length, shared ? 2 : 4);
    await house.until(() => calls.length === 6, HOUR);
    assert.equal(mostIn(calls.map(({ at }) => at), 60_000), shared ? 2 : 4);
  }
});

Deno.test("another rate counts once it is published, for those who wait as well", async () => {
  const { house, calls } = await open();
  await using _ = house;
  const { engine } = house;
  const id = await publish(
    engine,
    [hookNode("go"), call("a")],
    chain("hook", "a"),
    rated({ ...TEN, count: 1 }),
  );
  const change = async (settings: WorkflowSettings): Promise<void> => {
    const { revision } = await engine.workflows.get(id);
    await engine.workflows.save(id, revision, { settings }, ANN);
    await engine.workflows.publish(id, {}, ANN);
    await soon(house);
    await soon(house);
  };
  const ids = await start(house, 30);
  await soon(house);
  assert.equal(calls.length, 1);
  // Twenty would wait for as many minutes.
  await change(rated({ ...TEN, count: 10 }));
  assert.equal(calls.length, 10);
  await house.until(() => calls.length === 20, 2 * 63_000);
  await oracle(house.store);
  // A lower one counts for those who have a turn by the higher one.
  await change(rated({ ...TEN, count: 1 }));
  const before = house.clock.now;
  await house.until(() => calls.length === 23, HOUR);
  assert.ok(house.clock.now - before >= 3 * 60_000, `${house.clock.now - before} ms`);
  await change({});
  assert.equal(calls.length, 30, "without a rate all go at once");
  await house.until(() => allOver(house, ids), HOUR);
  await oracle(house.store);
});

Deno.test("who leaves the line makes room for those behind, and a cancelled line holds up nobody", async () => {
  const { house, calls } = await open();
  await using _ = house;
  const { engine } = house;
  await publish(engine, [hookNode("go"), call("a")], chain("hook", "a"), rated({ ...TEN, count: 1 }));
  const ids = await start(house, 40);
  await soon(house);
  assert.equal(calls.length, 1);
  // Who asks in the same moment may be told apart by a few places.
  const waiting = ids.filter((id) => id !== calls[0]?.executionId);
  const last = waiting.at(-1)!;
  for (const id of waiting.slice(0, -1)) await engine.executions.cancel(id, {}, ANN);
  await house.until(() => isOver(engine, last), 2 * 63_000);
  assert.equal(calls.length, 2);
  assert.equal(calls[1]?.executionId, last);
  const [next] = await start(house, 1);
  await house.until(() => isOver(engine, next!), 2 * 63_000);
  await oracle(house.store);
});

Deno.test("a step that reaches a person is decided anew when its turn comes", async () => {
  const { house, calls } = await open();
  await using _ = house;
  const { engine } = house;
  const cold: JsonObject = { all: [{ field: "lead.score", op: "lt", value: 50 }] };
  const nodes = [hookNode("go"), node("cold", "condition", cold), node("b", "reach", { say: HOST })];
  await publish(engine, [...nodes, node("other", "probe")], [
    ...chain("hook", "cold"),
    edge("cold", "b", "true"),
    edge("cold", "other", "false"),
  ], rated({ ...TEN, count: 1 }));
  const lead = await engine.leads.create({ email: "ann@example.com", score: 10 });
  await start(house, 1, { email: "bob@example.com", score: 10 });
  await soon(house);
  const [id] = await start(house, 1, { email: "ann@example.com" });
  await soon(house);
  await engine.leads.update(lead.id, { score: 90 });
  await house.until(() => isOver(engine, id!), HOUR);
  assert.deepEqual(calls.map(({ nodeId }) => nodeId), ["b", "other"]);
  const { steps } = await engine.executions.get(id!);
  assert.equal(steps.find(({ nodeId }) => nodeId === "b")?.reason?.code, "led_elsewhere");
  await oracle(house.store);
});

Deno.test("rounds of a loop count like any", async () => {
  const { house, calls } = await open();
  await using _ = house;
  const loop = node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 5 });
  await publish(
    house.engine,
    [hookNode("go"), loop, call("a")],
    [...chain("hook", "loop"), edge("loop", "a", "each")],
    rated({ ...TEN, count: 2 }),
  );
  const [id] = await start(house, 1, { list: [1, 2, 3, 4, 5, 6, 7] });
  await house.until(() => isOver(house.engine, id!), HOUR);
  assert.equal(calls.length, 7);
  assert.equal(mostIn(calls.map(({ at }) => at), 60_000), 2);
  await oracle(house.store);
});

Deno.test("a workflow without rates pays nothing: no commit, no key, no read", async () => {
  const costs: { [rates: string]: { names: string[]; keys: number; reads: number } } = {};
  for (const settings of [{}, rated({ ...TEN, host: "other.example.com" })] as WorkflowSettings[]) {
    const { house, calls } = await open();
    await using _ = house;
    await publish(house.engine, [hookNode("go"), call("a")], chain("hook", "a"), settings);
    house.faults.arm(null);
    await start(house, 1);
    await house.settle();
    await house.until(() => calls.length === 1, 10_000);
    await house.settle();
    const names = house.faults.batches.flat();
    const keys = (await house.store.keys({ selector: { prefix: ["rate"] } })).length;
    costs[settings.limits ? "with" : "without"] = { names, keys, reads: house.faults.reads };
  }
  assert.deepEqual(costs.without?.names, ["accept", "settle"]);
  assert.equal(costs.without.keys, 0);
  // Not under the rate, but it has to be asked: one commit and one read more, and no record.
  assert.deepEqual(costs.with?.names, ["accept", "claim", "settle"]);
  assert.equal(costs.with.keys, 0);
  assert.ok(costs.with.reads > costs.without.reads);
});

Deno.test("records of a rate are forgotten once they say nothing any more", async () => {
  const { house, calls } = await open();
  await using _ = house;
  const perLead: Rate = {
    per: "key",
    key: "{{ lead.email }}",
    count: 1,
    period: { value: 1, unit: "hours" },
  };
  await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"), rated(perLead));
  for (let i = 0; i < 20; i++) await hook(house.engine, "go", { email: `ann${i}@example.com` });
  await house.until(() => calls.length === 20, 10_000);
  assert.equal((await rateRecords(house)).length, 20);
  await house.until(async () => (await rateRecords(house)).length === 0, 4 * HOUR);
});
