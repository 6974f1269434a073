/** Rounds that a person cancelled: they stay so when their loop goes on, until they are retried themselves. */
import assert from "node:assert/strict";
import { ANN, edge, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { wholeList } from "../helpers/whole_list.ts";
import type { Execution, ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";

const LIST = ["a", "b", "c", "d"];

interface Scene extends AsyncDisposable {
  house: Opened;
  /** What the probe says hangs until it is stopped. */
  hangs: Set<string>;
  broken: Set<string>;
  id: string;
}

/** Four rounds of two steps, three at once, all of which hang at their second. */
async function scene(config: JsonObject = {}): Promise<Scene> {
  const house = await openEngine();
  const [hangs, broken] = [new Set(LIST), new Set<string>()];
  answers(
    house,
    (_context, say) =>
      broken.has(say)
        ? { kind: "fail", failure: { code: "http_401", message: "Unauthorized", retryable: false } }
        : hangs.has(say)
        ? new Promise(() => {})
        : { kind: "done", output: { say } },
  );
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 3, ...config }),
      node("first", "probe", { say: "first {{ steps.loop.output.item }}" }),
      node("work", "probe", { say: "{{ steps.loop.output.item }}" }),
    ],
    [edge("hook", "loop"), edge("loop", "first", "each"), edge("first", "work")],
  );
  const { executionId: id } = await hook(house.engine, "go", { list: LIST });
  await house.until(() => callsOf(house, "a") + callsOf(house, "b") + callsOf(house, "c") === 3);
  return { house, hangs, broken, id, [Symbol.asyncDispose]: () => house[Symbol.asyncDispose]() };
}

/** What each house's probe was asked to say, in order. */
const SAID = new WeakMap<Opened, string[]>();

function answers(house: Opened, answer: Opened["probe"]["answer"]): void {
  house.probe.answer = (context, say) => {
    SAID.set(house, [...SAID.get(house) ?? [], say]);
    return answer(context, say);
  };
}

function callsOf(house: Opened, wanted: string): number {
  return (SAID.get(house) ?? []).filter((say) => say === wanted).length;
}

async function roundsOf({ house, id }: Scene): Promise<ExecutionSummary[]> {
  return (await wholeList(house.engine, { parentId: id })).sort((a, b) =>
    (a.parent?.index ?? 0) - (b.parent?.index ?? 0)
  );
}

async function stand(of: Scene, status: string, rounds: readonly string[]): Promise<Execution> {
  await of.house.until(async () =>
    (await of.house.engine.executions.get(of.id)).status === status &&
    (await roundsOf(of)).map((round) => round.status).join() === rounds.join()
  );
  await oracle(of.house.store);
  return await of.house.engine.executions.get(of.id);
}

function stepOf({ steps }: Execution, nodeId: string): Execution["steps"][number] {
  const step = steps.find((each) => each.nodeId === nodeId);
  assert.ok(step);
  return step;
}

/** Ann cancels the second round, which stops the loop. */
async function cancelled(of: Scene): Promise<ExecutionSummary> {
  const round = (await roundsOf(of))[1]!;
  await of.house.engine.executions.cancel(round.id, { reason: "Not this one" }, ANN);
  const { reason } = await stand(of, "failed", ["cancelled", "cancelled", "cancelled"]);
  assert.match(reason?.text ?? "", /Round 2 of 4 was cancelled by Ann; Retry goes on without it/);
  return round;
}

Deno.test("Retry on a loop leaves out the round that a person cancelled, and goes on with those that it stopped", async () => {
  await using of = await scene();
  const { engine } = of.house;
  const round = await cancelled(of);
  of.hangs.clear();
  await engine.executions.retry(of.id, {}, ANN);
  const execution = await stand(of, "completed", ["completed", "cancelled", "completed", "completed"]);
  const { reason, output } = stepOf(execution, "loop");
  assert.match(reason?.text ?? "", /4 rounds done, 1 of them failed; round 2 was cancelled by Ann/);
  const { failed, results } = output as { failed: number; results: JsonObject[] };
  assert.equal(failed, 1);
  assert.deepEqual(results, [
    { say: "a" },
    { error: "Cancelled by Ann: Not this one" },
    { say: "c" },
    { say: "d" },
  ]);
  assert.equal(callsOf(of.house, "b"), 1, "it was not run again");
  assert.deepEqual((await engine.executions.get(round.id)).reason?.code, "cancelled");
  await assert.rejects(engine.executions.retry(round.id, {}, ANN), {
    status: 409,
    message: /gone on without/,
  });
});

Deno.test("Retry on the round that a person cancelled goes on with it, and its loop with all", async () => {
  await using of = await scene();
  const round = await cancelled(of);
  of.hangs.clear();
  await of.house.engine.executions.retry(round.id, {}, ANN);
  const execution = await stand(of, "completed", LIST.map(() => "completed"));
  assert.deepEqual(stepOf(execution, "loop").output, {
    count: 4,
    failed: 0,
    results: LIST.map((say) => ({ say })),
  });
  for (const item of LIST) assert.equal(callsOf(of.house, `first ${item}`), 1, "what had completed stays");
});

