import assert from "node:assert/strict";
import { checkShape, type NodeInfo } from "../../engine/core/check.ts";
import { conditionProblems, evaluateCondition } from "../../engine/core/condition.ts";
import { compileConfig, renderConfig } from "../../engine/core/config.ts";
import { compileTemplate, renderTemplate } from "../../engine/core/template.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import type { Encoding } from "../../engine/schemas/node.ts";
import { quickest } from "../helpers/quickest.ts";

const ENCODINGS: Encoding[] = ["text", "html", "url", "json", "header", "value"];

/** Each must be refused when it is compiled, or render as nothing. A new advisory becomes a new row. */
const ATTACKS = [
  "{{ constructor.constructor('return Deno')() }}",
  "{{ lead.constructor }}",
  "{{ lead['constructor'] }}",
  "{{ lead.__proto__.x }}",
  '{{ lead["__proto__"]["x"] }}',
  "{{ lead['__pro' + 'to__'] }}",
  "{{ lead['__proto\\__'] }}",
  "{{ lead.prototype }}",
  "{{ lead.toString }}",
  "{{ lead.hasOwnProperty }}",
  "{{ lead.__defineGetter__ }}",
  "{{ lead.tags.length }}",
  "{{ lead.tags.map }}",
  "{{ lead.tags[-1] }}",
  "{{ lead.firstName.length }}",
  "{{ lead.firstName[0] }}",
  "{{ lead.firstName.constructor }}",
  "{{ toString }}",
  "{{ globalThis.Deno }}",
  "{{ Deno.env }}",
  "{{ process.env.HOME }}",
  "{{ this.constructor }}",
  "{{ $evaluateExpression('1') }}",
  "{{ lead.run() }}",
  "{{ lead.run`` }}",
  "{{ (() => 1)() }}",
  "{{ [].fill.call }}",
  "{{ 1 + 1 }}",
  "{{ lead.firstName = 'x' }}",
  "{{ lead.firstName ? 1 : 2 }}",
  "{{ lead.firstName; Deno.exit() }}",
  "{{ ${1} }}",
  "{{ lead.x | constructor }}",
  "{{ lead.x | __proto__ }}",
  "{{ lead.x | toString }}",
  "{{ import('node:fs') }}",
  "{% for i in (1..99999999) %}{{ i }}{% endfor %}",
  "{{ include 'file' }}",
  "{{#each lead}}x{{/each}}",
  "{{{ lead.run }}}",
  "<%= 7 * 7 %>${7 * 7}#{7 * 7}",
];

const VIEW = {
  lead: { firstName: "Ann", tags: ["a"], run: (): string => "executed" },
  now: "2026-11-22T10:00:00Z",
};

function isHarmless(source: string, encoding: Encoding): boolean {
  const compiled = compileTemplate(source, encoding);
  if ("problems" in compiled) return compiled.problems.length > 0;
  if (!source.includes("{{")) return renderTemplate(compiled.template, VIEW).value === source;
  const { value } = renderTemplate(compiled.template, VIEW);
  // What is not between braces stays text; what is must have become nothing.
  const nothing: Json[] = [
    "",
    null,
    "null",
    "{% for i in (1..99999999) %}{% endfor %}",
    "{% for i in (1..99999999) %}null{% endfor %}",
  ];
  return nothing.includes(value);
}

for (const attack of ATTACKS) {
  Deno.test(`expression attack is refused or empty in every field: ${attack}`, () => {
    for (const encoding of ENCODINGS) assert.ok(isHarmless(attack, encoding), encoding);
  });
}

Deno.test("expression attack as a condition's field or value is refused or false", () => {
  for (const attack of ATTACKS.filter((each) => each.includes("{{"))) {
    for (
      const term of [{ field: attack, op: "not_empty" as const }, {
        field: "lead.firstName",
        op: "eq" as const,
        value: attack,
      }]
    ) {
      const refused = conditionProblems({ all: [term] }).length > 0;
      assert.ok(refused || !evaluateCondition({ all: [term] }, VIEW, 0).pass, JSON.stringify(term));
    }
    const bare = attack.replaceAll(/[{}]/g, "");
    const term = { field: bare, op: "not_empty" as const };
    assert.ok(
      conditionProblems({ all: [term] }).length > 0 || !evaluateCondition({ all: [term] }, VIEW, 0).pass,
      bare,
    );
  }
});

