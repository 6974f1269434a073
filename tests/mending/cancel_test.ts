import assert from "node:assert/strict";
import type { Outcome } from "../../engine/nodes/define.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { ManualClock } from "../helpers/clock.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import {
  ANN,
  chain,
  createProbe,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
  turn,
} from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const SETTLED = ["completed", "failed", "cancelled"];
/** Long past every wait, retry, lease and time limit of these workflows. */
const LATER_MS = 12 * 3_600_000;

type Status = "queued" | "running" | "waiting" | "retrying";

/** A workflow of one step that comes to rest in this status, with a step behind it. */
async function restingIn(status: Status): Promise<{ house: Opened; id: string; release(): void }> {
  const gate = Promise.withResolvers<Outcome>();
  const house = await openEngine(status === "queued" ? { concurrency: 1 } : {});
  const { engine, probe } = house;
  probe.answer = ({ nodeId, signal }): Outcome | Promise<Outcome> => {
    if (nodeId !== "a") return { kind: "done" };
    if (status === "retrying") {
      return { kind: "fail", failure: { code: "http_503", message: "503", status: 503, retryable: true } };
    }
    if (status === "waiting") {
      const reason = { code: "w", text: "Waiting" };
      return { kind: "wait", for: { kind: "time" }, until: house.clock.now + 3_600_000, reason };
    }
    signal.addEventListener("abort", () => gate.resolve({ kind: "done" }));
    return gate.promise;
  };
  const retry = { backoffMs: 60_000, maxBackoffMs: 60_000, maxRetries: 3 };
  await publish(
    engine,
    [hookNode("go"), node("a", "probe", {}, { retry }), node("b", "probe")],
    chain("hook", "a", "b"),
  );
  // The first takes the only slot; the second is queued behind it.
  if (status === "queued") await hook(engine, "go");
  const { executionId: id } = await hook(engine, "go");
  await house.until(async () => (await statuses(engine, id)).a === status);
  return { house, id, release: () => gate.resolve({ kind: "done" }) };
}

/** What must hold once cancel has answered: nothing of it starts any more, and it ends once, as cancelled. */
async function staysCancelled(house: Opened, id: string, callsAtAnswer: number): Promise<void> {
  await house.until(() => isOver(house.engine, id));
  house.clock.advance(LATER_MS);
  await house.settle();
  assert.equal(house.probe.calls.filter((call) => call.executionId === id).length, callsAtAnswer);
  const execution = await house.engine.executions.get(id);
  assert.equal(execution.status, "cancelled");
  assert.equal(execution.cancelling, false);
  const events = (await house.engine.executions.events(id, {})).map(({ event }) => event);
  const ends = events.filter((event) => event.taskId === null && SETTLED.includes(event.type));
  assert.deepEqual(ends.map(({ type }) => type), ["cancelled"]);
  await oracle(house.store);
}

for (const status of ["queued", "running", "waiting", "retrying"] as const) {
  Deno.test(`cancel() of an execution that is ${status}: no step starts after the answer, it ends once`, async () => {
    const { house, id, release } = await restingIn(status);
    const calls = house.probe.calls.filter((call) => call.executionId === id).length;
    const first = await house.engine.executions.cancel(id, { reason: "enough" }, ANN);
    const again = await house.engine.executions.cancel(id, {}, ANN);
    assert.ok(["cancelled", "cancelling"].includes(first.status));
    assert.ok(["cancelled", "cancelling"].includes(again.status));
    if (status !== "running") assert.equal(first.status, "cancelled", "nothing had to be waited for");
    release();
    await staysCancelled(house, id, calls);
    assert.equal((await house.engine.executions.cancel(id, {}, ANN)).status, "cancelled");
    await house[Symbol.asyncDispose]();
  });
}

Deno.test("cancel() twenty times at once is one cancellation", async () => {
  const { house, id } = await restingIn("waiting");
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => house.engine.executions.cancel(id, {}, ANN)),
  );
  assert.ok(answers.every(({ status }) => status === "cancelled"));
  await staysCancelled(house, id, 1);
  await house[Symbol.asyncDispose]();
});

/** Effects in a row with a retry, a wait and a person: every kind of commit that an execution makes. */
async function story(options: OpenOptions): Promise<{ house: Opened; start(): Promise<string> }> {
  const house = await openEngine(options);
  house.probe.answer = ({ nodeId, attempt }) =>
    nodeId === "a" && attempt === 1
      ? { kind: "fail", failure: { code: "http_503", message: "503", status: 503 } }
      : { kind: "done" };
  const wait = { kind: "for", duration: { value: 30, unit: "seconds" } };
  await publish(
    house.engine,
    [hookNode("go"), node("a", "probe"), node("pause", "wait", wait), node("b", "probe"), node("c", "probe")],
    chain("hook", "a", "pause", "b", "c"),
  );
  return { house, start: async () => (await hook(house.engine, "go")).executionId };
}

