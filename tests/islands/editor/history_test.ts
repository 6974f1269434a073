import assert from "node:assert/strict";
import fc from "fast-check";
import {
  documentOf,
  type EditorDocument,
  hashOfDocument,
} from "../../../islands/editor/document/document.ts";
import { moveNodes, setName } from "../../../islands/editor/document/edits.ts";
import {
  applyChange,
  changeBetween,
  EMPTY_HISTORY,
  type History,
  invertChange,
  MAX_HISTORY_LENGTH,
  MAX_STEPS,
  record,
  redo,
  restoreHistory,
  serializeHistory,
  undo,
} from "../../../islands/editor/document/history.ts";
import { randomDocument, randomEdits, randomlyEdited } from "./random_document.ts";
import { renameNode } from "./typing.ts";

function edited(
  doc: EditorDocument,
  next: EditorDocument,
  history: History,
  at: number,
  key?: string,
): History {
  const change = changeBetween(doc, next, "Edit", at);
  return change ? record(history, change, key) : history;
}

function allUndone(
  doc: EditorDocument,
  history: History,
): { doc: EditorDocument; history: History; steps: number } {
  let steps = 0;
  for (let step = undo(doc, history); step; step = undo(doc, history)) {
    ({ doc, history } = step);
    steps++;
  }
  return { doc, history, steps };
}

Deno.test("undo() 1,000 random edits give back the first document byte for byte, and redo() the last", () => {
  let undone = 0;
  fc.assert(
    fc.property(randomDocument(), randomEdits({ min: 1_000, max: 1_000 }), (first, edits) => {
      const past = [];
      let doc = first;
      for (const [index, edit] of edits.entries()) {
        const next = randomlyEdited(doc, edit);
        const change = changeBetween(doc, next, "Edit", index);
        assert.equal(change === null, next === doc);
        if (change) past.push(change);
        doc = next;
      }
      const back = allUndone(doc, { past, future: [] });
      undone += back.steps;
      assert.equal(JSON.stringify(back.doc), JSON.stringify(first));
      let [again, history] = [back.doc, back.history];
      for (let step = redo(again, history); step; step = redo(again, history)) {
        [again, history] = [step.doc, step.history];
      }
      assert.equal(JSON.stringify(again), JSON.stringify(doc));
    }),
    { numRuns: 4 },
  );
  assert.ok(undone > 2_000, `${undone} steps were undone`);
});

Deno.test("changeBetween() elements in another order come back in the order that was", () => {
  fc.assert(
    fc.property(
      randomDocument({ min: 5, max: 30 }),
      fc.array(fc.nat(997), { minLength: 40, maxLength: 40 }),
      (doc, keys) => {
        const shuffled = <T>(list: T[]): T[] =>
          list.map((element, i) => ({ element, key: keys[i % 40] ?? 0 })).toSorted((a, b) => a.key - b.key)
            .map(({ element }) => element);
        const after = { ...doc, nodes: shuffled(doc.nodes).slice(1), edges: shuffled(doc.edges) };
        const change = changeBetween(doc, after, "Shuffle", 0);
        if (!change) return;
        assert.equal(JSON.stringify(applyChange(doc, change)), JSON.stringify(after));
        assert.equal(JSON.stringify(applyChange(after, invertChange(change))), JSON.stringify(doc));
      },
    ),
  );
});

const TWO = documentOf({
  name: "Two",
  nodes: ["a", "b"].map((id) => ({
    id,
    type: "set",
    position: { x: 0, y: 0 },
    data: { label: id, config: {} },
  })),
});

Deno.test("record() makes one step of changes with one key that follow within a second", () => {
  let [doc, history] = [TWO, EMPTY_HISTORY];
  for (const [index, label] of ["M", "Ma", "Mai", "Mail"].entries()) {
    const next = renameNode(doc, "a", label);
    history = edited(doc, next, history, index * 900, "label a");
    doc = next;
  }
  assert.equal(history.past.length, 1);
  const back = undo(doc, history);
  assert.equal(JSON.stringify(back?.doc), JSON.stringify(TWO));
  assert.equal(JSON.stringify(redo(TWO, back?.history ?? EMPTY_HISTORY)?.doc), JSON.stringify(doc));

  const late = renameNode(doc, "a", "Mails");
  assert.equal(edited(doc, late, history, 2_700 + 1_001, "label a").past.length, 2);
  assert.equal(edited(doc, renameNode(doc, "b", "B"), history, 2_800, "label b").past.length, 2);
  assert.equal(edited(doc, late, history, 2_800).past.length, 2);
});

