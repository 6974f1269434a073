/** A loop that fails for its second round, which stops the first, and is gone on with by hand. */
import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { ANN, edge, hook, hookNode, node } from "../helpers/engine.ts";
import { wholeList } from "../helpers/whole_list.ts";
import type { Story, World } from "./crash_fixture.ts";
import { settledAs } from "./stories.ts";

const LIST = ["a", "b", "c"];

/** Retried at the step of the parent, or at the round that failed. */
export function roundsStory(retried: "loop" | "round"): Story {
  return {
    nodes: [
      hookNode("go"),
      node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 }),
      node("first", "probe", { say: "first {{ steps.loop.output.item }}" }),
      node("pause", "wait", { kind: "for", duration: { value: 1, unit: "hours" } }),
      node("work", "probe", { say: "{{ steps.loop.output.item }}" }),
    ],
    edges: [
      edge("hook", "loop"),
      edge("loop", "first", "each"),
      edge("first", "pause"),
      edge("pause", "work"),
    ],
    async play(world): Promise<void> {
      let mended = false;
      world.probe.answer = (_context, say) =>
        mended || say !== "first b"
          ? { kind: "done", output: { say } }
          : { kind: "fail", failure: { code: "http_401", message: "Unauthorized", retryable: false } };
      const accepted = await world.ask((engine) => hook(engine, "go", { list: LIST }, { key: "delivery-1" }));
      world.executionId = accepted.executionId;
      await world.until(() => stands(world, "failed"), 300_000);
      mended = true;
      await world.ask(async (engine) => {
        const id = retried === "loop"
          ? world.executionId
          : (await rounds(world)).find((round) => round.status === "failed")?.id ?? world.executionId;
        const { status } = await engine.executions.get(id);
        if (status === "failed") await engine.executions.retry(id, {}, ANN).catch(isRetried);
      });
      await world.until(() => stands(world, "completed"), 4 * 3_600_000);
    },
    async after(world): Promise<void> {
      const { engine, executionId, probe, deaths } = world;
      await settledAs(world, "completed", {
        hook: "completed",
        loop: "completed",
        first: "skipped",
        pause: "skipped",
        work: "skipped",
      });
      const { steps } = await engine.executions.get(executionId);
      const output = steps.find(({ nodeId }) => nodeId === "loop")?.output;
      assert.deepEqual(output, { count: 3, failed: 0, results: LIST.map((say) => ({ say })) });
      assert.equal(await engine.inbox.count(), 0);
      const calls = (nodeId: string): string[] =>
        probe.calls.filter((call) => call.nodeId === nodeId).map(({ key }) => key);
      // Two at once: a death may repeat what both were about.
      for (const [nodeId, most] of [["first", 4], ["work", 3]] as const) {
        assert.equal(new Set(calls(nodeId)).size, 3, "no round becomes another, and none gets another key");
        assert.ok(calls(nodeId).length <= most + 2 * deaths, `${calls(nodeId)} after ${deaths} deaths`);
      }
    },
  };
}

function rounds({ engine, executionId }: World): Promise<{ id: string; status: string }[]> {
  return wholeList(engine, { parentId: executionId });
}

/** It has ended so, and all of its rounds have ended. */
async function stands(world: World, wanted: string): Promise<boolean> {
  const { status } = await world.engine.executions.get(world.executionId);
  return status === wanted &&
    (await rounds(world)).every((round) => ["completed", "failed", "cancelled"].includes(round.status));
}

/** What was applied though it threw is refused the second time. */
function isRetried(error: unknown): void {
  if (!(error instanceof EngineError && error.status === 409)) throw error;
}
