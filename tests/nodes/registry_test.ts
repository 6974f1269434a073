import assert from "node:assert/strict";
import { calendar } from "../../engine/core/calendar.ts";
import { compileTemplate, renderTemplate } from "../../engine/core/template.ts";
import { describe, loadFrom, loadNodeTypes, register } from "../../engine/nodes/mod.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { node } from "./context_fixture.ts";

const ALL = [...(await loadNodeTypes()).keys()];

Deno.test("loadNodeTypes() finds every node type of its folder under its own name", async () => {
  const types = await loadNodeTypes();
  assert.ok(types.size >= 16, "the folder is read");
  for await (const entry of Deno.readDir(new URL("../../engine/nodes/", import.meta.url))) {
    if (!entry.isFile || ["mod.ts", "define.ts"].includes(entry.name)) continue;
    assert.ok(types.has(entry.name.replace(".ts", "")), `${entry.name} is registered by its name`);
  }
});

Deno.test("loadFrom() names the file whose default export is no node type", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/broken.ts`, "export default { type: 'broken' };");
    await assert.rejects(
      loadFrom(new URL(`file://${folder}/`)),
      /broken\.ts: its default export is no node type/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("register() names both files that share a type", async () => {
  const exported = await node("set");
  assert.throws(
    () => register([{ file: "a.ts", exported }, { file: "b.ts", exported }]),
    /b\.ts: a\.ts has the type "set"/,
  );
});

Deno.test("register() refuses what only looks like a node type", () => {
  for (
    const exported of [undefined, null, 1, "x", {}, [], { type: "x", kind: "pure", config: {} }, {
      type: "../x",
      kind: "trigger",
    }]
  ) {
    assert.throws(() => register([{ file: "x.ts", exported }]), /x\.ts/);
  }
});

/** Every schema with properties, at any depth. */
function* objects(schema: unknown): Generator<JsonObject> {
  if (typeof schema !== "object" || schema === null) return;
  if ("properties" in schema) yield schema as JsonObject;
  for (const value of Object.values(schema)) yield* objects(value);
}

/** A property may itself be called `properties`. */
function isSchemaOfObject(schema: JsonObject): boolean {
  return schema.type === "object" && typeof schema.properties === "object";
}

for (const type of ALL) {
  Deno.test(`describe() of ${type} is JSON that a form and a card can be drawn from`, async () => {
    const found = await node(type);
    const descriptor = describe(found);
    assert.deepEqual(JSON.parse(JSON.stringify(descriptor)), descriptor);
    assert.match(descriptor.icon, /^[a-z]+(-[a-z0-9]+)*$/);
    assert.ok(descriptor.summary !== "" && descriptor.title !== "" && descriptor.description.endsWith("."));
    assert.ok(found.config.safeParse(found.example).success, "the example parses");
    // Which workflow a new node calls, nobody can say for the team.
    const missing = type === "sub_workflow" ? ["workflowId"] : [];
    const checked = found.check?.(found.config.parse(found.example), calendar) ?? [];
    assert.deepEqual(checked.map(({ path }) => path), missing, "the example could run");
    for (const object of objects(descriptor.schema)) {
      if (!isSchemaOfObject(object)) continue;
      for (const [name, field] of Object.entries(object.properties as { [name: string]: JsonObject })) {
        if (field.const !== undefined) continue;
        assert.ok(field.title, `${type}: ${name} has a title`);
        assert.ok(field.description, `${type}: ${name} has a description`);
      }
    }
  });

  Deno.test(`describe() of ${type} says in a few sentences how to set it up`, async () => {
    const { help } = describe(await node(type));
    const sentences = help.match(/[.?!](?=\s|$)/g)?.length ?? 0;
    assert.ok(sentences >= 2, `${sentences} sentences`);
    assert.match(help, /\bExample: /);
    assert.ok(help.length <= 800, `${help.length} characters`);
    assert.doesNotMatch(help, /<[a-z]+>(?<!<this node>|<mail node>|<name>)|\n\n\n/, "plain text");
  });

  Deno.test(`${type} keeps to the templates and ports it declares`, async () => {
    const found = await node(type);
    const schema = JSON.stringify(describe(found).schema);
    for (const path of Object.keys(found.templates)) {
      for (const part of path.split(".").filter((one) => one !== "*")) {
        assert.ok(schema.includes(`"${part}"`), path);
      }
    }
    if (Array.isArray(found.ports)) {
      assert.equal(new Set(found.ports.map((port) => port.id)).size, found.ports.length);
    }
  });
}

Deno.test("describe() tells who joins, who reaches a person, and which fields are conditions and long texts", async () => {
  const types = [...(await loadNodeTypes()).values()].map(describe);
  assert.deepEqual(types.filter(({ joins }) => joins).map(({ type }) => type), ["join"]);
  assert.ok(types.find(({ type }) => type === "email")?.reaches);
  assert.ok(!types.find(({ type }) => type === "api")?.reaches);
  const formats = (type: string): unknown[] => {
    const { schema } = types.find((one) => one.type === type)!;
    return Object.values(schema.properties as { [name: string]: JsonObject }).map(({ format }) => format);
  };
  assert.ok(formats("wait_for_signal").includes("condition"));
  assert.ok(formats("wait_for_signal").includes("duration"));
  assert.ok(formats("task").includes("multiline"));
  assert.ok(formats("email").includes("code"));
  assert.ok(formats("sub_workflow").includes("workflow"));
});

const cards: { type: string; config?: JsonObject; says: string }[] = [
  { type: "api", says: "GET https://api.example.com/" },
  { type: "api", config: { url: "https://example.com/" }, says: "GET https://example.com/" },
  { type: "approval", says: "20 % off for {{ lead.company }}" },
  { type: "condition", says: "lead.score gte 70" },
  {
    type: "condition",
    config: { any: [{ field: "messages.mail.opened", op: "is_true" }] },
    says: "messages.mail.opened is true",
  },
  { type: "email", says: "“Hello {{ lead.firstName }}” to {{ lead.email }}" },
  { type: "respond", config: {}, says: "Answer 200" },
  { type: "set", says: "Set greeting" },
  { type: "task", says: "Call {{ lead.firstName }}" },
  { type: "trigger_manual", says: "Started by hand" },
  { type: "trigger_signal", says: "When lead.created" },
  { type: "trigger_webhook", config: { path: "a/b" }, says: "POST /hooks/a/b" },
  { type: "wait", says: "Wait 2 days" },
  { type: "wait", config: { kind: "until", at: "2026-12-01" }, says: "Wait until 2026-12-01" },
];
for (const { type, config, says } of cards) {
  Deno.test(`the card of ${type} says ${JSON.stringify(says)}`, async () => {
    const found = await node(type);
    const compiled = compileTemplate(found.summary, "text");
    assert.ok("template" in compiled);
    const { value } = renderTemplate(compiled.template, config ?? found.example);
    assert.equal(String(value).trim().replace(/ +/g, " "), says);
  });
}
