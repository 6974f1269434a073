import assert from "node:assert/strict";
import fc from "fast-check";
import { documentOf, type EditorDocument } from "../../../islands/editor/document/document.ts";
import { moveNodes } from "../../../islands/editor/document/edits.ts";
import { tidy } from "../../../islands/editor/document/layout.ts";
import { randomDocument } from "./random_document.ts";

const CARD = { width: 220, height: 72 };

function overlaps({ nodes }: EditorDocument): number {
  let count = 0;
  for (const [i, { position: a }] of nodes.entries()) {
    for (const { position: b } of nodes.slice(i + 1)) {
      if (Math.abs(a.x - b.x) < CARD.width && Math.abs(a.y - b.y) < CARD.height) count++;
    }
  }
  return count;
}

Deno.test("tidy() puts every node below those that lead to it, over none, from the same corner", async () => {
  await fc.assert(
    fc.asyncProperty(randomDocument({ min: 5, max: 60 }), async (doc) => {
      fc.pre(doc.nodes.length > 0);
      const places = await tidy(doc, new Map());
      assert.equal(places.size, doc.nodes.length);
      const next = moveNodes(doc, places);
      assert.equal(overlaps(next), 0);
      const at = new Map(next.nodes.map(({ id, position }) => [id, position]));
      for (const { source, target } of next.edges) {
        assert.ok((at.get(source)?.y ?? 0) + CARD.height < (at.get(target)?.y ?? 0));
      }
      for (const axis of ["x", "y"] as const) {
        const corner = (list: typeof doc.nodes): number =>
          Math.min(...list.map(({ position }) => position[axis]));
        assert.ok(Math.abs(corner(next.nodes) - corner(doc.nodes)) <= 1);
      }
    }),
    { numRuns: 40 },
  );
});

function fork(ports: string[]): EditorDocument {
  const at = { position: { x: 50, y: 60 }, data: { label: "", config: {} } };
  return documentOf({
    name: "Fork",
    nodes: [
      { id: "if", type: "if", ...at },
      ...ports.map((port) => ({ id: port, type: "set", ...at })),
      ...ports.map((port) => ({ id: `${port}2`, type: "set", ...at })),
    ],
    edges: [
      ...ports.map((port) => ({ id: port, source: "if", sourceHandle: port, target: port })),
      ...ports.map((port) => ({ id: `${port}2`, source: port, target: `${port}2` })),
    ],
  });
}

Deno.test("tidy() draws a node's ways in the order of its ports", async () => {
  const order = ["yes", "maybe", "no", "error"];
  const infoOf = (type: string): { kind: "pure"; ports: { id: string; label: string }[] } => ({
    kind: "pure",
    ports: type === "if" ? order.map((id) => ({ id, label: id })) : [{ id: "out", label: "" }],
  });
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(order, { minLength: 2 }), async (ports) => {
      const doc = fork(ports);
      const told = await tidy(doc, new Map(), undefined, infoOf);
      const expected = order.filter((port) => ports.includes(port));
      const from = (suffix: string): string[] =>
        ports.toSorted((a, b) => (told.get(a + suffix)?.x ?? 0) - (told.get(b + suffix)?.x ?? 0));
      assert.deepEqual([from(""), from("2")], [expected, expected]);
      const drawn = await tidy(doc, new Map());
      assert.deepEqual(ports.toSorted((a, b) => (drawn.get(a)?.x ?? 0) - (drawn.get(b)?.x ?? 0)), ports);
    }),
    { numRuns: 30 },
  );
});

Deno.test("tidy() lays out only the chosen nodes, and an empty document not at all", async () => {
  const doc = fork(["yes", "no"]);
  assert.deepEqual([...(await tidy(doc, new Map(), ["yes", "yes2"])).keys()].toSorted(), ["yes", "yes2"]);
  assert.equal((await tidy(documentOf({ name: "Empty" }), new Map())).size, 0);
  assert.equal((await tidy(doc, new Map(), [])).size, 0);
});

Deno.test("tidy() gives large cards the room that they need", async () => {
  const sizes = new Map([["yes", { width: 600, height: 300 }]]);
  const places = await tidy(fork(["yes", "no"]), sizes);
  assert.ok((places.get("no")?.x ?? 0) >= (places.get("yes")?.x ?? 0) + 600);
  assert.ok((places.get("yes2")?.y ?? 0) >= (places.get("yes")?.y ?? 0) + 300);
});
