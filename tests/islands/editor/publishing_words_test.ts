import assert from "node:assert/strict";
import { diffDocuments } from "../../../islands/editor/document/diff.ts";
import { documentOf } from "../../../islands/editor/document/document.ts";
import { fieldName, valueText } from "../../../islands/editor/publishing/field_words.ts";
import {
  countWords,
  matchingWords,
  runningWords,
  unsavedWords,
} from "../../../islands/editor/publishing/publish_words.ts";

Deno.test("matchingWords() says at least while not all leads were looked at", () => {
  const words = "score is at least 70";
  assert.equal(
    matchingWords({ count: 1_204, more: true, words }),
    `At least 1,204 leads match now: ${words}`,
  );
  assert.equal(
    matchingWords({ count: 0, more: true, words }),
    `No lead matches among the newest; there are more: ${words}`,
  );
  assert.equal(matchingWords({ count: 1, more: false, words }), `1 lead matches now: ${words}`);
  assert.equal(matchingWords({ count: 0, more: false, words }), `No lead matches now: ${words}`);
});

Deno.test("runningWords() names the version where only one can be meant, and says nothing of none", () => {
  assert.equal(runningWords({ total: 0, more: false }, 3), null);
  assert.equal(
    runningWords({ total: 37, more: false }, 1),
    "37 executions are under way in version 1, and go on in it.",
  );
  assert.equal(
    runningWords({ total: 1, more: false }, 3),
    "1 execution is under way, and goes on in the version that it began with.",
  );
  assert.equal(
    runningWords({ total: 2_000, more: true }, 3),
    "At least 2,000 executions are under way, and go on in the version that they began with.",
  );
});

Deno.test("countWords() counts by kind, and is empty for the same", () => {
  const node = (id: string, x = 0, label = id): ReturnType<typeof documentOf>["nodes"][number] => ({
    id,
    type: "mail",
    position: { x, y: 0 },
    data: { label, config: {} },
  });
  const before = documentOf({ name: "W", nodes: [node("a"), node("b"), node("c"), node("d")] });
  const after = {
    ...before,
    nodes: [node("a", 10), node("b", 0, "B"), node("c"), node("e"), node("f")],
    edges: [{ id: "1", source: "a", target: "b" }],
    settings: { timezone: "Europe/Zurich" },
  };
  assert.equal(
    countWords(diffDocuments(before, after)),
    "2 nodes added, 1 changed, 1 removed, 1 moved; 1 edge added; settings changed",
  );
  assert.equal(countWords(diffDocuments(before, { ...before, name: "X" })), "renamed");
  assert.equal(countWords(diffDocuments(before, structuredClone(before))), "");
});

Deno.test("unsavedWords() says why the server does not have the draft", () => {
  assert.match(unsavedWords({ kind: "refused", detail: "too long" }), /too long/);
  assert.match(unsavedWords({ kind: "offline" }), /no connection/);
});

Deno.test("fieldName() reads as the form does: titles of the schema, lists counted from 1", () => {
  const schema = {
    $defs: { pair: { type: "object", properties: { value: { type: "string", title: "Its value" } } } },
    type: "object",
    properties: {
      to: { type: "string", title: "Recipient" },
      headers: { type: "array", items: { $ref: "#/$defs/pair" } },
      replyTo: { type: "string" },
    },
  };
  assert.equal(fieldName("config.to", schema), "Recipient");
  assert.equal(fieldName("config.headers.0.value", schema), "Headers › 1 › Its value");
  assert.equal(fieldName("config.replyTo", schema), "Reply to");
  assert.equal(fieldName("config.gone.deep", schema), "Gone › Deep");
  assert.equal(fieldName("label"), "Name");
  assert.equal(fieldName("limits.maxConcurrent"), "Limits › Max concurrent");
});

Deno.test("valueText() leaves texts as they are, and tells what is not there from what is empty", () => {
  assert.equal(valueText("a\nb"), "a\nb");
  assert.equal(valueText(""), "");
  assert.equal(valueText(null), "null");
  assert.equal(valueText({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}');
  assert.equal(valueText(undefined), null);
});
