import assert from "node:assert/strict";
import { chain, edge, node, openEngine, publish } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { EngineError } from "../../engine/errors.ts";
import type { Engine } from "../../engine/mod.ts";
import { ScheduleCreate } from "../../engine/schemas/schedule.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import {
  ANN,
  cron,
  DAY,
  drawn,
  fires,
  HOUR,
  MINUTE,
  NINE,
  scheduled,
  scheduleNode,
  told,
  update,
  walk,
} from "./house.ts";

const set = node("set", "set", { fields: [{ name: "a", value: "1" }] });
const iso = (at: number): string => new Date(at).toISOString();

async function republish(engine: Engine, workflowId: string, config: JsonObject): Promise<void> {
  const { revision, nodes } = await engine.workflows.get(workflowId);
  const changed = nodes.map((each) => each.id === "s" ? scheduleNode(config) : each);
  await engine.workflows.save(workflowId, revision, { nodes: changed }, ANN);
  await engine.workflows.publish(workflowId, {}, ANN);
}

function refused(path: string, status = 422): (error: unknown) => boolean {
  return (error) =>
    error instanceof EngineError && error.status === status && error.issues[0]?.path.endsWith(path) === true;
}

Deno.test("publish() begins what is drawn, keeps what is the same, changes what changed, ends what is gone", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id, workflowId } = await scheduled(engine, cron("0 * * * *"));
  await walk(house, HOUR + MINUTE);
  const before = await engine.scheduling.get(id);
  const { revision, nodes } = await engine.workflows.get(workflowId);
  await engine.workflows.save(workflowId, revision, { nodes, settings: { description: "Other" } }, ANN);
  await engine.workflows.publish(workflowId, {}, ANN);
  const same = await engine.scheduling.get(id);
  assert.deepEqual([same.nextRun, same.updatedAt], [before.nextRun, before.updatedAt]);
  await republish(engine, workflowId, cron("*/10 * * * *"));
  assert.equal((await engine.scheduling.get(id)).nextRun, iso(NINE + HOUR + 10 * MINUTE));
  const rest = await engine.workflows.get(workflowId);
  await engine.workflows.save(workflowId, rest.revision, {
    nodes: [node("start", "trigger_manual"), set],
    edges: [edge("start", "set")],
  }, ANN);
  await engine.workflows.publish(workflowId, {}, ANN);
  await assert.rejects(engine.scheduling.get(id), { status: 404 });
  await walk(house, HOUR);
  assert.equal((await engine.executions.list({ limit: 50, workflowId })).items.length, 1);
  await republishWith(engine, workflowId);
  assert.deepEqual(await told(engine, id), ["fired 10:00"], "its history is there again");
  await walk(house, HOUR);
  assert.deepEqual(await told(engine, id), ["fired 10:00", "fired 12:00"]);
  await oracle(house.store);
});

async function republishWith(engine: Engine, workflowId: string): Promise<void> {
  const { revision, nodes, edges } = await engine.workflows.get(workflowId);
  const more = { nodes: [...nodes, scheduleNode(cron("0 * * * *"))], edges: [...edges, edge("s", "set")] };
  await engine.workflows.save(workflowId, revision, more, ANN);
  await engine.workflows.publish(workflowId, {}, ANN);
}

Deno.test("publish() refuses a schedule that can never fire, at its field", async () => {
  await using house = await openEngine();
  const nodes = [scheduleNode({ kind: "cron", cron: "0 0 9 * * *", timezone: "Europe/Zurich" }), set];
  const { id } = await house.engine.workflows.create(
    { name: "W", nodes, edges: chain("s", "set"), settings: {} },
    ANN,
  );
  await assert.rejects(house.engine.workflows.publish(id, {}, ANN), refused("config.cron"));
  assert.deepEqual((await house.engine.scheduling.list({ limit: 10 })).items, []);
});

Deno.test("publish() a schedule without a zone runs in the workflow's", async () => {
  await using house = await openEngine();
  const { timezone: _, ...config } = cron("0 9 * * *");
  const { id } = await scheduled(house.engine, config, [set], { timezone: "Europe/Zurich" });
  const schedule = await house.engine.scheduling.get(id);
  assert.deepEqual([schedule.timezone, schedule.nextRun], ["Europe/Zurich", "2026-11-23T08:00:00.000Z"]);
  assert.equal(schedule.description, "every day at 09:00, Europe/Zurich");
});

