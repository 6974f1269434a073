import assert from "node:assert/strict";
import {
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
import type { JsonObject } from "../../engine/schemas/json.ts";
import type { WorkflowSettings } from "../../engine/schemas/workflow.ts";

const EMAIL = "ann@example.com";

async function waiting(house: Opened, config: JsonObject, settings: WorkflowSettings = {}): Promise<void> {
  await publish(
    house.engine,
    [hookNode("go"), node("wait", "wait_for_signal", config), node("yes", "probe"), node("no", "probe")],
    [edge("hook", "wait"), edge("wait", "yes", "received"), edge("wait", "no", "timeout")],
    settings,
  );
}

async function leadOf(house: Opened, executionId: string): Promise<string> {
  return (await house.engine.executions.get(executionId)).lead!.id;
}

async function port(house: Opened, executionId: string): Promise<string | null | undefined> {
  return (await house.engine.executions.get(executionId)).steps.find((step) => step.nodeId === "wait")?.port;
}

Deno.test("wait_for_signal goes on when the signal comes, with its data, and times out otherwise", async () => {
  await using house = await openEngine();
  await waiting(house, { signals: ["deal.won"], timeout: { value: 2, unit: "days" } });
  const one = await hook(house.engine, "go", { email: EMAIL });
  const other = await hook(house.engine, "go", { email: "bob@example.com" });
  await house.settle();
  await house.engine.leads.signal(await leadOf(house, one.executionId), {
    type: "deal.won",
    data: { value: 7 },
  });
  await house.until(() => isOver(house.engine, one.executionId), 5_000);
  assert.equal(await port(house, one.executionId), "received");
  const step = (await house.engine.executions.get(one.executionId)).steps.find((each) =>
    each.nodeId === "wait"
  );
  assert.deepEqual((step?.output as { signal: { data: unknown } }).signal.data, { value: 7 });
  await oracle(house.store);
  await house.until(() => isOver(house.engine, other.executionId), 3 * 86_400_000);
  assert.equal(await port(house, other.executionId), "timeout");
});

Deno.test("wait_for_signal misses none of 1,000 signals sent right after the start", async () => {
  await using house = await openEngine();
  await waiting(house, { signals: ["now"], timeout: { value: 1, unit: "hours" } });
  const ids: string[] = [];
  for (let i = 0; i < 1_000; i += 50) {
    const batch = await Promise.all(Array.from({ length: 50 }, async (_, k) => {
      const lead = await house.engine.leads.create({ email: `l${i + k}@example.com` });
      // Sent while the start is being committed, or right after it: before, between and behind its commit.
      const start = hook(house.engine, "go", { email: lead.email });
      if (k % 2) await start;
      await house.engine.leads.signal(lead.id, { type: "now" });
      return (await start).executionId;
    }));
    ids.push(...batch);
  }
  await house.settle();
  await house.until(
    async () => (await Promise.all(ids.slice(-50).map((id) => isOver(house.engine, id)))).every(Boolean),
    10_000,
  );
  const ports = await Promise.all(ids.map((id) => port(house, id)));
  assert.equal(ports.filter((each) => each === "received").length, 1_000);
  await oracle(house.store);
});

Deno.test("wait_for_signal: one signal satisfies one wait, all needs each, and a filter reads the data", async () => {
  await using house = await openEngine();
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("first", "wait_for_signal", { signals: ["ping"] }),
      node("second", "wait_for_signal", { signals: ["ping"] }),
      node("all", "wait_for_signal", {
        signals: ["a", "b"],
        mode: "all",
        filter: { all: [{ field: "signal.data.n", op: "gt", value: 1 }] },
      }),
    ],
    chain("hook", "first").concat(edge("first", "second", "received"), edge("second", "all", "received")),
  );
  const { executionId } = await hook(house.engine, "go", { email: EMAIL });
  await house.settle();
  const lead = await leadOf(house, executionId);
  const status = async (id: string): Promise<string | undefined> =>
    (await house.engine.executions.get(executionId)).steps.find((step) => step.nodeId === id)?.status;
  await house.engine.leads.signal(lead, { type: "ping" });
  await house.until(async () => await status("first") === "completed", 5_000);
  assert.equal(await status("second"), "waiting");
  await house.engine.leads.signal(lead, { type: "ping" });
  await house.until(async () => await status("second") === "completed", 5_000);
  await house.engine.leads.signal(lead, { type: "a", data: { n: 1 } });
  await house.engine.leads.signal(lead, { type: "b", data: { n: 2 } });
  await house.settle();
  assert.equal(await status("all"), "waiting");
  await house.engine.leads.signal(lead, { type: "a", data: { n: 3 } });
  await house.until(() => isOver(house.engine, executionId), 5_000);
  await oracle(house.store);
});

Deno.test("wait_for_signal looks back as far as it is told", async () => {
  await using house = await openEngine();
  await waiting(house, {
    signals: ["old"],
    lookBack: { value: 1, unit: "hours" },
    timeout: { value: 1, unit: "minutes" },
  });
  const lead = await house.engine.leads.create({ email: EMAIL });
  await house.engine.leads.signal(lead.id, { type: "old" });
  house.clock.advanceTo(house.clock.now + 30 * 60_000);
  const soon = await hook(house.engine, "go", { email: EMAIL });
  await house.until(() => isOver(house.engine, soon.executionId), 120_000);
  assert.equal(await port(house, soon.executionId), "received");
  house.clock.advanceTo(house.clock.now + 3_600_000);
  const late = await hook(house.engine, "go", { email: EMAIL });
  await house.until(() => isOver(house.engine, late.executionId), 120_000);
  assert.equal(await port(house, late.executionId), "timeout");
});

