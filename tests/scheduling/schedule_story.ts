/** A schedule under every fault: each occurrence begins once, one behind the other, and a pause holds. */
import assert from "node:assert/strict";
import { chain, node } from "../helpers/engine.ts";
import type { Story } from "../worker/crash_fixture.ts";
import { ANN, cron, fires, scheduleNode } from "./house.ts";

const config = cron("*/10 * * * *", {}, { overlap: "queue", missed: "all", until: "2026-11-22T09:25" });
const wait = node("wait", "wait", { kind: "for", duration: { value: 15, unit: "minutes" } });

export const scheduleStory: Story = {
  nodes: [scheduleNode(config), wait],
  edges: chain("s", "wait"),
  async play(world): Promise<void> {
    const id = await world.ask(async ({ scheduling }) => (await scheduling.list({ limit: 1 })).items[0]!.id);
    const settled = async (count: number): Promise<void> =>
      await world.until(async ({ executions }) => {
        const { items } = await executions.list({ limit: 10 });
        return items.length === count && items.every(({ status }) => status === "completed");
      }, 7_200_000);
    await settled(2);
    await world.ask(({ scheduling }) => scheduling.pause(id, ANN));
    await world.ask(({ scheduling }) => scheduling.run(id, { idempotencyKey: "run-1" }, ANN));
    await settled(3);
  },
  async after(world): Promise<void> {
    const { engine } = world;
    const { items: [schedule] } = await engine.scheduling.list({ limit: 10 });
    assert.equal(schedule?.state, "paused");
    const [first, second, third, ...more] = await fires(engine, schedule.id);
    assert.deepEqual([first?.at, second?.at], ["2026-11-22T09:10:00.000Z", "2026-11-22T09:20:00.000Z"]);
    assert.deepEqual([third?.outcome, more], ["by_hand", []]);
    const runs = await Promise.all([first, second].map((fire) => engine.executions.get(fire!.executionId!)));
    assert.ok(Date.parse(runs[1]!.createdAt) >= Date.parse(runs[0]!.endedAt!), "one behind the other");
    const begun = await world.store().keys({ selector: { prefix: ["occurrence", schedule.id] } });
    assert.equal(begun.length, 2);
    const due = await world.store().keys({ selector: { prefix: ["due"] } });
    assert.deepEqual(due.filter((key) => key[4] === "schedule"), [], "nothing is left to come");
  },
};