Deno.test("update() counts at once, is drawn in the draft, and the next publish changes nothing of it", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id, workflowId } = await scheduled(engine, cron("0 * * * *"));
  const config = cron("*/20 * * * *", { input: { a: 1 } }, { overlap: "skip", maxConcurrent: 2 });
  const changed = await engine.scheduling.update(id, update({ ...config, label: "Often" }), ANN);
  assert.deepEqual([changed.nextRun, changed.label, changed.input], [iso(NINE + 20 * MINUTE), "Often", {
    a: 1,
  }]);
  assert.deepEqual(await drawn(engine, workflowId), config);
  const { nodes, draftChanged, version } = await engine.workflows.get(workflowId);
  assert.deepEqual([nodes[0]!.data.label, draftChanged, version], ["Often", true, 1]);
  await walk(house, 21 * MINUTE);
  assert.deepEqual(await told(engine, id), ["fired 09:20"]);
  await engine.workflows.publish(workflowId, {}, ANN);
  const published = await engine.scheduling.get(id);
  assert.deepEqual(published.nextRun, iso(NINE + 40 * MINUTE));
  await oracle(house.store);
});

Deno.test("update() leaves what else is being drawn as it is; a node that is gone from the draft is not drawn again", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id, workflowId } = await scheduled(engine, cron("0 * * * *"));
  const { revision } = await engine.workflows.get(workflowId);
  const other = { nodes: [node("start", "trigger_manual"), set], edges: [edge("start", "set")] };
  const saved = await engine.workflows.save(workflowId, revision, other, ANN);
  await engine.scheduling.update(id, update(cron("*/20 * * * *")), ANN);
  const draft = await engine.workflows.get(workflowId);
  assert.deepEqual([draft.nodes.map((each) => each.id), draft.revision], [["start", "set"], saved.revision]);
  assert.equal((await engine.scheduling.get(id)).cron, "*/20 * * * *");
});

Deno.test("update() refuses by field what cannot be or is over, and changes nothing", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id, workflowId } = await scheduled(engine, cron("0 * * * *"));
  const before = await engine.scheduling.get(id);
  const { revision } = await engine.workflows.get(workflowId);
  const table: [JsonObject, string][] = [
    [cron("0 9 * * * *"), "cron"],
    [cron("0 9 * * *", { timezone: "Mars/Base" }), "timezone"],
    [cron("0 9 * * *", {}, { until: "2026-11-01" }), "config.until"],
    [{ kind: "dates", at: ["2026-11-01T09:00"] }, "at"],
  ];
  for (const [config, path] of table) {
    await assert.rejects(engine.scheduling.update(id, update(config), ANN), refused(path), path);
  }
  assert.deepEqual(await engine.scheduling.get(id), before);
  assert.equal((await engine.workflows.get(workflowId)).revision, revision);
  await assert.rejects(engine.scheduling.update("none.s", update(cron("0 9 * * *")), ANN), { status: 404 });
});

Deno.test("update() what had come before the change still runs, what comes after it is the new one's", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const jitter = { value: 1, unit: "hours" };
  const { id } = await scheduled(engine, cron("0 * * * *", {}, { jitter }));
  await walk(house, HOUR + 2_000);
  await engine.scheduling.update(id, update(cron("30 * * * *")), ANN);
  await walk(house, HOUR);
  assert.deepEqual(await told(engine, id), ["fired 10:00", "fired 10:30"]);
});

Deno.test("pause() and resume() take effect at once, are drawn, and nothing of the meantime is made up", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id, workflowId } = await scheduled(engine, cron("*/10 * * * *", {}, { missed: "all" }));
  await walk(house, 11 * MINUTE);
  const paused = await engine.scheduling.pause(id, ANN);
  assert.deepEqual([paused.state, paused.nextRun, paused.enabled], ["paused", null, false]);
  assert.equal((await drawn(engine, workflowId))?.enabled, false);
  await engine.workflows.publish(workflowId, {}, ANN);
  await walk(house, HOUR);
  assert.equal((await engine.scheduling.get(id)).state, "paused", "publishing does not resume");
  const resumed = await engine.scheduling.resume(id, ANN);
  assert.deepEqual([resumed.state, resumed.config.missed], ["active", "all"]);
  assert.equal((await drawn(engine, workflowId))?.enabled, true);
  await walk(house, 10 * MINUTE);
  assert.deepEqual(await told(engine, id), ["fired 09:10", "fired 10:20"]);
  const { revision } = await engine.workflows.get(workflowId);
  await engine.scheduling.resume(id, ANN);
  assert.equal((await engine.workflows.get(workflowId)).revision, revision, "a second time changes nothing");
});

Deno.test("pause() tells what it leaves waiting", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const wait = node("wait", "wait", { kind: "for", duration: { value: 2, unit: "hours" } });
  const { id } = await scheduled(engine, cron("*/10 * * * *", {}, { overlap: "queue" }), [wait]);
  await walk(house, 25 * MINUTE);
  await engine.scheduling.pause(id, ANN);
  const all = await fires(engine, id);
  assert.deepEqual(all.map(({ outcome, reason }) => [outcome, reason?.code]), [
    ["fired", undefined],
    ["skipped", "paused"],
  ]);
});

