import assert from "node:assert/strict";
import type { NodeType } from "../../engine/mod.ts";
import type { Outcome, StepContext } from "../../engine/nodes/define.ts";
import type { Step } from "../../engine/schemas/execution.ts";
import {
  chain,
  createProbe,
  edge,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import type { Opened, Probe } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const LIMIT_MS = 300_000;
const SOON = { timeout: { value: 0.03, unit: "seconds" } } as const;
const LIMITED = { timeout: { value: 5, unit: "minutes" } } as const;
const ONCE = { retry: { maxRetries: 0 } } as const;

/** Ends when it is told to, as a well-behaved node does. */
function untilStopped({ signal }: StepContext): Promise<Outcome> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

/** Never ends and never listens. */
function deaf(): Promise<Outcome> {
  return new Promise(() => {});
}

async function stepOf(house: Opened, id: string, nodeId: string): Promise<Step> {
  const step = (await house.engine.executions.get(id)).steps.find((each) => each.nodeId === nodeId);
  assert.ok(step);
  return step;
}

/** A step's own limit runs on the system's clock: turns of the event loop, not virtual time, bring it about. */
async function really(house: Opened, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 5_000; i++) {
    await house.settle();
    if (await holds()) return;
  }
  throw new Error("It did not come to hold");
}

/** A step whose act cannot be repeated, under an engine whose mail leaves the house (or does not). */
async function openLedger(probe: Probe, leaves: boolean): Promise<Opened> {
  const ledger = { ...probe.type, type: "act", ledger: true } as NodeType;
  const smtp = leaves ? { smtpUrl: "smtp://127.0.0.1:1" } : {};
  return await openEngine({ probe, extraNodeTypes: [probe.type, ledger], ...smtp });
}

for (const [name, hang] of [["listens to its signal", untilStopped], ["listens to nothing", deaf]] as const) {
  Deno.test(`a step's time-out ends an attempt that ${name}, and the next one is made`, async () => {
    const probe = createProbe();
    probe.answer = (context) => context.attempt === 1 ? hang(context) : { kind: "done" };
    await using house = await openEngine({ probe });
    const retry = { retry: { maxRetries: 1, backoffMs: 1 } };
    await publish(
      house.engine,
      [hookNode("go"), node("a", "probe", {}, { ...SOON, ...retry })],
      chain("hook", "a"),
    );
    const { executionId } = await hook(house.engine, "go");
    await really(house, async () => (await statuses(house.engine, executionId)).a === "retrying");
    await house.until(() => isOver(house.engine, executionId));
    const step = await stepOf(house, executionId, "a");
    assert.deepEqual([step.status, step.attempts], ["completed", 2]);
    assert.deepEqual(step.tries.map(({ failure }) => [failure?.code, failure?.message]), [
      ["timeout", "Took longer than 30 ms"],
    ]);
    await oracle(house.store);
  });
}

Deno.test("a step's time-out that is its last attempt goes by the error port, or fails the execution", async () => {
  const probe = createProbe();
  probe.answer = (context) => context.nodeId === "after" ? { kind: "done" } : deaf();
  await using house = await openEngine({ probe });
  const slow = node("a", "probe", {}, { ...SOON, ...ONCE });
  await publish(house.engine, [hookNode("go"), slow], chain("hook", "a"));
  await publish(
    house.engine,
    [hookNode("care"), slow, node("after", "probe")],
    [edge("hook", "a"), edge("a", "after", "error")],
  );
  const [one, other] = [await hook(house.engine, "go"), await hook(house.engine, "care")];
  await really(house, async () => await isOver(house.engine, one.executionId));
  await really(house, async () => await isOver(house.engine, other.executionId));
  const failed = await house.engine.executions.get(one.executionId);
  assert.deepEqual([failed.status, failed.reason?.code], ["failed", "timeout"]);
  assert.equal(await house.engine.inbox.count(), 1);
  assert.equal((await house.engine.executions.get(other.executionId)).status, "completed");
  await oracle(house.store);
});

Deno.test("an act that cannot be repeated and was under way at its time-out is uncertain, not repeated", async () => {
  const probe = createProbe();
  probe.answer = deaf;
  await using house = await openLedger(probe, true);
  await publish(house.engine, [hookNode("go"), node("a", "act", {}, SOON)], chain("hook", "a"));
  const { executionId } = await hook(house.engine, "go");
  await really(house, async () => (await statuses(house.engine, executionId)).a === "waiting");
  const step = await stepOf(house, executionId, "a");
  assert.deepEqual([step.waitingFor?.kind, step.failure?.code], ["uncertain", "timeout"]);
  assert.equal(probe.calls.length, 1);
  const [card] = (await house.engine.inbox.list({ limit: 10 })).items;
  assert.equal(card?.kind, "uncertain");
  await oracle(house.store);
});

Deno.test("an act that stays in the house is repeated after its time-out", async () => {
  const probe = createProbe();
  probe.answer = (context) => context.attempt === 1 ? deaf() : { kind: "done" };
  await using house = await openLedger(probe, false);
  await publish(house.engine, [hookNode("go"), node("a", "act", {}, SOON)], chain("hook", "a"));
  const { executionId } = await hook(house.engine, "go");
  await really(house, async () => (await statuses(house.engine, executionId)).a === "retrying");
  await house.until(() => isOver(house.engine, executionId));
  assert.equal((await house.engine.executions.get(executionId)).status, "completed");
  assert.equal(new Set(probe.calls.map(({ key }) => key)).size, 1);
});

