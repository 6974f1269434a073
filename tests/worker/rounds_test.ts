/** Loops that failed for one of their rounds, and are gone on with. */
import assert from "node:assert/strict";
import { ANN, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { wholeList } from "../helpers/whole_list.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";

const LIST = ["a", "b", "c", "d", "e", "f"];

/** What the probe says fails once it is broken, hangs until it is stopped, or is done. */
interface Fates {
  broken: Set<string>;
  hangs: Set<string>;
  said: string[];
}

interface Scene {
  house: Opened;
  fates: Fates;
}

async function open(options: OpenOptions = {}): Promise<Scene> {
  const house = await openEngine(options);
  const fates: Fates = { broken: new Set(), hangs: new Set(), said: [] };
  house.probe.answer = (_context, say) => {
    fates.said.push(say);
    return fates.broken.has(say)
      ? { kind: "fail", failure: { code: "http_401", message: "Unauthorized", retryable: false } }
      : fates.hangs.has(say)
      ? new Promise(() => {})
      : { kind: "done", output: { say } };
  };
  return { house, fates };
}

/** A loop of rounds of two steps, and what comes behind it. */
async function loop(house: Opened, config: JsonObject = {}): Promise<string> {
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 3, ...config }),
      node("first", "probe", { say: "first {{ steps.loop.output.item }}" }),
      node("work", "probe", { say: "{{ steps.loop.output.item }}" }),
      node("after", "probe", { say: "after" }),
    ],
    [edge("hook", "loop"), edge("loop", "first", "each"), edge("first", "work"), edge("loop", "after")],
  );
  return (await hook(house.engine, "go", { list: LIST })).executionId;
}

function rounds(house: Opened, parentId: string): Promise<ExecutionSummary[]> {
  return wholeList(house.engine, { parentId });
}

async function outputOf(house: Opened, id: string, nodeId: string): Promise<Json | undefined> {
  return (await house.engine.executions.get(id)).steps.find((step) => step.nodeId === nodeId)?.output;
}

async function ended(house: Opened, id: string, status: string): Promise<void> {
  await house.until(async () =>
    (await house.engine.executions.get(id)).status === status &&
    (await rounds(house, id)).every(({ endedAt }) => endedAt !== null)
  );
}

function callsOf({ said }: Fates, wanted: string): number {
  return said.filter((say) => say === wanted).length;
}

/** As it ends without anything having failed; `twice`: steps that ran once more for having failed, or been stopped, in mid-way. */
async function endsUndisturbed({ house, fates }: Scene, id: string, twice: readonly string[]): Promise<void> {
  await ended(house, id, "completed");
  const output = await outputOf(house, id, "loop");
  assert.deepEqual(output, { count: LIST.length, failed: 0, results: LIST.map((say) => ({ say })) });
  for (const item of LIST) {
    assert.equal(callsOf(fates, `first ${item}`), 1, `the first step of ${item} had completed`);
    assert.equal(callsOf(fates, item), twice.includes(item) ? 2 : 1, item);
  }
  assert.equal(callsOf(fates, "after"), 1);
  assert.deepEqual((await rounds(house, id)).map(({ status }) => status), LIST.map(() => "completed"));
  assert.equal(await house.engine.inbox.count(), 0);
  await oracle(house.store);
}

/** "b" has failed, "a" and "c" were stopped while they worked, the others were not begun. */
async function failed(house: Opened, fates: Fates): Promise<{ id: string; round: string }> {
  for (const item of ["a", "c"]) fates.hangs.add(item);
  fates.broken.add("b");
  const id = await loop(house);
  await ended(house, id, "failed");
  const all = await rounds(house, id);
  assert.deepEqual(all.map(({ status }) => status), ["cancelled", "failed", "cancelled"]);
  await oracle(house.store);
  return { id, round: all[1]!.id };
}

for (const which of ["loop", "round"] as const) {
  Deno.test(`Retry on the failed ${which} goes on with the round that failed, those that were stopped and those not begun`, async () => {
    const { house, fates } = await open();
    await using _ = house;
    const { id, round } = await failed(house, fates);
    const { reason } = await house.engine.executions.get(id);
    assert.match(reason?.text ?? "", /Round 2 of 6 did not complete; Retry goes on with all that have not/);
    fates.broken.clear();
    fates.hangs.clear();
    await house.engine.executions.retry(which === "loop" ? id : round, {}, ANN);
    await endsUndisturbed({ house, fates }, id, ["a", "b", "c"]);
  });
}