Deno.test("create() draws it where the other triggers lead, and publishes it where nothing else is unpublished", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const workflowId = await publish(engine, [node("start", "trigger_manual"), set], [edge("start", "set")]);
  const input = ScheduleCreate.parse({ workflowId, label: "Daily", ...cron("0 10 * * *") });
  const schedule = await engine.scheduling.create(input, ANN, { idempotencyKey: "k1" });
  assert.deepEqual([schedule.state, schedule.nextRun], ["active", iso(NINE + HOUR)]);
  const again = await engine.scheduling.create(input, ANN, { idempotencyKey: "k1" });
  assert.equal(again.id, schedule.id);
  const { edges, version, draftChanged } = await engine.workflows.get(workflowId);
  assert.deepEqual([version, draftChanged], [2, false]);
  assert.ok(edges.some(({ source, target }) => source === schedule.nodeId && target === "set"));
  await walk(house, HOUR + MINUTE);
  assert.deepEqual(await told(engine, schedule.id), ["fired 10:00"]);
  const second = await engine.scheduling.create({ ...input, label: "Second" }, ANN);
  assert.notEqual(second.id, schedule.id);
  assert.equal((await engine.scheduling.list({ limit: 10, workflowId })).items.length, 2);
  await oracle(house.store);
});

Deno.test("create() beside unpublished changes begins with the next publish", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const workflowId = await publish(engine, [node("start", "trigger_manual"), set], [edge("start", "set")]);
  const { revision } = await engine.workflows.get(workflowId);
  await engine.workflows.save(workflowId, revision, { settings: { description: "Unfinished" } }, ANN);
  const input = ScheduleCreate.parse({ workflowId, ...cron("*/10 * * * *") });
  const { id, state, nextRun } = await engine.scheduling.create(input, ANN);
  assert.deepEqual([state, nextRun], ["unpublished", null]);
  await assert.rejects(engine.scheduling.run(id, {}, ANN), { status: 409 });
  await engine.scheduling.pause(id, ANN);
  await engine.scheduling.resume(id, ANN);
  await walk(house, 30 * MINUTE);
  assert.deepEqual(await told(engine, id), []);
  await engine.workflows.publish(workflowId, {}, ANN);
  await walk(house, 11 * MINUTE);
  assert.deepEqual(await told(engine, id), ["fired 09:40"]);
});

Deno.test("remove() ends it at once and takes its node and edges from the draft", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id, workflowId } = await scheduled(engine, cron("*/10 * * * *"));
  await engine.scheduling.remove(id, ANN);
  await assert.rejects(engine.scheduling.get(id), { status: 404 });
  await assert.rejects(engine.scheduling.remove(id, ANN), { status: 404 });
  const { nodes, edges } = await engine.workflows.get(workflowId);
  assert.deepEqual([nodes.map((each) => each.id), edges], [["set"], []]);
  await walk(house, 30 * MINUTE);
  assert.deepEqual((await engine.executions.list({ limit: 10, workflowId })).items, []);
  await house.until(
    async () => (await house.store.keys({ selector: { prefix: ["schedule"] } })).length === 0,
    401 * DAY,
  );
});

Deno.test("run() starts it now, also while it is paused, once for one key; its occurrences are not touched", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id } = await scheduled(engine, cron("0 * * * *", { input: { email: "ann@example.com" } }));
  const first = await engine.scheduling.run(id, { idempotencyKey: "k" }, ANN);
  const again = await engine.scheduling.run(id, { idempotencyKey: "k" }, ANN);
  assert.equal(again.executionId, first.executionId);
  await engine.scheduling.pause(id, ANN);
  await engine.scheduling.run(id, {}, ANN);
  await engine.scheduling.resume(id, ANN);
  await walk(house, HOUR + MINUTE);
  assert.deepEqual(await told(engine, id), ["by_hand 09:00", "by_hand 09:00", "fired 10:00"]);
  await oracle(house.store);
});

