import assert from "node:assert/strict";
import { ManualClock } from "../helpers/clock.ts";
import {
  chain,
  createProbe,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
} from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";
import { everyFault } from "../worker/crash_fixture.ts";
import type { Story } from "../worker/crash_fixture.ts";
import { ended, ranOnce, settledAs, trigger } from "../worker/stories.ts";
import { BOSS, LEAD, republish } from "./migrate_fixture.ts";
import { ask, isWaiting, NEW, OLD } from "./migration_story.ts";

// What died mid-way leaves its timers behind, as a killed process does.
const unclean = { sanitizeOps: false, sanitizeResources: false };

/** The step is under way when it is asked for; it ends after the mark is stored. */
const atSettle: Story = {
  nodes: OLD.nodes.map((each) => each.id === "w" ? node("w", "probe") : each),
  edges: OLD.edges,
  async play(world): Promise<void> {
    const gate = Promise.withResolvers<void>();
    world.probe.answer = async ({ nodeId }) => {
      if (nodeId === "a") await gate.promise;
      return { kind: "done" };
    };
    await trigger(world, "go");
    await world.until(() => Promise.resolve(world.probe.calls.length > 0));
    const workflowId = (await world.engine.executions.get(world.executionId)).workflowId;
    await world.ask(async (engine) => {
      const { version } = await engine.workflows.get(workflowId);
      const nodes = NEW[0].map((each) => each.id === "w" ? node("w", "probe") : each);
      if (version === 1) await republish({ engine }, workflowId, nodes, [...NEW[1]]);
    });
    await world.ask(async (engine) => {
      const input = { mode: "migrate", count: 1 } as const;
      await engine.mending.startMigration(workflowId, input, { idempotencyKey: "move-1" }, BOSS);
    });
    await world.until(async (engine) => {
      const { movesTo, version } = await engine.executions.get(world.executionId);
      return movesTo === 2 || version === 2;
    });
    gate.resolve();
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      a: "completed",
      w: "completed",
      c: "completed",
    });
    const { version, moves } = await world.engine.executions.get(world.executionId);
    assert.deepEqual([version, moves?.length], [2, 1], "moved once");
    ranOnce(world, ["a", "w", "c"]);
  },
};

const restarted: Story = {
  ...OLD,
  async play(world): Promise<void> {
    await trigger(world, "go");
    await world.until((engine) => isWaiting(engine, world.executionId));
    await ask(world, "restart");
    await world.until((engine) => isOver(engine, world.executionId));
    await world.until(async (engine) => {
      const { items } = await engine.executions.list({ limit: 10 });
      return items.length === 2 &&
        items.every(({ status }) => status === "completed" || status === "cancelled");
    }, 4_000_000);
  },
  async after(world): Promise<void> {
    const { status, replayedAs } = await world.engine.executions.get(world.executionId);
    assert.deepEqual([status, replayedAs?.length], ["cancelled", 1], "one in its place");
    const fresh = await world.engine.executions.get(replayedAs![0]!);
    assert.deepEqual([fresh.version, fresh.status], [2, "completed"]);
    const ran = world.probe.calls.map(({ executionId, nodeId }) => `${executionId} ${nodeId}`);
    assert.ok(!ran.includes(`${world.executionId} b`), "the old one never goes on");
    assert.equal(new Set(ran).size, 3);
    assert.ok(ran.length <= 3 + world.deaths, "a death repeats the one step it met");
  },
};

for (
  const [name, story] of [["at a settle", atSettle], [
    "as a restart",
    restarted,
  ]] as const
) {
  Deno.test({
    ...unclean,
    name: `startMigration() with a fault at every commit, ${name}: moved or not moved, never half`,
    async fn(): Promise<void> {
      const { hit } = await everyFault(story, {});
      const names = story === restarted ? ["accept", "bulk", "wake"] : ["migrate", "bulk"];
      for (const commit of names) {
        for (const fault of FAULTS) {
          assert.ok(hit.has(`${commit}: ${fault}`), `${commit}: ${fault} was never hit`);
        }
      }
    },
  });
}

for (const fault of FAULTS) {
  Deno.test({
    ...unclean,
    name: `startMigration() with ${fault} at the mail to the process that holds it: it moves once`,
    async fn(): Promise<void> {
      const [real, manual, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
      const gate = Promise.withResolvers<void>();
      probe.answer = async ({ nodeId }) => {
        if (nodeId === "a") await gate.promise;
        return { kind: "done" };
      };
      const holder = await openEngine({ real, manual, probe });
      const nodes = [hookNode("go"), node("a", "probe"), node("b", "probe")];
      const id = await publish(holder.engine, nodes, chain("hook", "a", "b"));
      const { executionId } = await hook(holder.engine, "go", LEAD);
      await holder.settle();
      await republish(holder, id, [...nodes, node("c", "probe")], chain("hook", "a", "b", "c"));
      const other = await openEngine({ real, manual, probe, aim: { name: "migrate", nth: 1, fault } });
      // Whoever looks after the action is the one with the fault.
      holder.faults.arm(null);
      const asked = other.engine.mending.startMigration(id, { mode: "migrate", count: 1 }, {}, BOSS);
      await Promise.race([asked, other.faults.crashed]);
      const moves = async (): Promise<boolean> =>
        (await holder.engine.executions.get(executionId)).movesTo === 2;
      await holder.until(async () => await moves());
      gate.resolve();
      await holder.until(() => isOver(holder.engine, executionId));
      const over = await holder.engine.executions.get(executionId);
      assert.deepEqual([over.version, over.status, over.moves?.length], [2, "completed", 1]);
      assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a", "b", "c"]);
      await holder.until(async () =>
        (await holder.engine.mending.bulkJobs({ limit: 5 })).items.every(({ status }) =>
          status === "completed"
        )
      );
      await oracle(holder.store);
      for (const house of [other, holder]) {
        if (!house.faults.dead) await house.engine.stop();
        house.die();
      }
      real.close();
    },
  });
}
