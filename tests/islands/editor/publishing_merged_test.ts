import assert from "node:assert/strict";
import fc from "fast-check";
import { diffDocuments } from "../../../islands/editor/document/diff.ts";
import { documentOf, type EditorDocument } from "../../../islands/editor/document/document.ts";
import { mergedDocument } from "../../../islands/editor/publishing/merged_document.ts";
import type { Drawn } from "../../../islands/editor/publishing/review.ts";
import { randomDocument, randomEdits, randomlyEdited } from "./random_document.ts";

function merged(before: EditorDocument, after: EditorDocument): Drawn {
  return mergedDocument(before, after, diffDocuments(before, after));
}

function node(id: string, x: number, y: number, label = id): EditorDocument["nodes"][number] {
  return { id, type: "mail", position: { x, y }, data: { label, config: {} } };
}

Deno.test("mergedDocument() draws everything of both, every id once, and every edge between nodes that are there", () => {
  const seen = { ghosts: 0, edges: 0 };
  fc.assert(
    fc.property(randomDocument(), randomEdits({ min: 0, max: 12 }), (before, edits) => {
      const after = structuredClone(edits.reduce(randomlyEdited, before));
      const drawn = merged(before, after);
      const { nodes, notes, edges } = drawn.document;
      const ids = [...nodes, ...notes].map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(new Set(edges.map(({ id }) => id)).size, edges.length);
      const places = new Set(nodes.map(({ id }) => id));
      for (const { source, target } of edges) assert.ok(places.has(source) && places.has(target));
      for (const [list, of] of [[nodes, after.nodes], [notes, after.notes], [edges, after.edges]] as const) {
        const there = new Set<unknown>(list);
        assert.ok(of.every((element) => there.has(element)), "what is there now is drawn as it is");
      }
      const removed = before.nodes.filter(({ id }) => !after.nodes.some((each) => each.id === id));
      const ghosts = [...drawn.nodes].filter(([, kind]) => kind === "removed");
      assert.equal(ghosts.length, removed.length);
      assert.equal(nodes.length, after.nodes.length + removed.length);
      for (const [id] of ghosts) assert.ok(places.has(id));
      seen.ghosts += ghosts.length;
      seen.edges += edges.length - after.edges.length;
    }),
    { numRuns: 300 },
  );
  assert.ok(seen.ghosts > 50 && seen.edges > 20, JSON.stringify(seen));
});

Deno.test("mergedDocument() of two that say the same is the later one, without a difference", () => {
  fc.assert(fc.property(randomDocument(), (document) => {
    const drawn = merged(document, structuredClone(document));
    assert.deepEqual(drawn.document, document);
    assert.equal(drawn.nodes.size + drawn.edges.size + drawn.notes.size, 0);
  }));
});

Deno.test("mergedDocument() a removed node stands at its old place, or beside what stands there now", () => {
  const before = documentOf({ name: "W", nodes: [node("a", 0, 0), node("b", 0, 200)] });
  const away = merged(before, { ...before, nodes: [node("a", 0, 0)] });
  assert.deepEqual(away.document.nodes[0], node("b", 0, 200));
  assert.deepEqual([...away.nodes], [["b", "removed"]]);
  const replaced = merged(before, { ...before, nodes: [node("a", 0, 0), node("c", 5, 205)] });
  assert.deepEqual(replaced.document.nodes[0]?.position, { x: 245, y: 200 });
});

Deno.test("mergedDocument() an edge that leads elsewhere is drawn twice, a new label on it is no new edge", () => {
  const nodes = [node("a", 0, 0), node("b", 0, 200), node("c", 300, 200)];
  const before = documentOf({ name: "W", nodes, edges: [{ id: "e", source: "a", target: "b" }] });
  const moved = merged(before, { ...before, edges: [{ id: "e", source: "a", target: "c" }] });
  assert.deepEqual(moved.document.edges.map(({ target }) => target), ["b", "c"]);
  assert.deepEqual(moved.document.edges.map(({ id }) => moved.edges.get(id)), ["removed", "added"]);
  const named = merged(before, { ...before, edges: [{ id: "e", source: "a", target: "b", label: "yes" }] });
  assert.equal(named.edges.size, 0);
  assert.equal(named.document.edges.length, 1);
});

Deno.test("mergedDocument() a ghost whose id is a note's by now keeps its edges under another id", () => {
  const before = documentOf({
    name: "W",
    nodes: [node("a", 0, 0), node("b", 0, 200)],
    edges: [{ id: "e", source: "a", target: "b" }],
  });
  const note = {
    id: "b",
    kind: "note" as const,
    position: { x: 0, y: 0 },
    width: 100,
    height: 50,
    text: "",
    tone: "grey" as const,
  };
  const drawn = merged(before, { ...before, nodes: [node("a", 0, 0)], edges: [], notes: [note] });
  const ghost = drawn.document.nodes[0];
  assert.ok(ghost && ghost.id !== "b");
  assert.equal(drawn.nodes.get(ghost.id), "removed");
  assert.equal(drawn.document.edges[0]?.target, ghost.id);
});