Deno.test("a goal completes and an exit cancels in mid-wait; timers are gone and no later step starts", async () => {
  await using house = await openEngine();
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("wait", "wait", { kind: "for", duration: { value: 30, unit: "days" } }),
      node("after", "probe"),
    ],
    chain("hook", "wait", "after"),
    {
      goals: [{
        name: "Deal won",
        signal: "deal.won",
        when: { all: [{ field: "signal.data.value", op: "gte", value: 100 }] },
      }],
      exits: [{
        name: "Unsubscribed",
        when: { all: [{ field: "lead.status", op: "eq", value: "unsubscribed" }] },
      }],
    },
  );
  const won = await hook(house.engine, "go", { email: EMAIL });
  const left = await hook(house.engine, "go", { email: "bob@example.com" });
  await house.settle();
  const lead = await leadOf(house, won.executionId);
  await house.engine.leads.signal(lead, { type: "deal.won", data: { value: 5 } });
  await house.settle();
  assert.equal(await isOver(house.engine, won.executionId), false);
  const at = house.clock.now;
  await house.engine.leads.signal(lead, { type: "deal.won", data: { value: 100 } });
  await house.engine.leads.update(await leadOf(house, left.executionId), { status: "unsubscribed" });
  await house.until(
    async () => await isOver(house.engine, won.executionId) && await isOver(house.engine, left.executionId),
    5_000,
  );
  assert.ok(house.clock.now - at < 5_000);
  const reached = await house.engine.executions.get(won.executionId);
  assert.deepEqual([reached.status, reached.reason?.code, reached.reason?.text], [
    "completed",
    "goal",
    "Goal reached: Deal won",
  ]);
  const gone = await house.engine.executions.get(left.executionId);
  assert.deepEqual([gone.status, gone.reason?.code, gone.reason?.text], [
    "cancelled",
    "exit",
    "Exit: Unsubscribed",
  ]);
  house.clock.advanceTo(house.clock.now + 20 * 86_400_000);
  await house.settle();
  assert.equal(house.probe.calls.length, 0);
  await oracle(house.store);
});

Deno.test("a wait survives the death of its process between signal and delivery", async () => {
  await using house = await openEngine();
  await waiting(house, { signals: ["go.on"] });
  const { executionId } = await hook(house.engine, "go", { email: EMAIL });
  await house.settle();
  await house.engine.leads.signal(await leadOf(house, executionId), { type: "go.on" });
  house.die();
  await using next = await openEngine({ real: house.real, manual: house.clock, probe: house.probe });
  await next.until(() => isOver(next.engine, executionId), 60_000);
  assert.equal(await port(next, executionId), "received");
  await oracle(next.store);
});

/** The database as a process has it whose commits can be held up on their way. */
function delayed(real: Deno.Kv): { kv: Deno.Kv; hold(): void; release(): void; held: Promise<void> } {
  let gate: PromiseWithResolvers<void> | null = null;
  const reached = Promise.withResolvers<void>();
  const kv = new Proxy(real, {
    get(target, property): unknown {
      const value: unknown = Reflect.get(target, property, target);
      if (property !== "atomic") return typeof value === "function" ? value.bind(target) : value;
      return (): Deno.AtomicOperation => {
        const atomic = target.atomic();
        const commit = atomic.commit.bind(atomic);
        atomic.commit = async () => {
          if (gate) reached.resolve();
          await gate?.promise;
          return await commit();
        };
        return atomic;
      };
    },
  });
  return {
    kv,
    hold: () => gate = Promise.withResolvers<void>(),
    release(): void {
      gate?.resolve();
      gate = null;
    },
    held: reached.promise,
  };
}

Deno.test("wait_for_signal sees a signal that another process sent and delivered while the wait's commit was on its way", async () => {
  const real = await emptyDatabase();
  const line = delayed(real);
  {
    const begins = Promise.withResolvers<void>();
    await using slow = await openEngine({ real: line.kv });
    await using other = await openEngine({ real, manual: slow.clock, probe: slow.probe });
    slow.probe.answer = async ({ nodeId }) => {
      if (nodeId === "first") await begins.promise;
      return { kind: "done" };
    };
    await publish(
      slow.engine,
      [
        hookNode("go"),
        node("first", "probe"),
        node("wait", "wait_for_signal", { signals: ["now"], timeout: { value: 1, unit: "hours" } }),
      ],
      chain("hook", "first", "wait"),
    );
    const { executionId } = await hook(slow.engine, "go", { email: EMAIL });
    const leadId = await leadOf(slow, executionId);
    await slow.settle();
    line.hold();
    begins.resolve();
    await line.held;
    await other.engine.leads.signal(leadId, { type: "now" });
    // Delivered: whoever was registered has been woken, and the wait was not.
    await other.until(async () =>
      !(await other.store.keys({ selector: { prefix: ["due"] } })).some((key) => key[4] === "deliver")
    );
    assert.equal(await port(other, executionId), null);
    line.release();
    // At once, not when its time-out looks.
    await slow.until(() => isOver(slow.engine, executionId), 5_000);
    assert.equal(await port(slow, executionId), "received");
    await oracle(slow.store);
  }
  real.close();
});
