/** What happened in a real engine is what the metrics, the funnel and the figures say. */
import assert from "node:assert/strict";
import { Figures, Funnel, Metrics } from "../../engine/schemas/metrics.ts";
import { ManualClock } from "../helpers/clock.ts";
import {
  ANN,
  chain,
  edge,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
} from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const pause = (minutes: number): ReturnType<typeof node> =>
  node("pause", "wait", { kind: "for", duration: { value: minutes, unit: "minutes" } });

/** Fails by what the text says; an empty one succeeds. */
function bySay(house: Opened): void {
  house.probe.answer = (_context, say) => {
    const [code, host, status] = say.split(" ");
    if (!code) return { kind: "done" };
    const about = { ...(host ? { host } : {}), ...(status ? { status: Number(status) } : {}) };
    return { kind: "fail", failure: { code, message: code, retryable: false, ...about } };
  };
}

async function read(
  house: Opened,
  query: Parameters<Opened["engine"]["metrics"]["read"]>[0],
): Promise<Metrics> {
  const answer = await house.engine.metrics.read(query);
  // What is sent is what the schema says: an object with more or less would be another answer.
  assert.deepEqual(Metrics.parse(answer), answer);
  return answer;
}

Deno.test("metrics.read() tells what started, how it ended, how long it took and why it failed", async () => {
  await using house = await openEngine();
  bySay(house);
  const id = await publish(
    house.engine,
    [hookNode("go"), pause(10), node("call", "probe", { say: "{{ trigger.body.say }}" })],
    chain("hook", "pause", "call"),
  );
  const says = [
    "",
    "",
    "http_401 api.example.com 401",
    "http_401 api.example.com 401",
    "timeout b.example.com",
  ];
  const ids = await Promise.all(
    says.map(async (say) => (await hook(house.engine, "go", { say })).executionId),
  );
  await house.settle();
  const { name } = await house.engine.workflows.get(id);
  assert.deepEqual((await read(house, {})).workflows[0], {
    ...{
      workflowId: id,
      name,
      executions: 5,
      success: 0,
      failed: 0,
      successRate: null,
      p50: null,
      p95: null,
    },
    ...{ active: 5, waiting: 5, nextRunAt: null },
  });
  await house.until(
    async () => (await Promise.all(ids.map((each) => isOver(house.engine, each)))).every(Boolean),
    HOUR,
  );
  const last = await hook(house.engine, "go", {});
  const { totals, previous, points, errors, workflows } = await read(house, { range: "1h" });
  const near = 10 * MINUTE;
  assert.ok(Math.abs(totals.p50! - near) < near / 10 && Math.abs(totals.avgDuration! - near) < 1_000);
  assert.deepEqual(
    [totals.executions, totals.success, totals.failed, totals.successRate, totals.active],
    [6, 2, 3, 0.4, 1],
  );
  assert.deepEqual([previous.executions, previous.active, previous.successRate], [0, 0, null]);
  assert.deepEqual(points.filter(({ executions }) => executions > 0).map(({ executions }) => executions), [
    5,
    1,
  ]);
  assert.equal(points.reduce((sum, point) => sum + point.failed, 0), 3);
  assert.deepEqual(errors.map(({ cause, count }) => [cause, count]), [
    ["probe: 401 from api.example.com", 2],
    ["probe: timeout at b.example.com", 1],
  ]);
  assert.deepEqual(workflows.map(({ executions, active }) => [executions, active]), [[6, 1]]);
  await house.engine.executions.cancel(last.executionId, {}, ANN);
  const after = await read(house, { range: "24h", workflowId: id });
  assert.deepEqual([after.totals.cancelled, after.totals.active], [1, 0]);
  await oracle(house.store);
});