Deno.test("a round that was stopped with its loop is not retried by itself, and shows less than 100 % until its end", async () => {
  await using of = await scene();
  const { engine } = of.house;
  await cancelled(of);
  const stopped = (await roundsOf(of))[0]!;
  const { reason, progress } = await engine.executions.get(stopped.id);
  assert.deepEqual([reason?.code, progress], ["stopped_with_parent", 66]);
  await assert.rejects(engine.executions.retry(stopped.id, {}, ANN), { status: 409 });
  const above = await engine.executions.get(of.id);
  assert.equal(above.progress, 25, "the loop is still ahead, and so are its steps");
  await engine.executions.retry(of.id, {}, ANN);
  await of.house.until(() => callsOf(of.house, "a") === 2);
  for (const id of [stopped.id, of.id]) {
    const { status, progress } = await engine.executions.get(id);
    assert.ok(status !== "completed" && progress < 100, `${status} at ${progress} %`);
  }
  await oracle(of.house.store);
});

Deno.test("a round cancelled while its loop goes on stops the loop again; one left out before does not", async () => {
  await using of = await scene();
  const { engine } = of.house;
  await cancelled(of);
  await engine.executions.retry(of.id, {}, ANN);
  await of.house.until(() => callsOf(of.house, "a") === 2 && callsOf(of.house, "c") === 2);
  await engine.executions.cancel((await roundsOf(of))[2]!.id, { reason: "" }, ANN);
  const failed = await of.house.until(async () => (await engine.executions.get(of.id)).status === "failed");
  assert.notEqual(failed, false);
  const { reason } = await engine.executions.get(of.id);
  assert.match(reason?.text ?? "", /Round 3 of 4 was cancelled by Ann/);
  of.hangs.clear();
  await engine.executions.retry(of.id, {}, ANN);
  await stand(of, "completed", ["completed", "cancelled", "cancelled", "completed"]);
});

Deno.test("a round that was left out is taken back by its own Retry while its loop is not past it", async () => {
  await using of = await scene();
  const { engine } = of.house;
  const round = await cancelled(of);
  // The first round keeps the loop from being past the second.
  of.hangs.delete("b");
  await engine.executions.retry(of.id, {}, ANN);
  await of.house.until(() => callsOf(of.house, "a") === 2);
  of.broken.add("b");
  await engine.executions.retry(round.id, {}, ANN);
  const stopped = await stand(of, "failed", ["cancelled", "failed", "cancelled", "cancelled"]);
  assert.match(stopped.reason?.text ?? "", /Round 2 of 4 did not complete/);
  of.broken.clear();
  of.hangs.clear();
  await engine.executions.retry(of.id, {}, ANN);
  const execution = await stand(of, "completed", LIST.map(() => "completed"));
  assert.equal((stepOf(execution, "loop").output as { failed: number }).failed, 0);
});

Deno.test("a loop that goes on whatever its rounds do leaves a cancelled one as it is", async () => {
  await using of = await scene({ onError: "continue" });
  const { engine } = of.house;
  await engine.executions.cancel((await roundsOf(of))[1]!.id, { reason: "" }, ANN);
  await of.house.until(() => callsOf(of.house, "d") === 1);
  assert.equal((await engine.executions.get(of.id)).status, "waiting");
  await oracle(of.house.store);
});

Deno.test("a workflow that was called and cancelled by a person goes on by Retry on the step that called it", async () => {
  const house = await openEngine();
  await using _ = house;
  const { engine } = house;
  let hangs = true;
  answers(house, (_context, say) => hangs ? new Promise(() => {}) : { kind: "done", output: { say } });
  const called = await publish(engine, [
    node("start", "trigger_manual"),
    node("work", "probe", { say: "work" }),
  ], [
    edge("start", "work"),
  ]);
  await publish(engine, [hookNode("go"), node("call", "sub_workflow", { workflowId: called, wait: true })], [
    edge("hook", "call"),
  ]);
  const { executionId: id } = await hook(engine, "go", {});
  await house.until(() => callsOf(house, "work") === 1);
  const [child] = await wholeList(engine, { parentId: id });
  await engine.executions.cancel(child!.id, { reason: "" }, ANN);
  await house.until(async () => (await engine.executions.get(id)).status === "failed");
  assert.match(
    (await engine.executions.get(id)).reason?.text ?? "",
    /was cancelled by Ann; Retry goes on with it/,
  );
  hangs = false;
  await engine.executions.retry(id, {}, ANN);
  await house.until(async () => (await engine.executions.get(id)).status === "completed");
  assert.equal((await engine.executions.get(child!.id)).status, "completed");
  await oracle(house.store);
});
