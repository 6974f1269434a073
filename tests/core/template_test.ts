import assert from "node:assert/strict";
import {
  compileTemplate,
  renderTemplate,
  type Template,
  TemplateError,
  templatePaths,
} from "../../engine/core/template.ts";
import type { Json } from "../../engine/schemas/json.ts";
import type { Encoding } from "../../engine/schemas/node.ts";

const VIEW = {
  lead: {
    firstName: "Ann",
    company: "",
    score: 72,
    tags: ["vip", "hot"],
    odd: "{{ now }}",
    vip: false,
    none: null,
  },
  trigger: {
    body: { "b c": [{ d: 1.5 }], html: `<b a="1">'&`, url: "https://x.example/p?q=1", crlf: "a\r\nb" },
  },
  steps: { "send-mail": { output: { ms: 5_400_000, at: "2026-12-01T08:00:00Z" } }, "2nd": { output: "x" } },
  now: "2026-11-22T10:00:00.000Z",
};

function compiled(source: string, encoding: Encoding = "text"): Template {
  const result = compileTemplate(source, encoding);
  assert.ok("template" in result, JSON.stringify(result));
  return result.template;
}

function render(source: string, encoding: Encoding = "text", view: object = VIEW): Json {
  return renderTemplate(compiled(source, encoding), view).value;
}

function problem(source: string, encoding: Encoding = "text"): string {
  const result = compileTemplate(source, encoding);
  assert.ok("problems" in result, `accepted: ${source}`);
  return result.problems.map((each) => each.message).join("; ");
}

const TEXTS: [string, string][] = [
  ["no braces } {", "no braces } {"],
  ["Hi {{ lead.firstName }}!", "Hi Ann!"],
  ["{{lead.firstName}}{{ lead.score}}", "Ann72"],
  ['{{ trigger.body["b c"][0].d }}', "1.5"],
  ["{{ trigger.body['b c'][ 0 ]['d'] }}", "1.5"],
  ["{{ steps.send-mail.output.ms }} {{ steps.2nd.output }}", "5400000 x"],
  ["{{ lead.tags }}", '["vip","hot"]'],
  ["{{ lead.tags[1] }}", "hot"],
  ["{{ lead.vip }} {{ lead.none }}", "false "],
  ['{{ "{{ x }}" }} {{ -1.5 }} {{ true }}', "{{ x }} -1.5 true"],
  ['{{ lead.nick | default: "there" }} {{ lead.company | default: lead.firstName }}', "there Ann"],
  ["{{ lead.vip | default: 1 }}", "false"],
  ["{{ lead.firstName | upcase }} {{ lead.firstName | downcase }} {{ 'aNN' | capitalize }}", "ANN ann Ann"],
  ["{{ '  a ' | trim }}|{{ ' b' | strip }}", "a|b"],
  [
    "{{ 'abcdefgh' | truncate: 5 }} {{ 'abcdefgh' | truncate: 5, '…' }} {{ 'abc' | truncate: 5 }}",
    "ab... abcd… abc",
  ],
  ["{{ 'a.b.c' | replace: '.', '$&' }} {{ 'aXb' | replace: 'X' }}", "a$&b$&c ab"],
  ["{{ 'a,b,c' | split: ',' | join: ' + ' }} {{ 'ab' | split: '' | last }}", "a + b + c b"],
  [
    "{{ lead.tags | first }} {{ lead.tags | last }} {{ lead.tags | size }} {{ 'añ😀' | size }}",
    "vip hot 2 3",
  ],
  ["{{ 2.345 | round: 2 }} {{ '2.5' | round }} {{ -2.4 | round }}", "2.35 3 -2"],
  ["{{ 0.1 | plus: 0.2 }} {{ 5 | minus: '2' }} {{ 3 | times: 4 }} {{ 5 | divided_by: 2 }}", "0.3 3 12 2.5"],
  [
    "{{ now | date }} {{ now | date: '%-d %B %Y, %H:%M', 'Asia/Tokyo' }}",
    "2026-11-22 22 November 2026, 19:00",
  ],
  [
    "{{ now | date: '%a %d %b %y %I:%M %p %j %% %Q %z', 'America/New_York' }}",
    "Sun 22 Nov 26 05:00 AM 326 % %Q -0500",
  ],
  ["{{ lead.tags | json }}", '["vip","hot"]'],
  ["{{ trigger.body.html | escape }}", "&lt;b a=&quot;1&quot;&gt;&#39;&amp;"],
  ["{{ 'a b&c' | url_encode }}", "a%20b%26c"],
  ["{{ steps.send-mail.output.ms | duration }}", "1 hour 30 minutes"],
];
for (const [source, expected] of TEXTS) {
  Deno.test(`renderTemplate() writes ${source}`, () => assert.equal(render(source), expected));
}