Deno.test("metrics.read() counts a retry as reopened and its end anew; children and another workflow stay apart", async () => {
  await using house = await openEngine();
  let works = false;
  house.probe.answer = () =>
    works
      ? { kind: "done" }
      : { kind: "fail", failure: { code: "http_500", message: "No", retryable: false } };
  const id = await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const loop = node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 });
  const other = await publish(
    house.engine,
    [hookNode("loop"), loop, node("work", "set", { fields: [] })],
    [edge("hook", "loop"), edge("loop", "work", "each")],
  );
  const { executionId } = await hook(house.engine, "go");
  const looped = await hook(house.engine, "loop", { list: [1, 2, 3] });
  await house.until(() => isOver(house.engine, executionId), HOUR);
  await house.until(() => isOver(house.engine, looped.executionId), HOUR);
  house.clock.advance(4 * MINUTE);
  works = true;
  await house.engine.executions.retry(executionId, {}, ANN);
  await house.until(() => isOver(house.engine, executionId), HOUR);
  const { totals } = await read(house, { workflowId: id });
  assert.deepEqual(
    [totals.executions, totals.failed, totals.reopened, totals.success, totals.active],
    [1, 1, 1, 1, 0],
  );
  const rounds = await read(house, { workflowId: other });
  assert.deepEqual([rounds.totals.executions, rounds.totals.success], [1, 1], "three rounds are its own");
  const figures = await house.engine.metrics.figures();
  assert.deepEqual(Figures.parse(figures), figures);
  const mending = figures.items.find((figure) => figure.id === "mending")!;
  assert.equal(mending.count, 1);
  assert.ok(Math.abs(mending.value! - 4 * MINUTE) <= 4 * MINUTE / 10, `${mending.value}`);
  await oracle(house.store);
});

Deno.test("metrics.read() says the same before and after the counters are folded, and after a restart", async () => {
  const [real, manual] = [await emptyDatabase(), new ManualClock()];
  {
    await using house = await openEngine({ real, manual });
    bySay(house);
    await publish(
      house.engine,
      [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.say }}" })],
      chain("hook", "a"),
    );
    for (let i = 0; i < 40; i++) {
      await hook(house.engine, "go", { say: i % 4 ? "" : `code_${i}` });
      manual.advance(20_000);
      await house.settle();
    }
    const before = await read(house, { range: "24h" });
    const counters = (await house.store.keys({ selector: { prefix: ["count"] } })).length;
    assert.ok(counters > 40, `${counters} counters`);
    manual.skip(HOUR);
    await house.until(
      async () => (await house.store.keys({ selector: { prefix: ["count"] } })).length === 0,
      2 * HOUR,
    );
    const after = await read(house, { from: before.from, to: before.to, interval: "1h" });
    assert.deepEqual([after.totals, after.points, after.errors], [
      before.totals,
      before.points,
      before.errors,
    ]);
    await oracle(house.store);
  }
  await using again = await openEngine({ real, manual });
  assert.equal((await read(again, { range: "24h" })).totals.executions, 40);
  real.close();
});

Deno.test("metrics.read() keeps the numbers of executions that are forgotten", async () => {
  await using house = await openEngine({ retentionDays: 1 });
  bySay(house);
  const say = node("a", "probe", { say: "{{ trigger.body.say }}" });
  await publish(house.engine, [hookNode("go"), say], chain("hook", "a"));
  for (const each of ["", "", "http_401 api.example.com 401"]) {
    const { executionId } = await hook(house.engine, "go", { say: each });
    await house.until(() => isOver(house.engine, executionId), HOUR);
  }
  const before = await read(house, { range: "7d" });
  house.clock.skip(48 * HOUR);
  await house.until(
    async () => (await house.store.keys({ selector: { prefix: ["execution"] } })).length === 0,
    48 * HOUR,
  );
  const after = await read(house, { range: "7d" });
  assert.deepEqual([after.totals, after.errors], [before.totals, before.errors]);
  assert.equal(after.totals.failed, 1);
});

Deno.test("metrics.read() asked over and over while counters are folded counts each once", async () => {
  await using house = await openEngine();
  const flows = await Promise.all(Array.from({ length: 12 }, async (_, i) => {
    await publish(house.engine, [hookNode(`go${i}`), node("a", "probe")], chain("hook", "a"));
    return `go${i}`;
  }));
  for (let minute = 0; minute < 20; minute++) {
    await Promise.all(flows.map((path) => hook(house.engine, path)));
    house.clock.advance(MINUTE);
    await house.settle();
  }
  house.clock.skip(HOUR);
  house.clock.advance(1_000);
  const seen = new Set<number>();
  let asked = 0;
  for (let left = 1; left > 0; asked++) {
    seen.add((await house.engine.metrics.read({ range: "24h" })).totals.success);
    left = (await house.store.keys({ selector: { prefix: ["count"] } })).length;
    house.clock.advance(1_000);
  }
  assert.deepEqual([...seen], [240], `of ${asked} answers`);
  await oracle(house.store);
});

Deno.test("metrics.read() of an unknown workflow is 404, and a deleted one keeps its numbers", async () => {
  await using house = await openEngine();
  await assert.rejects(house.engine.metrics.read({ workflowId: "nobody" }), /No workflow/);
  const id = await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const { executionId } = await hook(house.engine, "go");
  await house.until(() => isOver(house.engine, executionId), HOUR);
  await house.engine.workflows.remove(id, {}, ANN);
  const { workflows, totals } = await read(house, {});
  assert.equal(totals.success, 1);
  assert.deepEqual(workflows.map(({ workflowId, success }) => [workflowId, success]), [[id, 1]]);
  assert.match(workflows[0]!.name, /deleted/);
});

