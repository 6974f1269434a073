import assert from "node:assert/strict";
import fc from "fast-check";
import { checkShape, type NodeInfo } from "../../../engine/core/check.ts";
import { connectable, mayConnect } from "../../../islands/editor/document/connect.ts";
import {
  documentOf,
  type EditorDocument,
  graphOfDocument,
} from "../../../islands/editor/document/document.ts";
import { drawn } from "../../core/random_graph.ts";
import { quickest } from "../../helpers/quickest.ts";

const KINDS: { readonly [type: string]: NodeInfo["kind"] } = {
  trigger: "trigger",
  pure: "pure",
  effect: "effect",
  end: "pure",
};

function infoOf(type: string): NodeInfo | undefined {
  const kind = KINDS[type];
  const ids = type === "end" ? [] : type === "trigger" ? ["out"] : ["out", "a", "b", "error"];
  const ports = ids.map((id) => ({ id, label: id }));
  return kind && { type, kind, title: type, ports, templates: {}, parse: () => [] };
}

/** A random graph of the machine's tests as a drawing, with a second trigger and an end. */
const drawings = drawn().map(({ graph }) => {
  const at = { position: { x: 0, y: 0 }, data: { label: "", config: {} } };
  return documentOf({
    name: "Random",
    nodes: [...graph.nodes.map(({ id, type }) => ({ id, type, ...at })), {
      id: "also",
      type: "trigger",
      ...at,
    }, { id: "end", type: "end", ...at }],
    edges: graph.nodes.flatMap(({ id, outputs }) =>
      outputs.map(({ port, target }, i) => ({
        id: `${id}.${i}`,
        source: id,
        sourceHandle: port,
        target: graph.nodes[target]?.id ?? "",
      }))
    ),
  });
});

Deno.test("mayConnect() agrees with checkShape on random drawings", () => {
  const seen = { allowed: 0, refused: 0, twice: 0 };
  fc.assert(
    fc.property(drawings, fc.constantFrom("out", "a", "error", "gone"), (doc, sourceHandle) => {
      for (const { id: source } of doc.nodes) {
        const table = connectable(doc, infoOf, source, sourceHandle);
        assert.equal(table.size, doc.nodes.length);
        for (const { id: target } of doc.nodes) {
          const reason = mayConnect(doc, infoOf, { source, sourceHandle, target });
          assert.equal(table.get(target), reason);
          const edge = { id: "new", source, sourceHandle, target };
          const issues = checkShape(graphOfDocument({ ...doc, edges: [...doc.edges, edge] }), infoOf);
          const known = doc.edges.some((each) =>
            each.source === source && each.target === target && each.sourceHandle === sourceHandle
          );
          if (reason === null) assert.deepEqual(issues, [], JSON.stringify(edge));
          else assert.ok(issues.length > 0 || known, `${reason} ${JSON.stringify(edge)}`);
          seen[reason === null ? "allowed" : issues.length > 0 ? "refused" : "twice"]++;
        }
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(seen.allowed > 1_000 && seen.refused > 1_000 && seen.twice > 50, JSON.stringify(seen));
});

function labelled(...nodes: [id: string, type: string, label: string][]): EditorDocument["nodes"] {
  return nodes.map(([id, type, label]) => ({
    id,
    type,
    position: { x: 0, y: 0 },
    data: { label, config: {} },
  }));
}

Deno.test("mayConnect() says why in words", () => {
  const doc = documentOf({
    name: "Words",
    nodes: labelled(["go", "trigger", "Webhook"], ["a", "pure", "A"], ["b", "pure", "B"], ["c", "pure", ""], [
      "end",
      "end",
      "Answer",
    ]),
    edges: [
      { id: "1", source: "go", sourceHandle: "out", target: "a" },
      { id: "2", source: "a", sourceHandle: null, target: "b" },
      { id: "3", source: "b", target: "c" },
    ],
  });
  const why = (source: string, target: string, sourceHandle?: string, except?: string): string | null =>
    mayConnect(doc, infoOf, { source, sourceHandle, target }, except);
  assert.equal(why("a", "go"), "Webhook is a trigger: nothing leads into it");
  assert.equal(why("c", "a"), "That would lead in a circle: c → A → B → c");
  assert.equal(why("a", "b"), "These two are connected already");
  assert.equal(why("a", "b", "error"), null);
  assert.equal(why("a", "b", "out", "2"), null);
  assert.equal(why("b", "a", "out", "2"), null);
  assert.equal(why("a", "a"), "A cannot lead to itself");
  assert.equal(why("end", "a"), "Answer is an end: nothing leads out of it");
  assert.equal(why("a", "c", "yes"), 'A has no port "yes"');
  assert.equal(why("gone", "a"), "The node that the edge begins at is gone");
  assert.equal(why("a", "c"), null);
});

Deno.test("connectable() looks at 1,000 nodes and 5,000 edges once", () => {
  const nodes = labelled(
    ...Array.from({ length: 1_000 }, (_, i): [string, string, string] => [`n${i}`, "pure", ""]),
  );
  const edges = Array.from(
    { length: 4_999 },
    (_, i) => ({
      id: `${i}`,
      source: `n${i % 999}`,
      target: `n${Math.min(999, i % 999 + 1 + Math.floor(i / 999))}`,
    }),
  );
  const doc = documentOf({ name: "Large", nodes, edges });
  const ms = quickest(() => {
    const table = connectable(doc, infoOf, "n999", "out");
    assert.equal([...table.values()].filter((reason) => reason === null).length, 0);
  }, 250);
  assert.ok(ms < 250, `${ms} ms`);
});
