/** Stories of executions that go on in another version, for a fault at every commit. */
import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import { chain, hookNode, isOver, node } from "../helpers/engine.ts";
import type { Story, World } from "../worker/crash_fixture.ts";
import { ranOnce, settledAs, trigger } from "../worker/stories.ts";
import { BOSS, pause, republish } from "./migrate_fixture.ts";

/** A wait in the middle; version 2 goes on otherwise behind it. */
export const OLD = {
  nodes: [hookNode("go"), node("a", "probe"), pause("w"), node("b", "probe")],
  edges: chain("hook", "a", "w", "b"),
};
export const NEW = [
  [hookNode("go"), node("a", "probe"), pause("w"), node("c", "probe")],
  chain("hook", "a", "w", "c"),
] as const;

/** Publishes version 2 and asks for the move, however often it has to be asked. */
export async function ask(world: World, mode: "migrate" | "restart"): Promise<void> {
  const workflowId = (await world.engine.executions.get(world.executionId)).workflowId;
  await world.ask(async (engine) => {
    const { version } = await engine.workflows.get(workflowId);
    if (version === 1) await republish({ engine }, workflowId, [...NEW[0]], [...NEW[1]]);
  });
  await world.ask(async (engine) => {
    const input = { mode, count: 1 } as const;
    await engine.mending.startMigration(workflowId, input, { idempotencyKey: "move-1" }, BOSS);
  });
}

export const isWaiting = async (engine: Engine, id: string): Promise<boolean> =>
  (await engine.executions.get(id)).status === "waiting";

/** Moved in mid-wait. */
export const migrationStory: Story = {
  ...OLD,
  async play(world): Promise<void> {
    await trigger(world, "go");
    await world.until((engine) => isWaiting(engine, world.executionId));
    await ask(world, "migrate");
    await world.until((engine) => isOver(engine, world.executionId), 4_000_000);
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
    ranOnce(world, ["a", "c"]);
  },
};