Deno.test("backfill() is counted first, runs what has not run, ten a second at most, over a restart", async () => {
  const house = await openEngine();
  const { engine } = house;
  const { id, workflowId } = await scheduled(engine, cron("0 * * * *", {}, { holidays: ["11-20"] }));
  await walk(house, HOUR + MINUTE);
  const range = { from: "2026-11-20", to: "2026-11-22T10:00" };
  const count = await engine.scheduling.countBackfill(id, range);
  assert.deepEqual(count, { count: 34, first: iso(NINE - 33 * HOUR), last: iso(NINE), leftOut: 25 });
  await assert.rejects(engine.scheduling.backfill(id, { ...range, count: 3 }, ANN), {
    slug: "count-changed",
  });
  await engine.scheduling.backfill(id, { ...range, count: 34 }, ANN);
  await assert.rejects(engine.scheduling.backfill(id, { ...range, count: 34 }, ANN), { slug: "under-way" });
  const began = house.clock.now;
  await walk(house, 1_000, 50);
  const { backfill } = await engine.scheduling.get(id);
  assert.ok(
    backfill!.running && backfill!.done >= 5 && backfill!.done <= 11,
    `${backfill!.done} in a second`,
  );
  house.die();
  const heir = await openEngine({ real: house.real, manual: house.clock });
  await heir.until(async () => !(await heir.engine.scheduling.get(id)).backfill!.running, 60_000);
  assert.ok(house.clock.now - began >= 3_300);
  const all = await fires(heir.engine, id);
  const filled = all.filter(({ outcome }) => outcome === "backfilled");
  assert.deepEqual([filled.length, new Set(filled.map(({ at }) => at)).size], [34, 34]);
  const arrived = await heir.engine.executions.get(filled[0]!.executionId!);
  assert.equal((arrived.steps[0]!.output as JsonObject).scheduledAt, filled[0]!.at);
  assert.equal((await heir.engine.scheduling.countBackfill(id, range)).count, 0);
  assert.equal((await heir.engine.executions.list({ limit: 50, workflowId })).items.length, 35);
  await oracle(heir.store);
  await heir.engine.stop();
  heir.die();
  house.real.close();
});

Deno.test("backfill() where runs may not overlap runs one behind the other, and goes on as soon as one has ended", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const wait = node("wait", "wait", { kind: "for", duration: { value: 2, unit: "seconds" } });
  const { id } = await scheduled(engine, cron("0 * * * *", {}, { overlap: "skip" }), [wait]);
  await engine.scheduling.backfill(id, { from: "2026-11-22T01:00", to: "2026-11-22T05:00", count: 5 }, ANN);
  const began = house.clock.now;
  await house.until(async () => !(await engine.scheduling.get(id)).backfill!.running, 120_000);
  assert.ok(house.clock.now - began < 40_000, `${house.clock.now - began} ms`);
  const runs = await Promise.all(
    (await fires(engine, id)).map(({ executionId }) => engine.executions.get(executionId!)),
  );
  assert.equal(runs.length, 5);
  for (const [i, run] of runs.slice(1).entries()) {
    assert.ok(Date.parse(run.createdAt) >= Date.parse(runs[i]!.endedAt!), "one behind the other");
  }
});

Deno.test("backfill() refuses by field a range that is none, and can be stopped", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id } = await scheduled(engine, cron("* * * * *"));
  const count = (from: string, to: string): Promise<unknown> =>
    engine.scheduling.countBackfill(id, { from, to });
  await assert.rejects(count("2026-11-22", "2026-11-23"), refused("to"));
  await assert.rejects(count("soon", "2026-11-22"), refused("from"));
  await assert.rejects(count("2026-11-22", "2026-11-21"), refused("to"));
  await assert.rejects(count("2026-11-01", "2026-11-20"), refused("to"));
  await engine.scheduling.backfill(id, { from: "2026-11-22T08:00", to: "2026-11-22T08:59", count: 60 }, ANN);
  await walk(house, 500, 50);
  const stopped = await engine.scheduling.stopBackfill(id, ANN);
  assert.equal(stopped.backfill!.running, false);
  await walk(house, 3_000, 100);
  assert.equal((await engine.scheduling.get(id)).backfill!.done, stopped.backfill!.done);
});

Deno.test("list() pages over all workflows, newest first, and over one", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push((await scheduled(engine, cron("0 * * * *"))).id);
  const first = await engine.scheduling.list({ limit: 2 });
  const second = await engine.scheduling.list({ limit: 10, cursor: first.nextCursor! });
  const found = [...first.items, ...second.items].map(({ id }) => id);
  assert.deepEqual([found, second.nextCursor], [ids.toReversed(), null]);
  await assert.rejects(engine.scheduling.list({ limit: 2, cursor: "x" }), { status: 422 });
});

Deno.test("the dashboard's rows say when each workflow's next schedule fires, and nothing of what is paused", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  const { id, workflowId } = await scheduled(engine, cron("30 9 * * *"));
  const planned = async (): Promise<(string | null)[]> => {
    clock.advance(10_000);
    const [all, own] = [await engine.metrics.read({}), await engine.metrics.read({ workflowId })];
    return [...all.workflows, ...own.workflows].map(({ nextRunAt }) => nextRunAt);
  };
  assert.deepEqual(await planned(), [iso(NINE + 30 * MINUTE), iso(NINE + 30 * MINUTE)]);
  await engine.scheduling.pause(id, ANN);
  assert.deepEqual(await planned(), [null]);
});
