/** Stories for the commits that no execution makes by itself: what people and housekeeping write. */
import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import { EngineError } from "../../engine/errors.ts";
import { SimulateInput } from "../../engine/schemas/simulation.ts";
import { ANN, chain, hook, hookNode, node } from "../helpers/engine.ts";
import { wholeList } from "../helpers/whole_list.ts";
import type { Story } from "./crash_fixture.ts";
import { ended, ranOnce, settledAs, trigger } from "./stories.ts";

const DAY_MS = 86_400_000;
const bare = { nodes: [hookNode("go")], edges: [] };
const LARGE = "x".repeat(400_000);
/** Together more than goes into the commit that publishes them. */
const LARGE_FIELDS = Array.from({ length: 7 }, (_, i) => ({ name: `text${i}`, value: "x".repeat(60_000) }));

/** What was applied though it threw is refused the second time: that it is there already. */
function there(...statuses: number[]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof EngineError && statuses.includes(error.status))) throw error;
  };
}

const workflows: Story = {
  ...bare,
  async play(world): Promise<void> {
    const nodes = [hookNode("other"), node("set", "set", { fields: LARGE_FIELDS })];
    const input = { name: "Other", nodes, edges: chain("hook", "set"), settings: {} };
    const { id } = await world.ask((engine) =>
      engine.workflows.create(input, ANN, { idempotencyKey: "create-1" })
    );
    await world.ask(async (engine) => {
      const { name, revision } = await engine.workflows.get(id);
      if (name !== "Renamed") await engine.workflows.save(id, revision, { name: "Renamed" }, ANN);
    });
    await world.ask(async (engine) => {
      if ((await engine.workflows.versions(id)).length === 0) await engine.workflows.publish(id, {}, ANN);
    });
    world.executionId = (await world.ask((engine) => hook(engine, "other", {}, { key: "delivery-1" })))
      .executionId;
    await ended(world);
    const { output } = (await world.engine.executions.get(world.executionId)).steps.find(({ nodeId }) =>
      nodeId === "set"
    )!;
    assert.ok(JSON.stringify(output).length > 1_000, "the large text was set");
    assert.equal((await world.engine.workflows.versions(id)).length, 1);
    await world.ask((engine) => engine.workflows.remove(id, { running: "finish" }, ANN).catch(there(404)));
  },
  async after({ engine }): Promise<void> {
    assert.equal((await engine.workflows.list({ limit: 10 })).items.length, 1);
  },
};

const lead: Story = {
  ...bare,
  async play(world): Promise<void> {
    const input = { email: "ann@example.com", firstName: "Ann" };
    const { id } = await world.ask((engine) => engine.leads.create(input, { idempotencyKey: "create-1" }));
    await world.ask((engine) => engine.leads.update(id, { firstName: "Anna" }));
    assert.equal((await world.ask((engine) => engine.leads.get(id))).firstName, "Anna");
    await world.ask((engine) =>
      engine.leads.signal(id, { type: "deal.won", data: {} }, { idempotencyKey: "signal-1" })
    );
    const signals = await world.ask((engine) => engine.leads.signals(id, { limit: 10 }));
    const won = signals.items.filter(({ type }) => type === "deal.won");
    assert.equal(won.length, 1, "one signal, however often it was sent");
    await world.ask((engine) => engine.leads.remove(id).catch(there(404)));
  },
  async after(world): Promise<void> {
    assert.deepEqual((await world.engine.leads.list({ limit: 10 })).items, []);
    for (const prefix of ["lead_by_email", "signal"]) {
      assert.deepEqual(await world.store().keys({ selector: { prefix: [prefix] } }), []);
    }
  },
};

const PERSON = { email: "ann@example.com", name: "Ann", password: "a long enough password" };

const setUp: Story = {
  ...bare,
  options: { setupCode: "code-1" },
  async play(world): Promise<void> {
    const input = { ...PERSON, code: "code-1" };
    await world.ask(async (engine) => {
      await engine.access.setUp(input).catch(there(404));
    });
  },
  async after(world): Promise<void> {
    assert.equal(await world.engine.access.isSetUp(), true);
    assert.equal((await world.store().keys({ selector: { prefix: ["user"] } })).length, 1);
  },
};

