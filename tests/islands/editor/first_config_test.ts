import assert from "node:assert/strict";
import { documentOf } from "../../../islands/editor/document/document.ts";
import { firstConfig } from "../../../islands/editor/document/first_config.ts";
import { chain, node } from "../../helpers/engine.ts";

const CONDITION = {
  type: "condition",
  example: { all: [{ field: "lead.score", op: "gte", value: 70 }] },
};
const MAIL = { to: "{{ lead.email }}", subject: "Hello", text: "Hello" };
const DOC = documentOf({
  name: "Two mails",
  nodes: [
    node("start", "trigger_manual"),
    node("mail", "email", MAIL),
    node("pause", "wait"),
    node("again", "email", MAIL),
    node("later", "wait"),
  ],
  edges: chain("start", "mail", "pause", "again", "later"),
});

function asked(behind: string | undefined): unknown {
  return firstConfig(CONDITION, DOC, behind);
}

Deno.test("firstConfig() of a condition asks whether the nearest mail before it was opened", () => {
  const opened = (id: string): unknown => ({ all: [{ field: `messages.${id}.opened`, op: "is_true" }] });
  assert.deepEqual(asked("mail"), opened("mail"));
  assert.deepEqual(asked("pause"), opened("mail"));
  assert.deepEqual(asked("later"), opened("again"));
});

Deno.test("firstConfig() without a mail before it, and of any other type, is a copy of the example", () => {
  assert.deepEqual(asked("start"), CONDITION.example);
  assert.deepEqual(asked(undefined), CONDITION.example);
  assert.notEqual(asked("start"), CONDITION.example);
  const task = { type: "task", example: { title: "Call" } };
  assert.deepEqual(firstConfig(task, DOC, "mail"), { title: "Call" });
});