/** It has failed by its own limit within a second of it, and nothing more has started. */
async function timedOut(house: Opened, id: string, began: number): Promise<void> {
  await house.until(() => isOver(house.engine, id), 2 * LIMIT_MS);
  const late = house.clock.now - (began + LIMIT_MS);
  assert.ok(late >= 0 && late < 1_100, `${late} ms after the limit`);
  const { status, reason, endedAt } = await house.engine.executions.get(id);
  assert.deepEqual([status, reason?.code], ["failed", "execution_timeout"]);
  assert.equal(reason?.text, "The workflow's time limit passed");
  assert.ok(Date.parse(endedAt ?? "") >= began + LIMIT_MS);
  await oracle(house.store);
}

for (const [name, hang] of [["listens to its signal", untilStopped], ["listens to nothing", deaf]] as const) {
  Deno.test(`an execution's time-out stops a step that ${name}; none behind it starts`, async () => {
    const probe = createProbe();
    probe.answer = (context) => context.nodeId === "a" ? hang(context) : { kind: "done" };
    await using house = await openEngine({ probe });
    // A step's own limit of 10 minutes is on the system's clock and does not pass here.
    await publish(
      house.engine,
      [hookNode("go"), node("a", "probe"), node("b", "probe")],
      chain("hook", "a", "b"),
      LIMITED,
    );
    const began = house.clock.now;
    const { executionId } = await hook(house.engine, "go");
    await timedOut(house, executionId, began);
    assert.deepEqual(await statuses(house.engine, executionId), {
      hook: "completed",
      a: "cancelled",
      b: "cancelled",
    });
    assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a"]);
  });
}

Deno.test("an execution's time-out ends a wait, a task, a hold and a pending retry", async () => {
  const probe = createProbe();
  probe.answer = () => ({
    kind: "fail",
    failure: { code: "busy", message: "Busy", retryable: true, retryAfterMs: 5 * LIMIT_MS },
  });
  const reach = { ...probe.type, type: "reach", reaches: true } as NodeType;
  await using house = await openEngine({ probe, extraNodeTypes: [probe.type, reach] });
  const began = house.clock.now;
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("wait", "wait", { kind: "for", duration: { value: 2, unit: "days" } }),
      node("task", "task", { title: "Call", outcomes: ["Done"] }),
      node("held", "reach"),
      node("again", "probe"),
      node("join", "probe"),
    ],
    [
      ...["wait", "task", "held", "again"].map((id) => edge("hook", id)),
      ...["wait", "held", "again"].map((id) => edge(id, "join")),
      edge("task", "join", "Done"),
    ],
    { ...LIMITED, sendWindow: { days: ["mon"], from: "09:00", to: "17:00" } },
  );
  const { executionId } = await hook(house.engine, "go");
  await house.settle();
  assert.equal(await house.engine.inbox.count(), 1);
  await timedOut(house, executionId, began);
  const { hook: _, ...rest } = await statuses(house.engine, executionId);
  assert.deepEqual([...new Set(Object.values(rest))], ["cancelled"]);
  assert.equal(await house.engine.inbox.count(), 0);
});

Deno.test("an execution whose time-out passed while no process lived fails as soon as one does", async () => {
  const real = await emptyDatabase();
  const first = await openEngine({ real });
  const manual = first.clock;
  await publish(
    first.engine,
    [
      hookNode("go"),
      node("wait", "wait", { kind: "for", duration: { value: 90, unit: "minutes" } }),
      node("b", "probe"),
    ],
    chain("hook", "wait", "b"),
    LIMITED,
  );
  const { executionId } = await hook(first.engine, "go");
  await first.settle();
  first.die();
  // By now the wait is over, too: the limit came first.
  manual.advance(36 * LIMIT_MS);
  const house = await openEngine({ real, manual });
  await house.until(() => isOver(house.engine, executionId), 5_000);
  const { status, reason } = await house.engine.executions.get(executionId);
  assert.deepEqual([status, reason?.code], ["failed", "execution_timeout"]);
  assert.equal(house.probe.calls.length, 0);
  await oracle(house.store);
  await house[Symbol.asyncDispose]();
  real.close();
});

Deno.test("an act that cannot be repeated and is stopped by its execution's time-out is in the ledger as uncertain", async () => {
  const probe = createProbe();
  probe.answer = untilStopped;
  await using house = await openLedger(probe, true);
  const began = house.clock.now;
  await publish(house.engine, [hookNode("go"), node("a", "act")], chain("hook", "a"), LIMITED);
  const { executionId } = await hook(house.engine, "go");
  await timedOut(house, executionId, began);
  assert.equal(probe.calls.length, 1);
  assert.equal((await stepOf(house, executionId, "a")).failure?.code, "aborted");
  const line = await house.store.get<{ state: string }>(["ledger", executionId, "a", 1]);
  assert.equal(line?.value.state, "uncertain");
});