let session = "";
const signOut: Story = {
  ...bare,
  options: { setupCode: "code-1" },
  async prepare({ engine }): Promise<void> {
    session = (await engine.access.setUp({ ...PERSON, code: "code-1" })).session;
  },
  async play(world): Promise<void> {
    assert.equal((await world.ask((engine) => engine.access.bySession(session)))?.name, "Ann");
    await world.ask((engine) => engine.access.signOut(session));
  },
  async after({ engine }): Promise<void> {
    assert.equal(await engine.access.bySession(session), null);
  },
};

const secret: Story = {
  ...bare,
  async play(world): Promise<void> {
    await world.ask((engine) => engine.secrets.put("kept", "value", ["api.example.com"], ANN));
    await world.ask((engine) => engine.secrets.put("removed", "value", [], ANN));
    await world.ask((engine) => engine.secrets.remove("removed").catch(there(404)));
  },
  async after({ engine }): Promise<void> {
    assert.deepEqual((await engine.secrets.list()).map(({ name }) => name), ["kept"]);
  },
};

const limit: Story = {
  nodes: [hookNode("go"), node("work", "probe"), node("pause", "wait", forSeconds(5))],
  edges: chain("hook", "work", "pause"),
  settings: { limits: { maxConcurrent: 1 } },
  async play(world): Promise<void> {
    for (const key of ["one", "two"]) {
      await world.ask((engine) => hook(engine, "go", { key }, { key }));
    }
    await world.until(everyOver, 120_000);
  },
  async after({ engine, deaths, probe }): Promise<void> {
    const items = await wholeList(engine);
    assert.deepEqual(items.map(({ status }) => status), ["completed", "completed"]);
    assert.ok(probe.calls.length <= 2 + deaths);
  },
};

function forSeconds(value: number): { kind: string; duration: { value: number; unit: string } } {
  return { kind: "for", duration: { value, unit: "seconds" } };
}

async function everyOver(engine: Engine): Promise<boolean> {
  const items = await wholeList(engine);
  return items.length > 0 && items.every(({ status }) => ["completed", "failed"].includes(status));
}

const enrolment: Story = {
  ...bare,
  settings: { enrolment: { mode: "once" } },
  async play(world): Promise<void> {
    await trigger(world, "go");
    const again = await world.ask((engine) =>
      hook(engine, "go", { email: "ann@example.com" }, { key: "delivery-2" })
    );
    assert.equal(again.executionId, world.executionId);
    assert.ok(again.refused);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", { hook: "completed" });
    const [workflow] = (await world.engine.workflows.list({ limit: 10 })).items;
    const refusals = await world.engine.workflows.refusals(workflow!.id);
    assert.deepEqual([refusals.total, refusals.items.length], [1, 1]);
  },
};

const retriedByHand: Story = {
  nodes: [hookNode("go"), node("a", "probe")],
  edges: chain("hook", "a"),
  answer: ({ attempt }) =>
    attempt === 1
      ? { kind: "fail", failure: { code: "http_401", message: "Unauthorized", retryable: false } }
      : { kind: "done" },
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
    await world.ask(async (engine) => {
      const { status } = await engine.executions.get(world.executionId);
      if (status === "failed") await engine.executions.retry(world.executionId, {}, ANN).catch(there(409));
    });
    await world.until(async (engine) =>
      (await engine.executions.get(world.executionId)).status === "completed"
    );
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", { hook: "completed", a: "completed" });
    assert.equal(await world.engine.inbox.count(), 0);
  },
};

const long: Story = {
  nodes: [hookNode("go"), node("a", "probe")],
  edges: chain("hook", "a"),
  renews: true,
  async play(world): Promise<void> {
    const time = world.clock.process();
    world.probe.answer = async () => {
      await new Promise<void>((end) => time.after(20_000, end));
      return { kind: "done" };
    };
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", { hook: "completed", a: "completed" });
    ranOnce(world, ["a"]);
  },
};

const large: Story = {
  nodes: [hookNode("go"), node("a", "probe"), node("b", "probe", { say: "{{ steps.a.output.say }}" })],
  edges: chain("hook", "a", "b"),
  answer: ({ nodeId }, say) => ({ kind: "done", output: { say, text: nodeId === "a" ? LARGE : "" } }),
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", { hook: "completed", a: "completed", b: "completed" });
    const { steps } = await world.engine.executions.get(world.executionId);
    assert.ok(steps.find(({ nodeId }) => nodeId === "a")?.output);
    ranOnce(world, ["a", "b"]);
  },
};