Deno.test("expression attack in a value is text, however often it passes through a template", () => {
  for (const attack of ATTACKS) {
    const template = compileTemplate("{{ lead.x }}", "text");
    assert.ok("template" in template);
    const once = renderTemplate(template.template, { lead: { x: attack } }).value;
    assert.equal(renderTemplate(template.template, { lead: { x: once } }).value, attack);
  }
});

Deno.test("expression keys from JSON do not reach a prototype", () => {
  const lead: JsonObject = JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "c", "ok": "fine"}');
  const { compiled, problems } = compileConfig({ a: { "ok": "{{ lead.ok }}" } }, { a: "value" });
  assert.deepEqual(problems, []);
  assert.deepEqual(renderConfig(compiled, { lead }).config, { a: { ok: "fine" } });
  assert.equal(
    evaluateCondition({ all: [{ field: "lead.polluted", op: "exists" }] }, { lead }, 0).pass,
    false,
  );
  assert.ok(!("polluted" in Object.prototype));
});

const LIMIT_MS = 50;

const LARGE: [string, string][] = [
  ["1 MB of text", "x".repeat(1_000_000)],
  ["1 MB of expressions", "{{ lead.firstName }}".repeat(50_000)],
  ["1 MB of braces", "{".repeat(1_000_000)],
  ["1 MB of one path", `{{ lead${".a".repeat(500_000)} }}`],
];
for (const [name, source] of LARGE) {
  Deno.test(`expression of ${name} is refused within 50 ms`, () => {
    for (const encoding of ENCODINGS) {
      const ms = quickest(() => assert.ok("problems" in compileTemplate(source, encoding)), LIMIT_MS);
      assert.ok(ms < LIMIT_MS, `${encoding}: ${ms} ms`);
    }
  });
}

const LONGEST: [string, string][] = [
  ["expressions", "{{ a.b }}".repeat(7_000)],
  ["open braces", "{{".repeat(32_000)],
  ["open quotes", `{{ "`.repeat(16_000)],
  ["pipes", `{{ a ${"|".repeat(60_000)} }}`],
  ["filters", `{{ a ${"| upcase ".repeat(7_000)} }}`],
  ["spaces", `{{${" ".repeat(60_000)}`],
  ["brackets", `{{ a${"[0]".repeat(20_000)} }}`],
];
for (const [name, source] of LONGEST) {
  Deno.test(`expression of the longest allowed length is compiled or refused within 50 ms: ${name}`, () => {
    assert.ok(source.length <= 65_536);
    const ms = quickest(() => compileTemplate(source, "text"), LIMIT_MS);
    assert.ok(ms < LIMIT_MS, `${ms} ms`);
  });
}

function nestedGroups(depth: number): JsonObject {
  let group: JsonObject = { all: [{ field: "lead.a", op: "exists" }] };
  for (let i = 0; i < depth; i++) group = i % 2 ? { all: [group] } : { any: [group, group] };
  return group;
}

Deno.test("condition with 10,000 nested groups is refused within 50 ms, also when its graph is saved", () => {
  const deep = nestedGroups(10_000);
  const refused = (): void =>
    assert.match(conditionProblems(deep)[0]?.message ?? "", /nested more than 8 deep/);
  const ms = quickest(refused, LIMIT_MS);
  assert.ok(ms < LIMIT_MS, `${ms} ms`);
  const info: NodeInfo = {
    type: "fork",
    kind: "pure",
    title: "Fork",
    ports: [],
    templates: {},
    conditions: [""],
    parse: () => assert.fail("the schema must not be asked"),
  };
  const node = { id: "a", type: "fork", position: { x: 0, y: 0 }, data: { label: "", config: deep } };
  const graph = { nodes: [node], edges: [], settings: {} };
  const saved = quickest(
    () => assert.match(checkShape(graph, () => info)[0]?.message ?? "", /nested more than 8/),
    LIMIT_MS,
  );
  assert.ok(saved < LIMIT_MS, `${saved} ms`);
});

Deno.test("condition with 100,000 terms is refused within 50 ms", () => {
  const wide = { any: Array.from({ length: 100_000 }, () => ({ field: "lead.a", op: "exists" })) };
  const refused = (): void => assert.match(conditionProblems(wide)[0]?.message ?? "", /more than 200 terms/);
  const ms = quickest(refused, LIMIT_MS);
  assert.ok(ms < LIMIT_MS, `${ms} ms`);
});
