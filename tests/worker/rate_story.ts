/** A rate under every fault: each attempt takes a turn, a lost one is only waited for, and no period gets one too many. */
import assert from "node:assert/strict";
import type { Rate } from "../../engine/schemas/rate.ts";
import { eventsOf } from "../../engine/store/records.ts";
import type { EventRecord } from "../../engine/store/records.ts";
import { chain, hookNode, node } from "../helpers/engine.ts";
import { mostIn } from "../helpers/rates.ts";
import type { Story } from "./crash_fixture.ts";
import { ended, ranOnce, settledAs, trigger } from "./stories.ts";

const RATE: Rate = {
  per: "key",
  key: "{{ execution.workflowId }}",
  count: 1,
  period: { value: 1, unit: "minutes" },
};
const NODES = ["a", "b", "c"];

export const rateStory: Story = {
  nodes: [hookNode("go"), ...NODES.map((id) => node(id, "probe", { say: id }))],
  edges: chain("hook", ...NODES),
  settings: { limits: { rates: [RATE] } },
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(
      world,
      "completed",
      Object.fromEntries(["hook", ...NODES].map((id) => [id, "completed"])),
    );
    ranOnce(world, NODES);
    const begun: number[] = [];
    const events = { prefix: ["event", world.executionId] };
    for await (const { value } of world.store().list<EventRecord>({ selector: events })) {
      for (const { type, node: of } of eventsOf(value)) if (type === "started" && of) begun.push(value.at);
    }
    assert.ok(begun.length >= NODES.length);
    assert.equal(mostIn(begun, 60_000), 1);
    assert.equal((await world.store().keys({ selector: { prefix: ["rate"] } })).length, 1);
  },
};