const forgotten: Story = {
  ...bare,
  options: { retentionDays: 1 },
  forgets: true,
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
    world.clock.skip(2 * DAY_MS);
    await world.until(async () =>
      (await world.store().keys({ selector: { prefix: ["execution"] } })).length === 0
    );
    world.clock.advance(60_000);
  },
  async after(world): Promise<void> {
    for (const prefix of ["execution", "event", "execution_by_workflow", "live"]) {
      assert.deepEqual(await world.store().keys({ selector: { prefix: [prefix] } }), [], prefix);
    }
  },
};

const folded: Story = {
  ...bare,
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
    world.clock.skip(2 * 3_600_000);
    await world.until(async () =>
      (await world.store().keys({ selector: { prefix: ["count"] } })).length === 0
    );
    world.clock.advance(60_000);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", { hook: "completed" });
    const { totals } = await world.engine.metrics.read({ range: "24h" });
    assert.deepEqual([totals.executions, totals.success, totals.active], [1, 1, 0]);
  },
};

const bulk: Story = {
  nodes: [hookNode("go"), node("a", "probe")],
  edges: chain("hook", "a"),
  answer: ({ attempt }) =>
    attempt === 1
      ? { kind: "fail", failure: { code: "http_401", message: "Unauthorized", retryable: false } }
      : { kind: "done" },
  async prepare({ engine, until }): Promise<void> {
    for (const key of ["one", "two"]) await hook(engine, "go", { key }, { key });
    await until(() => everyOver(engine), 60_000);
  },
  async play(world): Promise<void> {
    const input = { action: "retry", filter: { status: "failed" }, expect: 2 } as const;
    const { id } = await world.ask((engine) =>
      engine.mending.startBulk(input, { idempotencyKey: "bulk-1" }, { ...ANN })
    );
    await world.until(async (engine) => (await engine.mending.bulkJob(id)).status === "completed", 120_000);
    await world.until(async (engine) =>
      (await wholeList(engine)).every(({ status }) => status === "completed")
    );
  },
  after({ probe, deaths }): void {
    assert.ok(probe.calls.length <= 2 + 2 * deaths, `${probe.calls.length} calls after ${deaths} deaths`);
  },
};

const beside: Story = {
  nodes: [hookNode("go"), node("pause", "wait", forSeconds(12)), node("a", "probe")],
  edges: chain("hook", "pause", "a"),
  options: { overNetwork: true },
  async play(world): Promise<void> {
    await trigger(world, "go");
    for (let i = 0; i < 4; i++) {
      world.clock.advance(2_500);
      await world.until(() => Promise.resolve(true));
    }
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", { hook: "completed", pause: "completed", a: "completed" });
    ranOnce(world, ["a"]);
  },
};

const keptMail: Story = {
  nodes: [
    hookNode("go"),
    node("mail", "email", { to: "ann@example.com", subject: "Hello", text: "Hello" }),
  ],
  edges: chain("hook", "mail"),
  async play(world): Promise<void> {
    const [workflow] = (await world.engine.workflows.list({ limit: 10 })).items;
    const input = SimulateInput.parse({ input: {}, keep: true });
    const { kept } = await world.ask((engine) => engine.simulate(workflow!.id, input));
    const [message] = await Promise.all(kept.map((id) => world.engine.messages.get(id)));
    assert.deepEqual([message?.test, message?.subject], [true, "Hello"]);
  },
  async after(world): Promise<void> {
    const kept = (await world.engine.messages.list({ limit: 10 })).items;
    assert.ok(kept.length > 0 && kept.length <= 1 + world.deaths, `${kept.length} kept`);
    const due = (await world.store().keys({ selector: { prefix: ["due"] } })).map((key) => key[5]);
    assert.ok(kept.every(({ executionId }) => due.includes(executionId)), "they are forgotten one day");
  },
};

/** By the names that failures show. */
export const HOUSE_STORIES: ReadonlyMap<string, Story> = new Map(Object.entries({
  "a workflow's life": workflows,
  "a lead's life": lead,
  "the first owner": setUp,
  "signing out": signOut,
  "a secret": secret,
  "one at a time": limit,
  "a lead enters once": enrolment,
  "retried by hand": retriedByHand,
  "a long step": long,
  "a large output": large,
  "forgotten after a day": forgotten,
  "what was counted": folded,
  "an action on many": bulk,
  "beside other processes": beside,
  "a test's kept mail": keptMail,
}));
