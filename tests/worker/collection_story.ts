/** A collection under every fault: what a step puts and deletes happens once, counted and found once. */
import assert from "node:assert/strict";
import { chain, hookNode, node } from "../helpers/engine.ts";
import type { Story } from "./crash_fixture.ts";
import { ended, settledAs, trigger } from "./stories.ts";

const collection = "customers";
const put = { action: "put", collection, value: { team: "sales" }, indexes: ["team"] };

export const collectionStory: Story = {
  nodes: [
    hookNode("go"),
    node("first", "database", { ...put, key: "ann" }),
    node("second", "database", { ...put, key: "bob", indexes: ["team", "late"] }),
    node("gone", "database", { action: "delete", collection, key: "ann" }),
    node("found", "database", { action: "find", collection, field: "team", value: "sales" }),
  ],
  edges: chain("hook", "first", "second", "gone", "found"),
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    const nodes = ["hook", "first", "second", "gone", "found"];
    await settledAs(world, "completed", Object.fromEntries(nodes.map((id) => [id, "completed"])));
    const { steps } = await world.engine.executions.get(world.executionId);
    assert.deepEqual(steps.find(({ nodeId }) => nodeId === "gone")?.output, { deleted: true });
    const { count, indexes } = await world.engine.collections.get(collection);
    assert.deepEqual([count, indexes], [1, ["team", "late"]]);
    const entries = await world.store().keys({ selector: { prefix: ["record_index"] } });
    assert.deepEqual(entries, [["record_index", collection, "team", "sales", "bob"]]);
  },
};
