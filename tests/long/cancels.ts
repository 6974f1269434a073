/** Stop means stop: a cancel beside every commit of every story, twice at once. */
import assert from "node:assert/strict";
import { ANN, isOver } from "../helpers/engine.ts";
import type { World } from "../worker/crash_fixture.ts";
import { STORIES } from "../worker/stories.ts";
import { besideEveryCommit } from "./beside.ts";
import type { Beside } from "./beside.ts";
import type { Result } from "./result.ts";
import { MORE_STORIES } from "./shapes.ts";

const SETTLED = ["completed", "failed", "cancelled"];
const LATER_MS = 12 * 3_600_000;
const TURNS = 200;

export async function runCancels(): Promise<Result> {
  const ends: { [status: string]: number } = {};
  let cancels = 0;
  let stories = 0;
  for (const [name, story] of [...STORIES, ...MORE_STORIES]) {
    stories++;
    cancels += await besideEveryCommit(story, () => cancelling(ends)).catch((error) => {
      throw new Error(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    });
  }
  const told = Object.entries(ends).map(([status, count]) => `${count} ${status}`).join(", ");
  return {
    told: `cancel: ${stories} stories, twice at once beside each of ${cancels} commits: ${told}; ` +
      "0 steps started after the answer, 0 with two ends",
    ok: cancels > 0 && (ends.cancelled ?? 0) > cancels / 3,
  };
}

function cancelling(ends: { [status: string]: number }): Beside {
  let doneAtAnswer = -1;
  return {
    breaksOff: true,
    async act(world): Promise<void> {
      const id = await accepted(world);
      const cancel = (): Promise<unknown> =>
        world.engine.executions.cancel(id, { reason: "enough" }, ANN).catch((error: unknown) =>
          // It was over first.
          assert.match(String(error), /already/)
        );
      await Promise.all([cancel(), cancel()]);
      doneAtAnswer = await done(world);
    },
    async check(world): Promise<void> {
      const id = await accepted(world);
      await world.until((engine) => isOver(engine, id));
      world.clock.advance(LATER_MS);
      await world.house.settle();
      const { status } = await world.engine.executions.get(id);
      ends[status] = (ends[status] ?? 0) + 1;
      if (status === "cancelled") {
        assert.equal(await done(world), doneAtAnswer, "a step started after the answer");
      }
      const events = await world.engine.executions.events(id, {});
      const last = events.filter(({ event }) => event.taskId === null && SETTLED.includes(event.type));
      assert.deepEqual(last.map(({ event }) => event.type), [status], "one final state");
    },
  };
}

/** Effects that began, and mails. */
async function done(world: World): Promise<number> {
  return world.probe.calls.length + (await world.store().keys({ selector: { prefix: ["message"] } })).length;
}

/** The id, once it is there: beside the accepting commit there is nothing yet to be cancelled. */
async function accepted(world: World): Promise<string> {
  for (let turns = 0; turns < TURNS; turns++) {
    const [oldest] = (await world.engine.executions.list({ limit: 100 })).items.reverse();
    if (oldest) return oldest.id;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("nothing was accepted");
}
