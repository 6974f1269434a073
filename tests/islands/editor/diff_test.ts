import assert from "node:assert/strict";
import fc from "fast-check";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { diffDocuments } from "../../../islands/editor/document/diff.ts";
import { documentOf } from "../../../islands/editor/document/document.ts";
import {
  addNode,
  addNote,
  connect,
  moveNodes,
  reconnect,
  removeElements,
  setName,
  setSettings,
} from "../../../islands/editor/document/edits.ts";
import { sameJson } from "../../../islands/editor/document/json_value.ts";
import { randomDocument, randomEdits, randomlyEdited } from "./random_document.ts";
import { renameNode, setConfigValue } from "./typing.ts";

Deno.test("diffDocuments() is empty exactly when the documents say the same", () => {
  const seen = { same: 0, differ: 0 };
  fc.assert(
    fc.property(randomDocument(), randomEdits({ min: 0, max: 3 }), (before, edits) => {
      const after = edits.reduce(randomlyEdited, before);
      const diff = diffDocuments(before, structuredClone(after));
      const parts = diff.nodes.length + diff.edges.length + diff.notes.length + diff.settings.length +
        (diff.name ? 1 : 0);
      const byId = <T extends { id: string }>(list: T[]): [string, T][] =>
        list.map((each) => [each.id, each]);
      const said = (doc: typeof before): unknown => [
        doc.name,
        Object.fromEntries(byId(doc.nodes)),
        Object.fromEntries(byId(doc.edges)),
        Object.fromEntries(byId(doc.notes)),
        doc.settings,
      ];
      const same = sameJson(said(before), said(after));
      assert.equal(parts === 0, same);
      assert.equal(diff.words.length === 0, same, JSON.stringify(diff.words));
      seen[same ? "same" : "differ"]++;
    }),
    { numRuns: 500 },
  );
  assert.ok(seen.same > 50 && seen.differ > 50, JSON.stringify(seen));
});

function node(id: string, label: string, config: WorkflowNode["data"]["config"] = {}): WorkflowNode {
  return { id, type: "mail", position: { x: 0, y: 0 }, data: { label, config } };
}

const ports = [{ id: "out", label: "Sent" }, { id: "error", label: "Failed" }];
const infoOf = (): { kind: "effect"; ports: typeof ports } => ({ kind: "effect", ports });
const BASE = documentOf({
  name: "Outreach",
  nodes: [
    node("mail", "Send mail", { to: "a", headers: [{ name: "x", value: "1" }] }),
    node("notify", "Notify"),
    node("call", ""),
  ],
  edges: [{ id: "e", source: "mail", sourceHandle: "error", target: "notify" }],
});

Deno.test("diffDocuments() says in words what was added, removed, changed and moved", () => {
  let after = addNode(BASE, node("second", "Second mail"));
  after = setConfigValue(after, "mail", ["headers", 0, "value"], "2");
  after = setConfigValue(after, "mail", ["subject"], "Hello");
  after = moveNodes(after, new Map([["notify", { x: 9, y: 9 }], ["mail", { x: 5, y: 5 }]]));
  after = removeElements(after, { nodes: ["call"] });
  after = reconnect(after, "e", { source: "mail", sourceHandle: "out", target: "notify" });
  after = connect(after, { source: "notify", sourceHandle: "error", target: "second" }, "f");
  after = setSettings(setName(after, "Cold outreach"), { timezone: "UTC" });
  after = addNote(after, {
    id: "note",
    kind: "note",
    position: { x: 0, y: 0 },
    width: 9,
    height: 9,
    text: "Mind\nthis",
    tone: "grey",
  });
  const diff = diffDocuments(BASE, after, infoOf);
  assert.deepEqual(diff.words, [
    "Renamed from “Outreach” to “Cold outreach”",
    "“Send mail”: headers.0.value changed from “1” to “2”; subject is “Hello” now",
    "Added “Second mail”",
    "Removed “call”",
    "Changed the edge Send mail —Failed→ Notify to Send mail —Sent→ Notify",
    "Added the edge Notify —Failed→ Second mail",
    "Settings: timezone is “UTC” now",
    "Added the note “Mind”",
    "Moved 1 element",
  ]);
  assert.deepEqual(diff.nodes.map(({ id, kind }) => [id, kind]), [
    ["mail", "changed"],
    ["notify", "moved"],
    ["second", "added"],
    ["call", "removed"],
  ]);
  assert.deepEqual(diff.nodes[0]?.fields.map(({ path }) => path), [
    "position",
    "config.headers.0.value",
    "config.subject",
  ]);
});

Deno.test("diffDocuments() takes a list that grew as one value, and an edge without named ports plainly", () => {
  const after = setConfigValue(BASE, "mail", ["headers", 1], { name: "y", value: "2" });
  assert.deepEqual(diffDocuments(BASE, after).nodes[0]?.fields.map(({ path }) => path), ["config.headers"]);
  const gone = diffDocuments(BASE, removeElements(renameNode(BASE, "mail", "Mail"), { edges: ["e"] }));
  assert.deepEqual(gone.words, [
    "“Mail”: label changed from “Send mail” to “Mail”",
    "Removed the edge Send mail —error→ Notify",
  ]);
});