Deno.test("a loop that is gone on with fails again while its round does, and tells the others to stop again", async () => {
  const { house, fates } = await open();
  await using _ = house;
  const { id, round } = await failed(house, fates);
  for (const [i, which] of [id, round, id].entries()) {
    await house.engine.executions.retry(which, {}, ANN);
    await house.until(() => callsOf(fates, "b") === i + 2);
    await ended(house, id, "failed");
    assert.equal((await rounds(house, id)).length, 3, "no round is begun behind one that failed");
    await oracle(house.store);
  }
  fates.broken.clear();
  fates.hangs.clear();
  await house.engine.executions.retry(id, {}, ANN);
  await ended(house, id, "completed");
  const output = await outputOf(house, id, "loop");
  assert.deepEqual(output, { count: LIST.length, failed: 0, results: LIST.map((say) => ({ say })) });
  for (const item of LIST) assert.equal(callsOf(fates, `first ${item}`), 1);
  await oracle(house.store);
});

Deno.test("Retry goes on with rounds that are being stopped at that moment", async () => {
  const { house, fates } = await open();
  await using _ = house;
  const release = Promise.withResolvers<void>();
  const { answer } = house.probe;
  let slow = true;
  // It does not listen when it is told to stop.
  house.probe.answer = async (context, say) => {
    const said = answer(context, say);
    if (say === "a" && slow) await release.promise;
    return await said;
  };
  fates.broken.add("b");
  const id = await loop(house);
  const { engine } = house;
  await house.until(async () => (await engine.executions.get(id)).status === "failed");
  fates.broken.clear();
  slow = false;
  await engine.executions.retry(id, {}, ANN);
  await house.until(() => callsOf(fates, "b") === 2);
  release.resolve();
  await ended(house, id, "completed");
  const output = await outputOf(house, id, "loop") as { results: { say: string }[] };
  assert.deepEqual(output.results.map(({ say }) => say), LIST);
  for (const item of LIST) assert.equal(callsOf(fates, `first ${item}`), 1);
  await oracle(house.store);
});

Deno.test("Retry of all that failed for a cause goes on with each loop, whichever of its cards comes first", async () => {
  const { house, fates } = await open();
  await using _ = house;
  const { id } = await failed(house, fates);
  const other = (await hook(house.engine, "go", { list: LIST })).executionId;
  await ended(house, other, "failed");
  fates.broken.clear();
  fates.hangs.clear();
  const BOSS = { ...ANN, role: "owner" } as const;
  const job = await house.engine.mending.startBulk(
    { action: "retry", filter: { status: "failed" }, expect: 2 },
    {},
    BOSS,
  );
  await house.until(async () => (await house.engine.mending.bulkJob(job.id)).status === "completed", 60_000);
  for (const each of [id, other]) {
    await ended(house, each, "completed");
    const output = await outputOf(house, each, "loop") as { results: { say: string }[] };
    assert.deepEqual(output.results.map(({ say }) => say), LIST);
  }
  assert.equal(await house.engine.inbox.count(), 0);
  await oracle(house.store);
});

Deno.test("a loop whose failure was stored before rounds were kept with it is gone on with all the same", async () => {
  const { house, fates } = await open();
  await using _ = house;
  const { id } = await failed(house, fates);
  house.die();
  const key = ["execution", id];
  const head = JSON.parse(new TextDecoder().decode((await house.real.get<Uint8Array>(key)).value!));
  assert.ok(head.steps.loop.rounds);
  delete head.steps.loop.rounds;
  await house.real.set(key, new TextEncoder().encode(JSON.stringify(head)));
  fates.broken.clear();
  fates.hangs.clear();
  await using next = await openEngine({ real: house.real, manual: house.clock, probe: house.probe });
  await next.engine.executions.retry(id, {}, ANN);
  await endsUndisturbed({ house: next, fates }, id, ["a", "b", "c"]);
});