Deno.test("renderTemplate() says durations in words", () => {
  const words = (d: Json): Json => render("{{ d | duration }}", "text", { d });
  assert.equal(words({ value: 2, unit: "days" }), "2 days");
  assert.equal(words({ value: 1, unit: "hours" }), "1 hour");
  assert.equal(words(90_061_000), "1 day 1 hour");
  assert.equal(words(1_814_400_000), "3 weeks");
  assert.equal(words(3_600_001), "1 hour");
});

const ENCODED: [Encoding, string, Json][] = [
  ["html", "<p>{{ trigger.body.html }}</p>", "<p>&lt;b a=&quot;1&quot;&gt;&#39;&amp;</p>"],
  ["html", "{{ trigger.body.html | escape }}", "&lt;b a=&quot;1&quot;&gt;&#39;&amp;"],
  [
    "url",
    "https://x.example/{{ 'a/b?c' }}?q={{ 'd e' | url_encode }}",
    "https://x.example/a%2Fb%3Fc?q=d%20e",
  ],
  ["url", "{{ trigger.body.url }}", "https://x.example/p?q=1"],
  ["url", "{{ trigger.body.url }}&r={{ '&' }}", "https://x.example/p?q=1&r=%26"],
  ["url", "https://x.example/{{ '\ud800' }}", "https://x.example/%EF%BF%BD"],
  [
    "json",
    '{"a":{{ lead.firstName }},"b":{{ lead.tags }},"c":{{ lead.no }}}',
    '{"a":"Ann","b":["vip","hot"],"c":null}',
  ],
  ["json", '{"a":"x \\" {{ trigger.body.html }} {{ lead.no }}"}', `{"a":"x \\" <b a=\\"1\\">'& "}`],
  ["json", '{"a":{{ lead.firstName | json }}}', '{"a":"Ann"}'],
  ["header", "Hi {{ lead.firstName }}", "Hi Ann"],
  ["value", "{{ lead.tags }}", ["vip", "hot"]],
  ["value", " {{ lead.score }} ", 72],
  ["value", "{{ lead.no }}", null],
  ["value", "{{ lead.score }} %", "72 %"],
  ["value", "{{ lead.score }}{{ lead.score }}", "7272"],
  ["value", "plain", "plain"],
];
for (const [encoding, source, expected] of ENCODED) {
  Deno.test(`renderTemplate() encodes for ${encoding}: ${source.toWellFormed()}`, () => {
    assert.deepEqual(render(source, encoding), expected);
  });
}

Deno.test("renderTemplate() renders once: a value that looks like a template is text", () => {
  assert.equal(render("{{ lead.odd }} {{ lead.odd | upcase }}"), "{{ now }} {{ NOW }}");
});

Deno.test("renderTemplate() names what is missing, unless a default stands in", () => {
  const { value, warnings } = renderTemplate(
    compiled(`[{{ lead.no }}{{ lead.no }}{{ lead.nope | default: "x" }}{{ none.at["all here"] }}]`),
    VIEW,
  );
  assert.equal(value, "[x]");
  assert.deepEqual(warnings, ["lead.no is missing", 'none.at["all here"] is missing']);
});

Deno.test("renderTemplate() warns of arithmetic and dates without a result", () => {
  const { value, warnings } = renderTemplate(
    compiled(
      `{{ "a" | plus: 1 }}{{ 1 | divided_by: 0 }}{{ "soon" | date }}{{ now | date: "%H", "Mars/Base" }}`,
    ),
    VIEW,
  );
  assert.equal(value, "soon10");
  assert.equal(warnings.length, 4);
});

