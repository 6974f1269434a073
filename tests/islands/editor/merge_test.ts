import assert from "node:assert/strict";
import fc from "fast-check";
import { checkShape } from "../../../engine/core/check.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import {
  documentOf,
  type EditorDocument,
  graphOfDocument,
} from "../../../islands/editor/document/document.ts";
import {
  addNode,
  connect,
  moveNodes,
  removeElements,
  setName,
  setSettings,
} from "../../../islands/editor/document/edits.ts";
import { merge, resolve } from "../../../islands/editor/document/merge.ts";
import { randomDocument, randomEdits, randomlyEdited } from "./random_document.ts";
import { renameNode, setConfigValue } from "./typing.ts";

const three = fc.tuple(
  randomDocument({ min: 3, max: 30 }),
  randomEdits({ min: 0, max: 12 }),
  randomEdits({ min: 0, max: 12 }),
).map((
  [base, mine, theirs],
) => ({ base, mine: mine.reduce(randomlyEdited, base), theirs: theirs.reduce(randomlyEdited, base) }));

/** Everything in one order; edges by where they lead. */
function canonical({ name, nodes, edges, settings, notes }: EditorDocument): unknown {
  const byId = <T extends { id: string }>(list: T[]): T[] => list.toSorted((a, b) => a.id < b.id ? -1 : 1);
  const ways = edges.map(({ source, sourceHandle, target }) => `${source}:${sourceHandle ?? "out"}>${target}`)
    .toSorted();
  return { name, nodes: byId(nodes), ways, settings, notes: byId(notes) };
}

Deno.test("merge() with one side unchanged is the other side, byte for byte", () => {
  fc.assert(fc.property(three, ({ base, mine }) => {
    for (
      const [my, their] of [[mine, base], [base, mine], [mine, structuredClone(base)], [
        base,
        structuredClone(mine),
      ]] as const
    ) {
      const { merged, conflicts, dropped, renamed } = merge(base, my, their);
      assert.equal(JSON.stringify(merged), JSON.stringify(mine));
      assert.deepEqual([conflicts, dropped, renamed], [[], [], []]);
    }
    assert.deepEqual(canonical(merge(base, mine, structuredClone(mine)).merged), canonical(mine));
  }));
});

Deno.test("merge() gives the same from both sides where nothing conflicts", () => {
  let count = 0;
  fc.assert(
    fc.property(three, ({ base, mine, theirs }) => {
      const [one, other] = [merge(base, mine, theirs), merge(base, theirs, mine)];
      if (one.conflicts.length + one.dropped.length + one.renamed.length > 0) return;
      assert.deepEqual([other.conflicts, other.dropped, other.renamed], [[], [], []]);
      assert.deepEqual(canonical(one.merged), canonical(other.merged));
      if (one.merged !== mine && one.merged !== theirs) count++;
    }),
    { numRuns: 400 },
  );
  assert.ok(count > 20, `${count} merges without conflict`);
});

