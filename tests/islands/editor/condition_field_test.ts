import assert from "node:assert/strict";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import type { View } from "../../../engine/schemas/node.ts";
import { otherPaths } from "../../../islands/editor/inspector/fields/completions.ts";
import { withField } from "../../../islands/editor/inspector/fields/condition_model.ts";
import { SAMPLE } from "../../../islands/editor/use_sample.ts";

const SCORE: JsonObject = { field: "lead.score", op: "gte", value: 70 };
const VIEW: View = { ...SAMPLE, steps: { ask: { output: { approved: true, amount: "12" } } } };

Deno.test("withField() takes an operator that can hold of the field, and leaves one that can", () => {
  const compared = (field: string, term = SCORE): unknown => withField(term, field, VIEW);
  assert.deepEqual(compared("messages.mail.opened"), { field: "messages.mail.opened", op: "is_true" });
  assert.deepEqual(compared("steps.ask.output.approved"), {
    field: "steps.ask.output.approved",
    op: "is_true",
  });
  assert.deepEqual(compared("lead.company"), { field: "lead.company", op: "eq", value: "" });
  assert.deepEqual(compared("lead.tags"), { field: "lead.tags", op: "contains", value: "" });
  assert.equal(compared("steps.ask.output.amount"), null, "a text of digits is a number");
  assert.equal(compared("steps.gone.output.x"), null, "nothing is known of it");
  const truth = { field: "messages.mail.opened", op: "is_false", value: "" };
  assert.equal(compared("messages.mail.clicked", truth), null, "is false was chosen");
  assert.deepEqual(compared("lead.company", truth), { field: "lead.company", op: "eq", value: "" });
});

Deno.test("otherPaths() offers everything with the path that stands there marked, and nothing for other texts", () => {
  const readables = [{ path: "lead.email", group: "Lead" }, { path: "lead.score", group: "Lead" }];
  const found = otherPaths("lead.score", readables);
  assert.deepEqual(found?.items.map(({ text }) => text), ["lead.email", "lead.score"]);
  assert.deepEqual([found?.active, found?.from, found?.to], [1, 0, "lead.score".length]);
  assert.equal(otherPaths("lead.sc", readables), null);
});