Deno.test("metrics.funnel() has the numbers of the canvas, and who reached a goal by way of each node", async () => {
  await using house = await openEngine();
  const id = await publish(
    house.engine,
    [hookNode("go"), node("first", "probe"), pause(60), node("second", "probe")],
    chain("hook", "first", "pause", "second"),
    { goals: [{ name: "Won", signal: "deal.won" }] },
  );
  const started = await Promise.all(
    ["ann", "bob", "cyd"].map((name) => hook(house.engine, "go", { email: `${name}@example.com` })),
  );
  await house.settle();
  const [ann] = (await house.engine.leads.list({ limit: 10, q: "ann" })).items;
  await house.engine.leads.signal(ann!.id, { type: "deal.won" });
  await house.until(() => isOver(house.engine, started[0]!.executionId), MINUTE);
  const funnel = await house.engine.metrics.funnel(id);
  assert.deepEqual(Funnel.parse(funnel), funnel);
  assert.deepEqual(
    funnel.nodes.map((
      { nodeId, entered, waiting, passed, cancelled, converted },
    ) => [nodeId, entered, waiting, passed, cancelled, converted]),
    [
      ["hook", 3, 0, 3, 0, 1],
      ["first", 3, 0, 3, 0, 1],
      ["pause", 2, 2, 0, 1, 0],
      ["second", 0, 0, 0, 1, 0],
    ],
  );
  const counts = await house.engine.executions.nodeCounts(id);
  for (const { nodeId, label: _label, type: _type, converted, ...stands } of funnel.nodes) {
    const { rounds: _rounds, converted: reached = 0, ...count } = counts.find((each) =>
      each.nodeId === nodeId
    )!;
    assert.deepEqual({ ...stands, nodeId, converted }, { ...count, converted: reached });
    const listed = await house.engine.executions.list({ workflowId: id, nodeId, limit: 100 });
    assert.equal(listed.items.length, stands.entered, `the list finds those that entered ${nodeId}`);
  }
  await oracle(house.store);
});

Deno.test("metrics.funnel() of a draft has every node with nobody in it, and no goal is null", async () => {
  await using house = await openEngine();
  const draft = {
    name: "Draft",
    nodes: [hookNode("go"), node("a", "probe")],
    edges: chain("hook", "a"),
    settings: {},
  };
  const { id } = await house.engine.workflows.create(draft, ANN);
  const { version, nodes } = await house.engine.metrics.funnel(id);
  assert.equal(version, null);
  assert.deepEqual(nodes.map(({ nodeId, entered, converted }) => [nodeId, entered, converted]), [
    ["hook", 0, null],
    ["a", 0, null],
  ]);
});

Deno.test("metrics.figures() are null until there is something to count, and then real", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  const told = async (): Promise<[string, number | null, number][]> =>
    (await engine.metrics.figures()).items.map(({ id, value, count }) => [id, value, count]);
  assert.deepEqual(await told(), [
    ["success_rate", null, 0],
    ["built_on_canvas", null, 0],
    ["first_publish", null, 0],
    ["mending", null, 0],
    ["rating", null, 0],
  ]);
  const empty = { name: "Drawn", nodes: [], edges: [], settings: {} };
  const drawn = await engine.workflows.create(empty, ANN, { origin: "canvas" });
  clock.advance(3 * MINUTE);
  const graph = { nodes: [hookNode("go"), node("a", "probe")], edges: chain("hook", "a") };
  await engine.workflows.save(drawn.id, drawn.revision, graph, ANN);
  await engine.workflows.publish(drawn.id, {}, ANN);
  const later = await engine.workflows.get(drawn.id);
  clock.advance(HOUR);
  await engine.workflows.save(later.id, later.revision, { name: "Renamed" }, ANN);
  await engine.workflows.publish(drawn.id, {}, ANN);
  await engine.workflows.create({ ...empty, name: "By a program" }, ANN);
  const { executionId } = await hook(engine, "go");
  await house.until(() => isOver(engine, executionId), HOUR);
  assert.deepEqual((await told()).slice(0, 3), [
    ["success_rate", 1, 1],
    ["built_on_canvas", 0.5, 2],
    ["first_publish", 3 * MINUTE, 1],
  ]);
});