Deno.test("renderTemplate() refuses line breaks in a header, written or inserted", () => {
  assert.match(problem("a\nb", "header"), /Line breaks/);
  assert.throws(
    () => render("{{ trigger.body.crlf }}", "header"),
    (error) =>
      error instanceof TemplateError && error.failure.code === "template" &&
      /trigger\.body\.crlf/.test(error.message),
  );
});

Deno.test("renderTemplate() stops at its limits", () => {
  assert.throws(() => render("{{ a.b }}".repeat(6_000)), /more than 10000 steps/);
  const long = { t: "x".repeat(60_000) };
  assert.throws(() => render("{{ t }}{{ t }}{{ t }}{{ t }}{{ t }}", "text", long), /256 KiB/);
  assert.throws(
    () => render(`{{ t ${"| replace: 'x', 'xxxxxxxxxx' ".repeat(9)} }}`, "text", long),
    TemplateError,
  );
  assert.throws(() => render("{{ t | split: '' | join: t }}", "text", long), TemplateError);
});

const BROKEN: [string, RegExp][] = [
  ["{{ lead.firstName", /}} is missing/],
  ["{{ }}", /Nothing stands between/],
  ["{{ lead. }}", /name is expected/],
  ["{{ lead[x] }}", /number or a text/],
  ["{{ lead['x' }}", /\] is missing/],
  ["{{ 'x }}", /has no end/],
  ["{{ lead.a b }}", /Unexpected "b"/],
  ["{{ lead.a | }}", /name of a filter/],
  ["{{ lead.a | eval }}", /no filter "eval"; there are: default/],
  ["{{ lead.a | upcase: 1 }}", /takes 0 arguments, not 1/],
  ["{{ lead.a | plus }}", /takes 1 argument, not 0/],
  ["{{ lead.a | constructor }}", /no filter/],
  ["{{ a.b.c.d.e.f.g.h.i }}", /at most 8 parts/],
  ["{{ 1 + 1 }}", /no meaning here/],
  ["{{ {{ lead.a }} }}", /path such as/],
];
for (const [source, message] of BROKEN) {
  Deno.test(`compileTemplate() refuses ${source}`, () => assert.match(problem(source), message));
}

for (const name of ["__proto__", "constructor", "prototype"]) {
  Deno.test(`compileTemplate() refuses the name ${name} anywhere in a path`, () => {
    for (const path of [name, `lead.${name}`, `lead["${name}"].x`, `now | default: a.${name}`]) {
      assert.match(problem(`{{ ${path} }}`), new RegExp(`"${name}" may not be read`));
    }
  });
}

Deno.test("renderTemplate() reads own properties only, even where a prototype holds data", () => {
  const lead: object = Object.create({ inherited: "x" });
  assert.equal(render("[{{ lead.inherited }}]", "text", { lead }), "[]");
});

Deno.test("compileTemplate() names each problem with its offset", () => {
  const result = compileTemplate("ok {{ a b }} ok {{ c | nope }}", "text");
  assert.ok("problems" in result);
  assert.deepEqual(result.problems.map((each) => each.offset), [8, 23]);
});

Deno.test("compileTemplate() refuses roots that the field does not have", () => {
  const result = compileTemplate("{{ leed.a | default: x.y }} {{ lead.a }}", "text", { roots: ["lead"] });
  assert.ok("problems" in result);
  assert.deepEqual(result.problems.map((each) => each.message), [
    '"leed.a" leads nowhere: a path begins with lead',
    '"x.y" leads nowhere: a path begins with lead',
  ]);
});

Deno.test("templatePaths() lists every path that is read, also in arguments", () => {
  const paths = templatePaths(
    compiled(`a {{ lead.a | default: steps["x y"].output | upcase }} {{ "t" }} {{ now }}`),
  );
  assert.deepEqual(paths, [["lead", "a"], ["steps", "x y", "output"], ["now"]]);
});
