import assert from "node:assert/strict";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import type { EditorDocument } from "../../../islands/editor/document/document.ts";
import { failWords, missingSecrets } from "../../../islands/editor/document/secrets.ts";

function documentOf(...configs: JsonObject[]): EditorDocument {
  const nodes = configs.map((config, index) => ({
    id: `n${index}`,
    type: "api",
    position: { x: 0, y: 0 },
    data: { label: "", config },
  }));
  return { name: "Secrets", nodes, edges: [], notes: [], settings: {} };
}

Deno.test("missingSecrets() names the field of every secret that is not stored, however deep", () => {
  const document = documentOf(
    { webhook: { secret: "slack_webhook" } },
    { headers: [{ name: "x", value: { secret: "crm_key" } }, { name: "y", value: { secret: "gone" } }] },
    { body: { secret: "crm_key", other: 1 }, text: "secret", none: null },
  );
  assert.deepEqual(missingSecrets(document, new Set(["crm_key"])), [
    {
      path: "nodes.n0.config.webhook",
      nodeId: "n0",
      message: 'No secret has the name "slack_webhook": it would fail',
    },
    {
      path: "nodes.n1.config.headers.1.value",
      nodeId: "n1",
      message: 'No secret has the name "gone": it would fail',
    },
  ]);
  assert.deepEqual(missingSecrets(document, new Set(["crm_key", "slack_webhook", "gone"])), []);
});

Deno.test("failWords() counts steps and not secrets", () => {
  const two = documentOf({ a: { secret: "x" }, b: { secret: "y" } });
  assert.equal(failWords(missingSecrets(two, new Set())), "one step would fail");
  const three = documentOf({ a: { secret: "x" } }, { b: { secret: "y" } });
  assert.equal(failWords(missingSecrets(three, new Set())), "2 steps would fail");
});