Deno.test("cancel() beside every commit of an execution: it ends once, and nothing starts after the answer", async (t) => {
  const seen: CommitName[][] = [];
  const counting = await story({ onBatch: (names) => seen.push([...names]) });
  const before = seen.length;
  const id = await counting.start();
  await counting.house.until(() => isOver(counting.house.engine, id));
  const commits = seen.slice(before);
  await counting.house[Symbol.asyncDispose]();
  assert.ok(commits.length >= 6, `only ${commits.length} commits`);
  const ended = { cancelled: 0, completed: 0 };
  // Beside the first nothing is there yet to be cancelled: right after it.
  for (const [nth, names] of commits.entries()) {
    await t.step(nth === 0 ? "right after accept" : `commit ${nth + 1}: ${names.join(" ")}`, async () => {
      let batches = 0;
      let executionId: string | null = null;
      let cancelling: Promise<number> | null = null;
      const cancelNow = async (house: Opened, id: string): Promise<number> => {
        // It may be over first.
        await house.engine.executions.cancel(id, {}, ANN).catch((error: unknown) =>
          assert.match(String(error), /already/)
        );
        return house.probe.calls.length;
      };
      const { house, start } = await story({
        onBatch: () => {
          if (executionId !== null && ++batches === nth) cancelling = cancelNow(house, executionId);
        },
      });
      executionId = await start();
      if (nth === 0) cancelling = cancelNow(house, executionId);
      const id = executionId;
      await house.until(() => isOver(house.engine, id));
      house.clock.advance(LATER_MS);
      await house.settle();
      const { status } = await house.engine.executions.get(id);
      assert.ok(status === "cancelled" || status === "completed", status);
      ended[status]++;
      assert.ok(cancelling, "the commit never came");
      const calls = await cancelling;
      if (status === "cancelled") {
        assert.equal(house.probe.calls.length, calls, "a step started after the answer");
      }
      const events = (await house.engine.executions.events(id, {})).map(({ event }) => event);
      const ends = events.filter((event) => event.taskId === null && SETTLED.includes(event.type));
      assert.deepEqual(ends.map(({ type }) => type), [status]);
      await oracle(house.store);
      await house[Symbol.asyncDispose]();
    });
  }
  assert.ok(ended.cancelled >= commits.length - 2, JSON.stringify(ended));
});

Deno.test("cancel() racing the last step: one final state, the same for everybody", async () => {
  const outcomes = new Set<string>();
  for (let turns = -2; turns < 6; turns++) {
    await using house = await openEngine();
    const { engine, probe } = house;
    const gate = Promise.withResolvers<Outcome>();
    probe.answer = () => gate.promise;
    await publish(engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
    const { executionId } = await hook(engine, "go");
    if (turns < 0) gate.resolve({ kind: "done" });
    for (let i = turns; i < 0; i++) await turn();
    const answering = engine.executions.cancel(executionId, {}, ANN).then(
      ({ status }) => status,
      () => "late",
    );
    for (let i = 0; i < turns; i++) await turn();
    gate.resolve({ kind: "done" });
    const answer = await answering;
    await house.until(() => isOver(engine, executionId));
    const { status } = await engine.executions.get(executionId);
    assert.equal(status, answer === "late" ? "completed" : "cancelled", `turn ${turns}: answered ${answer}`);
    outcomes.add(status);
    await oracle(house.store);
  }
  assert.deepEqual([...outcomes].sort(), ["cancelled", "completed"], "both ways were seen");
});

for (const status of ["running", "waiting"] as const) {
  Deno.test(`cancel() by another process of one that is ${status}: nothing starts after the answer`, async () => {
    const [real, manual, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
    {
      await using first = await openEngine({ real, manual, probe });
      await using second = await openEngine({ real, manual, probe });
      const gate = Promise.withResolvers<Outcome>();
      const reason = { code: "w", text: "Waiting" };
      probe.answer = ({ nodeId }): Outcome | Promise<Outcome> =>
        nodeId !== "a"
          ? { kind: "done" }
          : status === "running"
          ? gate.promise
          : { kind: "wait", for: { kind: "time" }, until: manual.now + 60_000, reason };
      await publish(
        first.engine,
        [hookNode("go"), node("a", "probe"), node("b", "probe")],
        chain("hook", "a", "b"),
      );
      const { executionId } = await hook(first.engine, "go");
      await first.until(async () => (await statuses(first.engine, executionId)).a === status);
      const answer = await second.engine.executions.cancel(executionId, { reason: "enough" }, ANN);
      assert.equal(answer.status, status === "running" ? "cancelling" : "cancelled");
      gate.resolve({ kind: "done" });
      await staysCancelled(first, executionId, 1);
    }
    real.close();
  });
}
