/** Shapes of workflows beside those that every run of the tests plays (tests/worker/stories.ts). */
import assert from "node:assert/strict";
import { ANN, chain, edge, hook, hookNode, isOver, node } from "../helpers/engine.ts";
import { wholeList } from "../helpers/whole_list.ts";
import type { Story, World } from "../worker/crash_fixture.ts";
import { ended, ranOnce, settledAs, trigger } from "../worker/stories.ts";

async function runToItsEnd(world: World): Promise<void> {
  await trigger(world, "go");
  await ended(world);
}

/** Until it waits, unless it has gone on from there before a death. */
async function waits(world: World): Promise<void> {
  await world.until(async (engine) =>
    await isOver(engine, world.executionId) ||
    (await engine.executions.get(world.executionId)).status === "waiting"
  );
}

const joinAny: Story = {
  nodes: [
    hookNode("go"),
    node("quick", "probe"),
    node("pause", "wait", { kind: "for", duration: { value: 5, unit: "seconds" } }),
    node("join", "join", { mode: "any" }),
    node("after", "probe"),
  ],
  edges: [...chain("hook", "quick", "join", "after"), ...chain("hook", "pause", "join")],
  play: runToItsEnd,
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      quick: "completed",
      pause: "completed",
      join: "completed",
      after: "completed",
    });
    ranOnce(world, ["quick", "after"]);
  },
};

const loop: Story = {
  nodes: [
    hookNode("go"),
    node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 1 }),
    node("work", "probe", { say: "{{ steps.loop.output.item }}" }),
    node("after", "probe"),
  ],
  edges: [edge("hook", "loop"), edge("loop", "work", "each"), edge("loop", "after")],
  async play(world): Promise<void> {
    const body = { list: ["a", "b", "c"] };
    const accepted = await world.ask((engine) => hook(engine, "go", body, { key: "delivery-1" }));
    world.executionId = accepted.executionId;
    await ended(world);
  },
  async after(world): Promise<void> {
    const { engine, executionId, probe, deaths } = world;
    await settledAs(world, "completed", {
      hook: "completed",
      loop: "completed",
      work: "skipped",
      after: "completed",
    });
    const { steps } = await engine.executions.get(executionId);
    const output = steps.find(({ nodeId }) => nodeId === "loop")?.output;
    assert.deepEqual(output, {
      count: 3,
      failed: 0,
      results: ["a", "b", "c"].map((say) => ({ say })),
    });
    const rounds = await wholeList(engine, { parentId: executionId });
    assert.deepEqual(rounds.map(({ status }) => status), ["completed", "completed", "completed"]);
    const worked = probe.calls.filter(({ nodeId }) => nodeId === "work");
    assert.equal(new Set(worked.map(({ key }) => key)).size, 3, "no round becomes another");
    // One round at a time: how commits meet in one atomic is the same in every run.
    assert.ok(probe.calls.length <= 4 + deaths, `${probe.calls.length} calls after ${deaths} deaths`);
  },
};

const signal: Story = {
  nodes: [
    hookNode("go"),
    node("listen", "wait_for_signal", { signals: ["deal.won"], timeout: { value: 2, unit: "days" } }),
    node("won", "probe"),
    node("lost", "probe"),
  ],
  edges: [edge("hook", "listen"), edge("listen", "won", "received"), edge("listen", "lost", "timeout")],
  async play(world): Promise<void> {
    await trigger(world, "go");
    await waits(world);
    await world.ask(async (engine) => {
      const { lead } = await engine.executions.get(world.executionId);
      await engine.leads.signal(lead!.id, { type: "deal.won" }, { idempotencyKey: "signal-1" });
    });
    await world.until((engine) => isOver(engine, world.executionId), 60_000);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      listen: "completed",
      won: "completed",
      lost: "skipped",
    });
    ranOnce(world, ["won"]);
  },
};

const cancelled: Story = {
  nodes: [
    hookNode("go"),
    node("a", "probe"),
    node("pause", "wait", { kind: "for", duration: { value: 3, unit: "days" } }),
    node("ask", "task", { title: "Call", outcomes: ["Yes", "No"] }),
    node("never", "probe"),
  ],
  edges: [...chain("hook", "a", "pause", "never"), edge("hook", "ask"), edge("ask", "never", "Yes")],
  async play(world): Promise<void> {
    await trigger(world, "go");
    await waits(world);
    await world.ask(async (engine) => {
      await engine.executions.cancel(world.executionId, { reason: "no longer wanted" }, ANN);
    });
    await world.until((engine) => isOver(engine, world.executionId), 60_000);
  },
  async after(world): Promise<void> {
    await settledAs(world, "cancelled", {
      hook: "completed",
      a: "completed",
      pause: "cancelled",
      ask: "cancelled",
      never: "cancelled",
    });
    ranOnce(world, ["a"]);
    assert.equal(await world.engine.inbox.count(), 0);
  },
};

/** By the names that failures show. */
export const MORE_STORIES: ReadonlyMap<string, Story> = new Map(Object.entries({
  "a join that goes on early": joinAny,
  "a loop over a list": loop,
  "a signal that is waited for": signal,
  "cancelled in mid-wait": cancelled,
}));
