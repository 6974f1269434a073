import assert from "node:assert/strict";
import { compileConfig, renderConfig } from "../../engine/core/config.ts";
import { TemplateError } from "../../engine/core/template.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import type { Encoding } from "../../engine/schemas/node.ts";

const VIEW = { lead: { firstName: 'A"n', score: 7, tags: ["x"], crlf: "a\nb" }, now: "2026-11-22T10:00:00Z" };

function render(config: JsonObject, templates: { [pattern: string]: Encoding }): JsonObject {
  const { compiled, problems } = compileConfig(config, templates);
  assert.deepEqual(problems, []);
  return renderConfig(compiled, VIEW).config;
}

Deno.test("renderConfig() renders what a pattern names and nothing else", () => {
  const config = {
    subject: "Hi {{ lead.firstName }}",
    note: "{{ lead.firstName }}",
    headers: [{ name: "{{ now }}", value: "{{ lead.score }}" }, { name: "b", value: "c" }],
  };
  assert.deepEqual(render(config, { subject: "header", "headers.*.value": "header" }), {
    subject: 'Hi A"n',
    note: "{{ lead.firstName }}",
    headers: [{ name: "{{ now }}", value: "7" }, { name: "b", value: "c" }],
  });
});

Deno.test("renderConfig() renders every text below a pattern that names a part", () => {
  const body = { a: "{{ lead.tags }}", b: [{ c: "n: {{ lead.score }}" }], d: 5, e: { f: "x" } };
  assert.deepEqual(render({ body }, { body: "value" }), { body: { ...body, a: ["x"], b: [{ c: "n: 7" }] } });
});

Deno.test("renderConfig() quotes in a text that is JSON, keeps types elsewhere in a json field", () => {
  const json = (body: JsonObject[string]): unknown => render({ body }, { body: "json" }).body;
  assert.equal(json('{"n": {{ lead.firstName }}}'), '{"n": "A\\"n"}');
  assert.equal(json(' [{{ lead.tags }}, "{{ lead.firstName }}"]'), ' [["x"], "A\\"n"]');
  assert.deepEqual(json({ n: "{{ lead.score }}" }), { n: 7 });
  assert.equal(json("Dear {{ lead.firstName }}"), 'Dear A"n');
  assert.deepEqual(json("{{ lead.tags }}"), ["x"]);
});

Deno.test("renderConfig() copies only what changes", () => {
  const config = { a: { deep: ["{{ lead.score }}"] }, same: { big: [1, 2] } };
  const { compiled } = compileConfig(config, { "a.deep.*": "value", same: "value" });
  const rendered = renderConfig(compiled, VIEW).config;
  assert.deepEqual(rendered.a, { deep: [7] });
  assert.equal(rendered.same, config.same);
  assert.deepEqual(config.a, { deep: ["{{ lead.score }}"] });
  const still = compileConfig({ a: "no template" }, { a: "text" }).compiled;
  assert.equal(still.slots, null);
  assert.equal(renderConfig(still, VIEW).config, still.config);
});

Deno.test("renderConfig() leaves references to secrets as they are", () => {
  const config = { headers: [{ value: { secret: "{{ lead.firstName }}" } }], body: { key: { secret: "k" } } };
  assert.deepEqual(render(config, { "headers.*.value": "header", body: "value" }), config);
});

Deno.test("renderConfig() names the field in warnings and failures", () => {
  const warned = compileConfig({ list: [{ v: "{{ lead.no }}" }] }, { "list.*.v": "text" }).compiled;
  assert.deepEqual(renderConfig(warned, VIEW).warnings, ["list.0.v: lead.no is missing"]);
  const failing = compileConfig({ to: "{{ lead.crlf }}" }, { to: "header" }).compiled;
  assert.throws(
    () => renderConfig(failing, VIEW),
    (error) => error instanceof TemplateError && /^to: lead\.crlf holds a line break/.test(error.message),
  );
});

Deno.test("compileConfig() names the field and the place of each problem", () => {
  const { problems } = compileConfig(
    { a: "{{ foo.bar }}", b: ["ok", "x {{ lead. }}"], c: "a\r\nb" },
    { a: "text", b: "text", c: "header" },
  );
  assert.deepEqual(problems.map((each) => each.path), ["a", "b.1", "c"]);
  assert.match(problems[0]?.message ?? "", /"foo.bar" leads nowhere: a path begins with trigger, lead/);
  assert.match(problems[1]?.message ?? "", /at character 11/);
});

Deno.test("compileConfig() lists what is read and by which field", () => {
  const { compiled } = compileConfig({ a: "{{ lead.x | default: now }}", b: { c: "{{ steps.s.output }}" } }, {
    a: "text",
    b: "value",
  });
  assert.deepEqual(compiled.paths, [["lead", "x"], ["now"], ["steps", "s", "output"]]);
  assert.deepEqual(compiled.reads.map((read) => read.field), ["a", "a", "b.c"]);
});

Deno.test("compileConfig() refuses to write to names that lead into the language", () => {
  const body: JsonObject = JSON.parse(
    '{"__proto__": {"x": "{{ lead.score }}"}, "plain": "{{ lead.score }}"}',
  );
  const { compiled, problems } = compileConfig({ body }, { body: "value" });
  assert.deepEqual(problems.map((each) => each.path), ["body.__proto__"]);
  const rendered = renderConfig(compiled, VIEW).config.body;
  assert.equal(Object.getPrototypeOf(rendered), Object.prototype);
  assert.ok(!("x" in Object.prototype));
});

Deno.test("compileConfig() survives a config that is nested too deep", () => {
  let body: JsonObject = { x: "{{ lead.score }}" };
  for (let i = 0; i < 20_000; i++) body = { x: body };
  assert.match(compileConfig({ body }, { body: "value" }).problems[0]?.message ?? "", /more than 64 deep/);
});