Deno.test("a loop inside a round is gone on with from above and from below", async () => {
  for (const from of ["above", "below"] as const) {
    const { house, fates } = await open();
    await using _ = house;
    const { engine } = house;
    await publish(
      engine,
      [
        hookNode("go"),
        node("outer", "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 }),
        node("inner", "for_each", { items: "{{ steps.outer.output.item }}", concurrency: 2 }),
        node("work", "probe", { say: "{{ steps.inner.output.item }}" }),
      ],
      [edge("hook", "outer"), edge("outer", "inner", "each"), edge("inner", "work", "each")],
    );
    fates.broken.add("b");
    for (const item of ["a", "x", "y"]) fates.hangs.add(item);
    const { executionId: id } = await hook(engine, "go", { list: [["a", "b", "c"], ["x", "y", "z"]] });
    const inner = async (): Promise<ExecutionSummary[]> =>
      (await Promise.all((await rounds(house, id)).map((round) => rounds(house, round.id)))).flat();
    const settled = async (status: string): Promise<void> => {
      await ended(house, id, status);
      await house.until(async () => (await inner()).every(({ endedAt }) => endedAt !== null));
    };
    await settled("failed");
    await oracle(house.store);
    fates.broken.clear();
    fates.hangs.clear();
    const low = (await inner()).find(({ status }) => status === "failed")!;
    await engine.executions.retry(from === "above" ? id : low.id, {}, ANN);
    await settled("completed");
    const output = await outputOf(house, id, "outer") as { results: { results: { say: string }[] }[] };
    const said = output.results.map(({ results }) => results.map(({ say }) => say));
    assert.deepEqual(said, [["a", "b", "c"], ["x", "y", "z"]], from);
    await oracle(house.store);
  }
});

Deno.test("a workflow that was called and failed is gone on with by Retry on the step that called it", async () => {
  const { house, fates } = await open();
  await using _ = house;
  const { engine } = house;
  const called = await publish(engine, [
    node("start", "trigger_manual"),
    node("one", "probe", { say: "one" }),
    node("two", "probe", { say: "two" }),
  ], [edge("start", "one"), edge("one", "two")]);
  await publish(
    engine,
    [hookNode("go"), node("call", "sub_workflow", { workflowId: called, wait: true })],
    [edge("hook", "call")],
  );
  fates.broken.add("two");
  const { executionId: id } = await hook(engine, "go", {});
  await ended(house, id, "failed");
  fates.broken.clear();
  await engine.executions.retry(id, {}, ANN);
  await ended(house, id, "completed");
  assert.deepEqual([callsOf(fates, "one"), callsOf(fates, "two")], [1, 2]);
  assert.equal((await rounds(house, id)).length, 1);
  await oracle(house.store);
});

Deno.test("repeat goes on after the round that failed, with what the last one put out", async () => {
  const { house, fates } = await open();
  await using _ = house;
  const { engine } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("loop", "repeat", { times: 3 }),
      node("work", "probe", { say: "{{ steps.loop.output.index }} after {{ steps.loop.output.last.say }}" }),
    ],
    [edge("hook", "loop"), edge("loop", "work", "each")],
  );
  const second = "1 after 0 after ";
  fates.broken.add(second);
  const { executionId: id } = await hook(engine, "go", {});
  await ended(house, id, "failed");
  fates.broken.clear();
  await engine.executions.retry(id, {}, ANN);
  await ended(house, id, "completed");
  assert.deepEqual(await outputOf(house, id, "loop"), {
    count: 3,
    failed: 0,
    last: { say: `2 after ${second}` },
  });
  assert.equal(house.probe.calls.length, 4);
  await oracle(house.store);
});

Deno.test("a round that is kept no longer is not run a second time: the loop says so", async () => {
  const { house, fates } = await open();
  await using _ = house;
  const { id, round } = await failed(house, fates);
  const loaded = await house.real.get(["execution", round]);
  assert.ok(loaded.value);
  await house.real.delete(["execution", round]);
  fates.broken.clear();
  await house.engine.executions.retry(id, {}, ANN);
  await house.until(() => isOver(house.engine, id));
  const { status, reason } = await house.engine.executions.get(id);
  assert.deepEqual([status, reason?.code], ["failed", "round_forgotten"]);
  assert.equal(callsOf(fates, "first b"), 1);
});