Deno.test("merge() and resolve() give a graph that can be saved, whichever side is taken", () => {
  const info = (
    type: string,
  ): {
    type: string;
    kind: "pure";
    title: string;
    ports: { from: string };
    templates: Record<string, never>;
    parse(): [];
  } => ({ type, kind: "pure", title: type, ports: { from: "none" }, templates: {}, parse: () => [] });
  const seen = { conflicts: 0, dropped: 0, renamed: 0 };
  fc.assert(
    fc.property(
      three,
      fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }),
      ({ base, mine, theirs }, choices) => {
        const result = merge(base, mine, theirs);
        seen.conflicts += result.conflicts.length;
        seen.dropped += result.dropped.length;
        seen.renamed += result.renamed.length;
        assert.deepEqual(checkShape(graphOfDocument(result.merged), info), []);
        let doc = result.merged;
        for (const [i, conflict] of result.conflicts.entries()) {
          assert.equal(resolve(doc, conflict, "mine"), doc);
          doc = resolve(doc, conflict, choices[i % 50] ? "mine" : "theirs");
        }
        const ids = doc.nodes.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        assert.deepEqual(checkShape(graphOfDocument(doc), info), []);
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(seen.conflicts > 100 && seen.dropped > 20 && seen.renamed > 20, JSON.stringify(seen));
});

function node(id: string, config: WorkflowNode["data"]["config"] = {}, x = 0): WorkflowNode {
  return { id, type: "email", position: { x, y: 0 }, data: { label: id.toUpperCase(), config } };
}

const BASE = documentOf({
  name: "Base",
  nodes: [node("a", { to: "x", subject: "Hello" }), node("b"), node("c")],
  edges: [{ id: "ab", source: "a", target: "b" }, { id: "bc", source: "b", target: "c" }],
});

Deno.test("merge() brings together other fields of one node, and tells the same field", () => {
  const mine = moveNodes(setConfigValue(BASE, "a", ["subject"], "Mine"), new Map([["a", { x: 9, y: 9 }]]));
  const theirs = renameNode(setConfigValue(BASE, "a", ["to"], "y"), "a", "First");
  const both = merge(BASE, mine, theirs);
  assert.deepEqual(both.conflicts, []);
  assert.deepEqual(both.merged.nodes[0], {
    ...node("a", { to: "y", subject: "Mine" }),
    position: { x: 9, y: 9 },
    data: { label: "First", config: { to: "y", subject: "Mine" } },
  });

  const other = setConfigValue(theirs, "a", ["subject"], undefined);
  const { merged, conflicts } = merge(BASE, mine, other);
  const [conflict] = conflicts;
  assert.ok(conflict && conflicts.length === 1);
  const { kind, id, field, mine: my, theirs: their, base } = conflict;
  assert.deepEqual({ kind, id, field, my, their, base }, {
    kind: "node",
    id: "a",
    field: "config.subject",
    my: "Mine",
    their: undefined,
    base: "Hello",
  });
  assert.equal(merged.nodes[0]?.data.config.subject, "Mine");
  assert.deepEqual(resolve(merged, conflict, "theirs").nodes[0]?.data.config, { to: "y" });
});

Deno.test("merge() asks when one changed what the other took away, and puts its edges back with it", () => {
  const without = removeElements(BASE, { nodes: ["b"] });
  const changed = renameNode(BASE, "b", "Important");
  const gone = merge(BASE, without, changed);
  assert.deepEqual(gone.merged.nodes.map(({ id }) => id), ["a", "c"]);
  assert.equal(gone.conflicts.length, 1);
  const back = resolve(gone.merged, gone.conflicts[0]!, "theirs");
  assert.deepEqual(canonical(back), canonical(changed));

  const kept = merge(BASE, changed, without);
  assert.deepEqual(canonical(kept.merged), canonical(changed));
  assert.equal(kept.conflicts.length, 1);
  assert.deepEqual(canonical(resolve(kept.merged, kept.conflicts[0]!, "theirs")), canonical(without));

  const moved = merge(BASE, moveNodes(BASE, new Map([["b", { x: 5, y: 5 }]])), without);
  assert.deepEqual([moved.conflicts.length, canonical(moved.merged)], [0, canonical(without)]);
});

Deno.test("merge() two new nodes under one id are two nodes; what reads mine follows it", () => {
  const mine = connect(
    addNode(
      addNode(BASE, node("mail", { to: "mine" }, 100)),
      node("reader", { text: "{{ steps.mail.output }}" }),
    ),
    { source: "c", target: "mail" },
    "c-mail",
  );
  const theirs = connect(
    addNode(BASE, node("mail", { to: "theirs" }, 300)),
    { source: "b", target: "mail" },
    "c-mail",
  );
  const { merged, conflicts, renamed } = merge(BASE, mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(renamed, [{ from: "mail", to: "mail_2" }]);
  const config = (id: string): unknown => merged.nodes.find((each) => each.id === id)?.data.config;
  assert.deepEqual([config("mail"), config("mail_2")], [{ to: "theirs" }, { to: "mine" }]);
  assert.deepEqual(config("reader"), { text: "{{ steps.mail_2.output }}" });
  assert.deepEqual(merged.edges.slice(2).map(({ source, target }) => `${source}>${target}`).toSorted(), [
    "b>mail",
    "c>mail_2",
  ]);
});

Deno.test("merge() drops and tells edges that dangle or would close a circle, and draws none twice", () => {
  const mine = connect(removeElements(BASE, { nodes: ["c"] }), {
    source: "a",
    sourceHandle: "error",
    target: "b",
  }, "one");
  const theirs = connect(connect(BASE, { source: "a", target: "c" }, "ac"), {
    source: "a",
    sourceHandle: "error",
    target: "b",
  }, "two");
  const { merged, dropped } = merge(BASE, mine, theirs);
  assert.deepEqual(merged.edges.map(({ id }) => id).toSorted(), ["ab", "two"]);
  assert.deepEqual(dropped.map(({ words }) => words), [
    "The edge A → c is left out: one of its ends was taken away",
  ]);

  const apart = removeElements(BASE, { edges: ["ab", "bc"] });
  const there = connect(apart, { source: "a", target: "b" }, "x");
  const back = connect(apart, { source: "b", target: "a" }, "y");
  const circle = merge(apart, there, back);
  assert.deepEqual(circle.merged.edges.map(({ id }) => id), ["x"]);
  assert.deepEqual(circle.dropped.map(({ words }) => words), [
    "The edge B → A is left out: it would lead in a circle",
  ]);
});

Deno.test("merge() names and settings, each key for itself", () => {
  const mine = setSettings(setName(BASE, "Mine"), { timezone: "UTC", description: "mine" });
  const theirs = setSettings(setName(BASE, "Theirs"), {
    limits: { maxConcurrent: 3 },
    description: "theirs",
  });
  const { merged, conflicts } = merge(BASE, mine, theirs);
  assert.deepEqual(conflicts.map(({ kind, field }) => [kind, field]), [["name", "name"], [
    "settings",
    "description",
  ]]);
  assert.deepEqual(merged.settings, { timezone: "UTC", description: "mine", limits: { maxConcurrent: 3 } });
  const taken = conflicts.reduce((doc, conflict) => resolve(doc, conflict, "theirs"), merged);
  assert.deepEqual([taken.name, taken.settings.description], ["Theirs", "theirs"]);
});
