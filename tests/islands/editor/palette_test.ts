import assert from "node:assert/strict";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import { searchTypes } from "../../../islands/editor/document/palette.ts";

const descriptors = [...(await loadNodeTypes()).values()].map(describe);

Deno.test("searchTypes() finds every node type first by its own title", () => {
  for (const { title, type } of descriptors) {
    assert.equal(searchTypes(descriptors, title)[0]?.type, type, title);
    assert.equal(searchTypes(descriptors, `  ${title.toUpperCase()} `)[0]?.type, type, title);
  }
  assert.deepEqual(searchTypes(descriptors, " "), descriptors);
  assert.deepEqual(searchTypes(descriptors, "zebra xylophone"), []);
});

const SOME = [
  {
    type: "email",
    title: "Send mail",
    description: "Sends a message to the lead.",
    category: "messages" as const,
  },
  { type: "wait", title: "Wait", description: "Goes on later, or after a mail.", category: "time" as const },
  {
    type: "condition",
    title: "Condition",
    description: "Takes one of two ways.",
    category: "logic" as const,
  },
  {
    type: "trigger_webhook",
    title: "Webhook",
    description: "Starts when a request comes.",
    category: "triggers" as const,
  },
];

Deno.test("searchTypes() ranks titles over descriptions, needs every word, forgives one slip", () => {
  const found = (text: string): string[] =>
    searchTypes(SOME.map((one) => ({ ...one, keywords: [] })), text).map(({ type }) => type);
  assert.deepEqual(found("mail"), ["email", "wait"]);
  assert.deepEqual(found("send m"), ["email"]);
  assert.deepEqual(found("logic"), ["condition"]);
  assert.deepEqual(found("trigger webhook"), ["trigger_webhook"]);
  assert.equal(found("webhok")[0], "trigger_webhook");
  assert.equal(found("conditoin")[0], "condition");
  assert.equal(found("conditn")[0], "condition");
  assert.deepEqual(found("xmail zzz"), []);
  assert.deepEqual(found("wx"), []);
});

Deno.test("searchTypes() finds a node by the words that a salesperson looks for it by", () => {
  const looked: readonly (readonly [words: string, type: string])[] = [
    ["opened", "condition"],
    ["if", "condition"],
    ["delay", "wait"],
    ["pause", "wait"],
    ["reply", "wait_for_signal"],
    ["slack", "notification"],
    ["phone", "call"],
    ["loop", "for_each"],
    ["branch", "switch"],
    ["hubspot", "api"],
    ["new lead", "trigger_signal"],
    ["incoming", "trigger_webhook"],
    ["outgoing", "webhook"],
    ["record", "database"],
    ["cron", "trigger_schedule"],
    ["todo", "task"],
  ];
  for (const [words, type] of looked) {
    const found = searchTypes(descriptors, words).slice(0, 3).map((one) => one.type);
    assert.ok(found.includes(type), `"${words}" finds ${found.join(", ") || "nothing"}, not ${type}`);
  }
});