Deno.test("record() merges moves of several elements, and never what adds or takes away", () => {
  const moved = moveNodes(TWO, new Map([["a", { x: 1, y: 1 }]]));
  const further = moveNodes(moved, new Map([["a", { x: 2, y: 2 }], ["b", { x: 3, y: 3 }]]));
  const history = edited(moved, further, edited(TWO, moved, EMPTY_HISTORY, 0, "drag"), 100, "drag");
  assert.equal(history.past.length, 1);
  assert.equal(JSON.stringify(undo(further, history)?.doc), JSON.stringify(TWO));
  const without = { ...further, nodes: further.nodes.slice(1) };
  const longer = edited(further, without, history, 200, "drag");
  assert.equal(longer.past.length, 2);
  assert.equal(JSON.stringify(allUndone(without, longer).doc), JSON.stringify(TWO));
});

Deno.test("record() keeps 500 steps and drops what could be redone", () => {
  let [doc, history] = [TWO, EMPTY_HISTORY];
  for (let i = 0; i < MAX_STEPS + 20; i++) {
    const next = setName(doc, `Name ${i}`);
    history = edited(doc, next, history, i * 10_000);
    doc = next;
  }
  assert.equal(history.past.length, MAX_STEPS);
  assert.equal(allUndone(doc, history).doc.name, "Name 19");
  const back = undo(doc, history);
  assert.ok(back);
  assert.equal(back.history.future.length, 1);
  assert.equal(edited(back.doc, setName(back.doc, "Other"), back.history, 0).future.length, 0);
  assert.equal(undo(TWO, EMPTY_HISTORY), null);
  assert.equal(redo(TWO, EMPTY_HISTORY), null);
});

Deno.test("restoreHistory() gives back what serializeHistory() wrote, and undoes as before", () => {
  fc.assert(
    fc.property(randomDocument(), randomEdits({ min: 1, max: 60 }), fc.nat(20), (first, edits, undos) => {
      let [doc, history] = [first, EMPTY_HISTORY];
      for (const [index, edit] of edits.entries()) {
        const next = randomlyEdited(doc, edit);
        history = edited(doc, next, history, index * 5_000);
        doc = next;
      }
      for (let i = 0; i < undos; i++) {
        const step = undo(doc, history);
        if (step) [doc, history] = [step.doc, step.history];
      }
      const hash = hashOfDocument(doc);
      const restored = restoreHistory(serializeHistory(history, 3, hash), 3, hash);
      assert.ok(restored);
      assert.equal(JSON.stringify(restored), JSON.stringify(history));
      assert.equal(JSON.stringify(allUndone(doc, restored).doc), JSON.stringify(first));
    }),
    { numRuns: 40 },
  );
});

Deno.test("restoreHistory() refuses what belongs elsewhere or is damaged", () => {
  const named = setName(TWO, "Three");
  const hash = hashOfDocument(named);
  const text = serializeHistory(edited(TWO, named, EMPTY_HISTORY, 0), 3, hash);
  assert.ok(restoreHistory(text, 3, hash));
  assert.equal(restoreHistory(text, 4, hash), null);
  assert.equal(restoreHistory(text, 3, hashOfDocument(TWO)), null);
  for (
    const bad of [
      "",
      "null",
      "[]",
      text.slice(0, -1),
      text.replace('"v":1', '"v":2'),
      text.replace('"nodes":[]', '"nodes":7'),
    ]
  ) {
    assert.equal(restoreHistory(bad, 3, hash), null, bad);
  }
});

Deno.test("serializeHistory() stays under 2 MB, loses the oldest steps, and can still be undone", () => {
  let [doc, history] = [TWO, EMPTY_HISTORY];
  for (let i = 0; i < 60; i++) {
    const next = setName(doc, `${i} ${"x".repeat(40_000)}`);
    history = edited(doc, next, history, i * 10_000);
    doc = next;
  }
  const hash = hashOfDocument(doc);
  const text = serializeHistory(history, 1, hash);
  assert.ok(text.length <= MAX_HISTORY_LENGTH, `${text.length}`);
  const restored = restoreHistory(text, 1, hash);
  assert.ok(restored && restored.past.length > 10 && restored.past.length < 60);
  assert.deepEqual(restored.past, history.past.slice(-restored.past.length));
  const steps = restored.past.length;
  assert.match(allUndone(doc, restored).doc.name, new RegExp(`^${59 - steps} x`));
});

Deno.test("hashOfDocument() tells documents apart that differ in one letter", () => {
  const hashes = new Set(Array.from({ length: 2_000 }, (_, i) => hashOfDocument(setName(TWO, `Name ${i}`))));
  assert.equal(hashes.size, 2_000);
  assert.equal(hashOfDocument(TWO), hashOfDocument(structuredClone(TWO)));
});
