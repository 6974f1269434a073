import assert from "node:assert/strict";
import fc from "fast-check";
import type { WorkflowEdge } from "../../../engine/schemas/workflow.ts";
import { copy, paste, type Pasted } from "../../../islands/editor/document/clipboard.ts";
import { documentOf, type EditorDocument } from "../../../islands/editor/document/document.ts";
import { jsonWithReferences } from "../../../islands/editor/document/references.ts";
import { randomDocument } from "./random_document.ts";

const EMPTY = documentOf({ name: "Other" });

function pasted(result: Pasted | { problem: string }): Pasted {
  assert.ok("doc" in result, "problem" in result ? result.problem : "");
  return result;
}

Deno.test("paste() of copy() is the same drawing under new ids, in the same workflow and in another", () => {
  let count = 0;
  fc.assert(
    fc.property(
      randomDocument({ min: 10, max: 60 }),
      randomDocument(),
      fc.integer({ min: 1, max: 4 }),
      (doc, other, every) => {
        const chosen = [...doc.nodes, ...doc.notes].map(({ id }) => id).filter((_, i) => i % every === 0);
        if (chosen.length === 0) return;
        for (const target of [doc, other, EMPTY]) {
          const frozen = JSON.stringify(target);
          const result = pasted(paste(target, copy(doc, chosen), { offset: { x: 40, y: -10 } }));
          assert.equal(JSON.stringify(target), frozen);
          assert.equal(
            JSON.stringify(result.doc.nodes.slice(0, target.nodes.length)),
            JSON.stringify(target.nodes),
          );
          assert.deepEqual(result.doc.edges.slice(0, target.edges.length), target.edges);
          assertSame(doc, chosen, result, target);
          count += result.ids.length;
        }
      },
    ),
    { numRuns: 60 },
  );
  assert.ok(count > 300, `${count} elements were pasted`);
});

function assertSame(
  doc: EditorDocument,
  chosen: readonly string[],
  { doc: next, ids }: Pasted,
  target: EditorDocument,
): void {
  const all = [...next.nodes, ...next.notes].map(({ id }) => id);
  assert.equal(new Set(all).size, all.length);
  assert.equal(new Set(next.edges.map(({ id }) => id)).size, next.edges.length);
  const originals = [...doc.nodes, ...doc.notes].filter(({ id }) => chosen.includes(id));
  const names = new Map(originals.map(({ id }, i) => [id, ids[i] ?? ""]));
  assert.equal(names.size, ids.length);
  const copies = [...next.nodes.slice(target.nodes.length), ...next.notes.slice(target.notes.length)];
  const nodeNames = new Map(doc.nodes.flatMap(({ id }) => names.has(id) ? [[id, names.get(id)]] : []));
  for (const [i, original] of originals.entries()) {
    const { x, y } = original.position;
    const expected = { ...original, id: names.get(original.id), position: { x: x + 40, y: y - 10 } };
    const data = "data" in original && typeof original.data === "object" && original.data !== null
      ? original.data
      : null;
    if (!data) assert.deepEqual(copies[i], expected);
    else {
      const config = "config" in data
        ? jsonWithReferences(JSON.parse(JSON.stringify(data.config)), (id) => nodeNames.get(id))
        : {};
      assert.deepEqual(copies[i], { ...expected, data: { ...data, config } });
    }
  }
  const way = (edge: WorkflowEdge, name: (id: string) => string | undefined): string =>
    JSON.stringify([name(edge.source), edge.sourceHandle, name(edge.target)]);
  const inner = doc.edges.filter(({ source, target }) => nodeNames.has(source) && nodeNames.has(target));
  assert.deepEqual(
    next.edges.slice(target.edges.length).map((edge) => way(edge, (id) => id)),
    inner.map((edge) => way(edge, (id) => nodeNames.get(id))),
  );
}

const MAIL = {
  id: "mail",
  type: "email",
  position: { x: 100, y: 100 },
  data: { label: "Send mail", config: { to: "{{ lead.email }}" } },
};
const NEXT = {
  id: "next",
  type: "set",
  position: { x: 100, y: 300 },
  data: { label: "", config: { text: "{{ steps.mail.output }}" } },
};

Deno.test("paste() rewrites what pasted configs read of each other, also swapped names", () => {
  const doc = documentOf({ name: "Draft", nodes: [MAIL, NEXT] });
  const { doc: next, ids } = pasted(paste(doc, copy(doc, ["mail", "next"])));
  assert.deepEqual(ids, ["mail_2", "next_2"]);
  assert.deepEqual(next.nodes[3]?.data.config, { text: "{{ steps.mail_2.output }}" });
  const alone = pasted(paste(doc, copy(doc, ["next"])));
  assert.deepEqual(alone.doc.nodes[2]?.data.config, { text: "{{ steps.mail.output }}" });
  const elsewhere = pasted(paste(EMPTY, copy(doc, ["mail", "next"]), { at: { x: 0, y: 0 } }));
  assert.deepEqual(elsewhere.doc.nodes.map(({ id, position }) => ({ id, ...position })), [
    { id: "mail", x: -110, y: -136 },
    { id: "next", x: -110, y: 64 },
  ]);
});

Deno.test("paste() takes a whole workflow and a bare node, and names types that it does not know", () => {
  const workflow = {
    name: "Whole",
    nodes: [MAIL, NEXT, { ...NEXT, id: "odd", type: "teleport" }],
    edges: [{ id: "e", source: "mail", target: "next" }, { id: "f", source: "next", target: "odd" }],
    settings: { timezone: "UTC" },
  };
  const known = pasted(paste(EMPTY, JSON.stringify(workflow), { knows: (type) => type !== "teleport" }));
  assert.equal(known.doc.name, "Other");
  assert.deepEqual(known.doc.settings, {});
  assert.deepEqual(known.dropped, ['odd (there is no node type "teleport")']);
  assert.deepEqual(known.doc.edges.map(({ source, target }) => [source, target]), [["mail", "next"]]);
  const bare = pasted(paste(EMPTY, JSON.stringify({ type: "email" }), { at: { x: 110, y: 36 } }));
  assert.deepEqual(bare.doc.nodes, [{
    id: "email",
    type: "email",
    position: { x: 0, y: 0 },
    data: { label: "", config: {} },
  }]);
});

Deno.test("paste() says what is wrong with anything else", () => {
  const problem = (text: string, doc = EMPTY): string => {
    const result = paste(doc, text, { knows: (type) => type !== "teleport" });
    assert.ok("problem" in result);
    return result.problem;
  };
  for (const text of ["", "hello", "7", "null", "[]", "{}", '{"nodes":7}']) {
    assert.match(problem(text), /holds no nodes/, text);
  }
  assert.match(problem('{"nodes":[]}'), /nothing to paste/);
  assert.match(problem(JSON.stringify({ type: "teleport" })), /teleport/);
  assert.match(problem(JSON.stringify({ nodes: [MAIL, MAIL] })), /same id/);
  assert.match(problem(JSON.stringify({ nodes: [{ ...MAIL, id: "a b" }] })), /nodes\.0\.id/);
  const many = Array.from({ length: 1_001 }, (_, i) => ({ ...MAIL, id: `n${i}` }));
  assert.match(problem(JSON.stringify({ nodes: many })), /1001 nodes, at most 1000/);
  const full = documentOf({ name: "Full", nodes: many.slice(0, 600) });
  assert.match(problem(JSON.stringify({ nodes: many.slice(0, 401) }), full), /at most 1000 nodes/);
  assert.ok("doc" in paste(full, JSON.stringify({ nodes: many.slice(0, 400) })));
});
