import assert from "node:assert/strict";
import type { Running, RunningVersion } from "../../engine/schemas/mending.ts";
import {
  countFor,
  executionsWords,
  headline,
  movableWords,
  reachOf,
  summed,
} from "../../islands/workflow/migration_model.ts";

function page(items: RunningVersion[], nextCursor: string | null = null): Running {
  return { workflowId: "w1", version: 3, items, perSecond: 10, nextCursor };
}

function version(
  number: number,
  nodeId: string,
  [count, movable]: [number, number],
  why = "gone",
): RunningVersion {
  const reasons = movable < count ? [{ text: why, count: count - movable, executionId: "e1" }] : [];
  return {
    version: number,
    count,
    movable,
    restartable: count,
    nodes: [{ nodeId, label: nodeId, type: "wait", count, movable, reasons }],
    begins: movable > 0 ? [{ nodeId: "new", label: "New", count: movable }] : [],
  };
}

Deno.test("summed() adds the pages: by version, node and reason, the newest version first", () => {
  const items = summed([
    page([version(1, "pause", [3, 1]), version(2, "call", [2, 2])], "c1"),
    page([version(1, "pause", [4, 2]), version(1, "mail", [1, 0], "other type")]),
  ]);
  assert.deepEqual(
    items.map(({ version, count, movable, restartable }) => [version, count, movable, restartable]),
    [
      [2, 2, 2, 2],
      [1, 8, 3, 8],
    ],
  );
  const [, first] = items;
  assert.deepEqual(first!.nodes.map(({ nodeId, count, movable }) => [nodeId, count, movable]), [
    ["pause", 7, 3],
    ["mail", 1, 0],
  ]);
  assert.deepEqual(first!.nodes[0]!.reasons, [{ text: "gone", count: 4, executionId: "e1" }]);
  assert.deepEqual(first!.begins, [{ nodeId: "new", label: "New", count: 3 }]);
});

Deno.test("countFor() names what a choice acts on: of one version or of all, nothing for keep", () => {
  const items = summed([page([version(1, "pause", [3, 1]), version(2, "call", [2, 2])])]);
  const all = reachOf(items, null);
  assert.deepEqual([countFor("keep", all), countFor("migrate", all), countFor("restart", all)], [0, 3, 5]);
  const one = reachOf(items, 1);
  assert.deepEqual([countFor("migrate", one), countFor("restart", one), one.begins[0]?.count], [1, 3, 1]);
});

Deno.test("headline() and movableWords() count in words", () => {
  assert.equal(headline(1), "1 execution runs an older version");
  assert.equal(headline(1_237), "1,237 executions run an older version");
  assert.equal(executionsWords(2), "2 executions");
  assert.deepEqual(
    [[5, 5], [5, 0], [5, 3]].map(([count, movable]) => movableWords({ count: count!, movable: movable! })),
    [
      "all",
      "none",
      "3 of 5",
    ],
  );
});
