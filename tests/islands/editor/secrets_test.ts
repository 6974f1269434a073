import assert from "node:assert/strict";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import type { EditorDocument } from "../../../islands/editor/document/document.ts";
import { failWords, missingSecrets } from "../../../islands/editor/document/secrets.ts";

const NO_SCHEMA = (): undefined => undefined;

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
  assert.deepEqual(missingSecrets(document, new Set(["crm_key"]), NO_SCHEMA), [
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
  assert.deepEqual(missingSecrets(document, new Set(["crm_key", "slack_webhook", "gone"]), NO_SCHEMA), []);
});

Deno.test("failWords() counts steps and not secrets", () => {
  const two = documentOf({ a: { secret: "x" }, b: { secret: "y" } });
  assert.equal(failWords(missingSecrets(two, new Set(), NO_SCHEMA)), "one step would fail");
  const three = documentOf({ a: { secret: "x" } }, { b: { secret: "y" } });
  assert.equal(failWords(missingSecrets(three, new Set(), NO_SCHEMA)), "2 steps would fail");
});

Deno.test("missingSecrets() counts what a node type names where the config says nothing, in the branch that is meant", async () => {
  const types = await loadNodeTypes();
  const schemaOf = (type: string): JsonObject | undefined => {
    const found = types.get(type);
    return found && describe(found).schema;
  };
  const { nodes, ...rest } = documentOf(
    { channel: "slack", message: "Hi" },
    { channel: "email", message: "Hi", to: "ann@example.com" },
    { channel: "slack", message: "Hi", webhook: { secret: "ours" } },
  );
  const document = { ...rest, nodes: nodes.map((node) => ({ ...node, type: "notification" })) };
  const found = missingSecrets(document, new Set(["ours"]), schemaOf);
  assert.deepEqual(found.map(({ path }) => path), ["nodes.n0.config.webhook"]);
  assert.match(found[0]?.message ?? "", /"slack_webhook"/);
  assert.deepEqual(missingSecrets(document, new Set(["ours", "slack_webhook"]), schemaOf), []);
});
