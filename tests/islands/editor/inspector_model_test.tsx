import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_CONDITION_DEPTH } from "../../../engine/core/condition.ts";
import { FILTERS } from "../../../engine/core/filters.ts";
import { CONDITION_OPS } from "../../../engine/schemas/condition_ops.ts";
import {
  drawnPaths,
  encodingAt,
  fieldOf,
  placeIssues,
  withValue,
} from "../../../islands/editor/inspector/config_tree.ts";
import { pathCompletion, templateCompletion } from "../../../islands/editor/inspector/fields/completions.ts";
import {
  groupOf,
  holdsOn,
  valueIn,
  valueKindOf,
  withGroup,
  withOp,
} from "../../../islands/editor/inspector/fields/condition_model.ts";
import { tokensOf } from "../../../islands/editor/inspector/fields/highlight.ts";
import { jsonProblem } from "../../../islands/editor/inspector/fields/JsonText.tsx";
import { previewOf } from "../../../islands/editor/inspector/fields/Preview.tsx";
import { kindOf } from "../../../islands/editor/inspector/kinds.ts";
import { conditionProblemsAt, problemOf } from "../../../islands/editor/inspector/local_problems.ts";
import { idProblem } from "../../../islands/editor/inspector/NodeId.tsx";
import { readablesNamed, readablesOf } from "../../../islands/editor/inspector/readable.ts";
import {
  durationOfMs,
  policyOf,
  scheduleOf,
  withRetry,
  withTimeout,
} from "../../../islands/editor/inspector/retry_model.ts";
import {
  blankOf,
  humanize,
  propertiesOf,
  resolve,
  type Schema,
  typesOf,
  variantOf,
} from "../../../islands/editor/inspector/schema.ts";
import { waysOutOf } from "../../../islands/editor/inspector/WaysOut.tsx";
import { offsetWords, zonesMatching } from "../../../islands/shared/time_zones.ts";
import { descriptorOf, descriptors, nodeOf, propsFor, sample } from "./inspector_fixture.ts";

const key = fc.constantFrom("a", "b", "c");
const places = {
  root: {},
  templates: { subject: "text", body: "json", "headers.*.value": "header" },
  conditions: [],
} as const;

Deno.test("withValue() changes one place, shares the rest, and leaves what it was given", () => {
  const config = { to: "a", headers: [{ name: "x", value: "1" }, { name: "y", value: "2" }] };
  const before = structuredClone(config);
  const next = withValue(config, "headers.1.value", "3");
  assert.deepEqual(next, { to: "a", headers: [{ name: "x", value: "1" }, { name: "y", value: "3" }] });
  assert.deepEqual(config, before);
  assert.equal(Array.isArray(next.headers) && next.headers[0], config.headers[0]);
  assert.deepEqual(withValue(config, "to", undefined), { headers: config.headers });
  assert.deepEqual(withValue({}, "auth.token", "t"), { auth: { token: "t" } });
  assert.deepEqual(withValue(config, "", { new: 1 }), { new: 1 });
});

Deno.test("withValue() what was set is there, and setting it back gives the same document", () => {
  fc.assert(fc.property(
    fc.dictionary(key, fc.oneof(fc.string(), fc.integer()), { noNullPrototype: true }),
    key,
    fc.jsonValue(),
    (config, at, value) => {
      const there = JSON.parse(JSON.stringify({ value })).value;
      const next = withValue(config, at, there);
      assert.deepEqual(next[at], there);
      assert.deepEqual(withValue(next, at, config[at]), config);
    },
  ));
});

/** Every field of a schema with its kind, through branches and items. */
function kindsIn(
  schema: Schema,
  root: Schema,
  isCondition: (path: string) => boolean,
  path = "",
): [string, string][] {
  const found = resolve(schema, root);
  if (found.const !== undefined) return [];
  const kind = kindOf(found, root, isCondition(path));
  const down = (one: Schema): [string, string][] =>
    propertiesOf(one).flatMap(([name, field]) =>
      kindsIn(field, root, isCondition, path ? `${path}.${name}` : name)
    );
  const items = found.items;
  const inside = kind === "object"
    ? down(found)
    : kind === "variant"
    ? variantOf(found, root)?.branches.flatMap((branch) => down(branch.schema)) ?? []
    : kind === "objects" && typeof items === "object" && items !== null && !Array.isArray(items)
    ? kindsIn(items, root, isCondition, `${path}.*`)
    : [];
  return [[path, kind], ...inside];
}

Deno.test("kindOf() every field of every real node type has a control of its own, none falls back to JSON", () => {
  const all = descriptors.flatMap(({ type, schema, conditions }) =>
    kindsIn(schema, schema, (path) => conditions.includes(path)).map(([path, kind]) =>
      `${type}.${path}: ${kind}`
    )
  );
  assert.ok(all.length > 90, `looked at ${all.length}`);
  // A trigger without settings has no field.
  assert.deepEqual(all.filter((one) => one.endsWith(": json")), ["trigger_manual.: json"]);
  for (
    const one of [
      "api.auth: variant",
      "api.headers.*.value: text",
      "api.timeout: duration",
      "condition.: condition",
      "email.text: multiline",
      "set.fields.*.value: value",
      "sub_workflow.workflowId: workflow",
      "switch.cases.*.when: condition",
      "task.outcomes: texts",
      "trigger_webhook.auth.secret: secret",
      "wait.window: window",
      "wait.zone: timezone",
    ]
  ) assert.ok(all.includes(one), one);
});

Deno.test("kindOf() a format that nobody knows falls back by its JSON type", () => {
  const kinds = ["string", "integer", "boolean"].map((type) => kindOf({ type, format: "colour" }, {}, false));
  assert.deepEqual(kinds, ["text", "number", "switch"]);
  assert.equal(kindOf({ type: "array", items: { type: "string" } }, {}, false), "texts");
  assert.equal(kindOf({ type: ["string", "null"] }, {}, false), "text");
  assert.equal(kindOf({ type: "object", additionalProperties: {} }, {}, false), "json");
  assert.equal(kindOf({}, {}, false), "value");
});

Deno.test("variantOf() finds what tells branches apart; a condition is no variant", () => {
  const wait = descriptorOf("wait").schema;
  assert.deepEqual(variantOf(wait, wait)?.branches.map(({ value, title }) => [value, title]), [
    ["for", "For a time"],
    ["until", "Until a date"],
    ["weekday", "Until a weekday"],
  ]);
  const condition = descriptorOf("condition").schema;
  assert.equal(variantOf(condition, condition), null);
});

Deno.test("blankOf() a new branch of a variant has what it needs and nothing else", () => {
  const wait = descriptorOf("wait").schema;
  const [first, , third] = variantOf(wait, wait)?.branches ?? [];
  assert.ok(first && third);
  assert.deepEqual(blankOf(third.schema, wait), { kind: "weekday", weekday: "mon", time: "" });
  assert.deepEqual(blankOf(first.schema, wait), { kind: "for", duration: { value: 0, unit: "seconds" } });
  assert.deepEqual([...typesOf({ anyOf: [{ type: "string" }, { type: "integer" }] }, {})], [
    "string",
    "number",
  ]);
  assert.deepEqual(["GET", "once_after_exit", "firstName"].map(humanize), [
    "GET",
    "Once after exit",
    "First name",
  ]);
});

Deno.test("encodingAt() knows list members, subtrees and the texts inside a JSON body", () => {
  assert.equal(encodingAt(places, "subject"), "text");
  assert.equal(encodingAt(places, "headers.3.value"), "header");
  assert.equal(encodingAt(places, "headers.3.name"), null);
  assert.equal(encodingAt(places, "body"), "json");
  assert.equal(encodingAt(places, "body.name"), "value");
});

Deno.test("placeIssues() each problem stands at the nearest field that is drawn, and none is lost", () => {
  const { schema, templates, conditions } = descriptorOf("api");
  const config = {
    url: "",
    headers: [{ name: "", value: "" }],
    auth: { kind: "bearer", token: { secret: "" } },
  };
  const drawn = drawnPaths(schema, config, { root: schema, templates, conditions });
  const paths = [
    "nodes.it.config.url",
    "nodes.it.config.headers.0.name",
    "nodes.it.config.headers.7.name",
    "nodes.it.config.auth.token.secret",
    "nodes.it.config.nonsense",
    "nodes.it",
  ];
  const placed = placeIssues(paths.map((path) => ({ path, message: path })), "it", drawn);
  assert.deepEqual([...placed].map(([place, list]) => [place, list.length]), [
    ["url", 1],
    ["headers.0.name", 1],
    ["headers", 1],
    ["auth.token", 1],
    ["", 2],
  ]);
  assert.equal(fieldOf("config.url", "it"), "url");
  assert.equal(fieldOf("nodes.it.data.retry.maxRetries", "it"), "@retry.maxRetries");
  assert.equal(fieldOf("timeout", "it"), "timeout");
});

Deno.test("readablesOf() offers what comes before, with what lies there, and nothing beside or behind", () => {
  const paths = readablesOf(propsFor("task"));
  const at = (path: string): string | undefined => paths.find((one) => one.path === path)?.sample;
  assert.equal(at("lead.firstName"), "Ann");
  assert.equal(at("trigger.body.items[0].sku"), "A-1");
  assert.equal(at("steps.enrich.output.body.revenue"), "1000000");
  assert.equal(at("messages.hello.opened"), "true");
  assert.equal(at("now"), sample.now);
  const names = paths.map(({ path }) => path);
  assert.ok(names.includes("lead.company"), "known, although the sample has none");
  for (const foreign of ["steps.beside", "steps.after", "steps.it", "steps.start", "messages.enrich"]) {
    assert.ok(!names.some((name) => name.startsWith(foreign)), foreign);
  }
  assert.equal(new Set(names).size, names.length, "each path once");
});

Deno.test("readablesNamed() a field's help names what only it can read", () => {
  const named = readablesNamed(
    "it may read signal.type and signal.data, or steps.<this>.output.last.",
    "loop",
  );
  assert.deepEqual(named.map(({ path }) => path), ["signal.type", "signal.data", "steps.loop.output.last"]);
  assert.deepEqual(readablesNamed("steps.<this node>.output.<name>", "loop"), []);
});

const readables = readablesOf(propsFor("task"));
const offered = (text: string): string[] =>
  templateCompletion(text.replace("^", ""), text.indexOf("^"), readables)?.items.map(({ label }) => label) ??
    [];

Deno.test("templateCompletion() variables behind {{, filters behind |, nothing outside", () => {
  assert.deepEqual(offered("Hello ^"), []);
  assert.equal(offered("Hello {{^").length, readables.length);
  assert.equal(offered("Hello {{ lead.f^ }}")[0], "lead.firstName");
  assert.ok(offered("{{ first^").includes("lead.firstName"), "found by a part of its name");
  assert.deepEqual(offered("{{ lead.firstName | up^"), ["upcase"]);
  assert.equal(offered("{{ lead.firstName | ^").length, FILTERS.size);
  assert.deepEqual(offered("{{ lead.firstName | default: 'lead.^"), [], "inside quotes");
  assert.equal(offered("{{ lead.score | plus: lead.s^")[0], "lead.score");
  assert.deepEqual(offered("{{ lead.firstName }} and ^"), []);
  assert.deepEqual(offered("{{ lead.firstName^ }}"), [], "it is there already");
  assert.equal(pathCompletion("lead.sc", 7, readables)?.items[0]?.text, "lead.score");
});

Deno.test("previewOf() renders as the engine does, type and encoding and warnings", () => {
  assert.deepEqual(previewOf("Hello", "text", sample), { kind: "plain" });
  assert.deepEqual(previewOf("{{ lead.firstName }}", null, sample), { kind: "plain" });
  assert.deepEqual(previewOf("{{ lead.score }}", "value", sample), {
    kind: "rendered",
    value: 42,
    warnings: [],
  });
  assert.deepEqual(previewOf("Hi {{ lead.company }}", "text", sample), {
    kind: "rendered",
    value: "Hi ",
    warnings: ["lead.company is missing"],
  });
  assert.deepEqual(previewOf({ name: "{{ lead.firstName }}" }, "json", sample), {
    kind: "rendered",
    value: { name: "Ann" },
    warnings: [],
  });
  const broken = previewOf("{{ lead. }}", "text", sample);
  assert.equal(broken.kind, "broken");
});

Deno.test("problemOf() speaks while typing, and not of what is not filled in yet", () => {
  const of = (value: string | number, schema: Schema): string | undefined =>
    problemOf(value, { schema, kind: kindOf(schema, {}, false), encoding: "text" })?.message;
  assert.equal(of("", { type: "string", pattern: "^a$" }), undefined);
  assert.match(of("b", { type: "string", pattern: "^a$" }) ?? "", /not accepted/);
  assert.match(of("b{{ lead.x", { type: "string" }) ?? "", /\}\} is missing/);
  assert.match(of("{{ leed.x }}", { type: "string" }) ?? "", /leads nowhere/);
  assert.match(of("x", { type: "integer" }) ?? "", /no number/);
  assert.match(of(1.5, { type: "integer" }) ?? "", /whole/);
  assert.match(of(0, { type: "number", minimum: 1 }) ?? "", /At least 1/);
  assert.equal(of(7, { type: "integer", minimum: 1, maximum: 9 }), undefined);
  const places = [...conditionProblemsAt({ all: [{ field: "lead.score", op: "gte", value: "x" }] }).keys()];
  assert.deepEqual(places, ["all.0"]);
});

Deno.test("withOp() every operator takes what its control gives, from whatever stood there", () => {
  for (const op of CONDITION_OPS) {
    for (const value of [undefined, 7, "x", ["a", "b"], true]) {
      const term = withOp({ field: "lead.score", op: "eq", ...(value === undefined ? {} : { value }) }, op);
      const kind = valueKindOf(op);
      assert.equal("value" in term, kind !== "none", op);
      assert.equal(Array.isArray(term.value), kind === "list" || kind === "range", `${op} ${value}`);
      if (kind === "range") assert.equal(Array.isArray(term.value) && term.value.length, 2);
    }
  }
  assert.equal(valueIn("70", "number", ""), 70);
  assert.equal(valueIn("70", "text", ""), "70", "a text stays one");
  assert.equal(valueIn("8", "text", 7), 8, "a number stays one");
  assert.equal(valueIn("7{{", "number", 7), "7{{");
  assert.equal(valueIn("007", "number", ""), "007", "what would change by becoming a number stays as typed");
});

Deno.test("holdsOn() says what the engine would, and nothing of an unfinished condition", () => {
  assert.deepEqual(holdsOn({ field: "lead.score", op: "gte", value: 40 }, sample), {
    pass: true,
    actual: 42,
  });
  assert.equal(
    holdsOn({ any: [{ all: [{ field: "lead.tags", op: "has_tag", value: "VIP" }] }] }, sample)?.pass,
    true,
  );
  assert.equal(holdsOn({ field: "", op: "eq", value: "" }, sample), null);
  assert.equal(holdsOn({ all: [] }, sample), null);
  assert.equal(holdsOn({ all: [{ field: "lead.score", op: "sounds_like", value: 1 }] }, sample), null);
  let deep: { all: object[] } = { all: [{ field: "lead.score", op: "exists" }] };
  for (let i = 0; i <= MAX_CONDITION_DEPTH; i++) deep = { all: [deep] };
  assert.equal(holdsOn(JSON.parse(JSON.stringify(deep)), sample), null, "the engine would refuse it");
  assert.deepEqual(groupOf({ nothing: 1 }), { key: "all", members: [] });
  assert.deepEqual(withGroup({ any: [1], x: 2 }, { key: "all", members: [1] }), { all: [1], x: 2 });
});

Deno.test("tokensOf() its pieces are the code again, in both languages", () => {
  fc.assert(fc.property(fc.string(), fc.constantFrom("javascript", "html"), (code, language) => {
    assert.equal(tokensOf(code, language).map(({ text }) => text).join(""), code);
  }));
  const kinds = tokensOf('// so\nreturn input.score > 70 ? "hot" : null;', "javascript")
    .filter(({ kind }) => kind !== "plain").map(({ kind, text }) => `${kind} ${text}`);
  assert.deepEqual(kinds, ["comment // so", "word return", "number 70", 'text "hot"', "word null"]);
  const html = tokensOf("<p>Don't, {{ lead.firstName }}</p>", "html").filter(({ kind }) => kind !== "plain");
  assert.deepEqual(html.map(({ kind }) => kind), ["word", "text", "word"]);
});

Deno.test("scheduleOf() draws the upper bound of each pause, and sums them", () => {
  const node = nodeOf("it", "api", {});
  const plain = (text: string | null | undefined): string | undefined => text?.replaceAll("\u00a0", " ");
  const drawn = scheduleOf(policyOf(node, undefined));
  assert.deepEqual(drawn.pauses.map(({ words }) => plain(words)), ["1 s", "2 s", "4 s"]);
  assert.deepEqual(drawn.pauses.map(({ share }) => share), [0.25, 0.5, 1]);
  assert.equal(plain(drawn.total), "7 s");
  const many = scheduleOf(policyOf(withRetry(node, "maxRetries", 10), { backoffMs: 60_000 }));
  assert.deepEqual([many.pauses.length, many.more], [6, 4]);
  assert.equal(scheduleOf(policyOf(withRetry(node, "maxRetries", 0), undefined)).total, null);
});

Deno.test("withRetry() what is emptied is the workflow's again, and the last one takes retry with it", () => {
  const node = nodeOf("it", "api", { url: "x" });
  const once = withRetry(node, "maxRetries", 5);
  assert.deepEqual(once.data.retry, { maxRetries: 5 });
  assert.deepEqual(withRetry(once, "maxRetries", undefined), node);
  assert.deepEqual(withTimeout(withTimeout(node, { value: 1, unit: "minutes" }), undefined), node);
  assert.deepEqual([250, 1_000, 90_000, 3_600_000, 172_800_000].map(durationOfMs), [
    { value: 0.25, unit: "seconds" },
    { value: 1, unit: "seconds" },
    { value: 1.5, unit: "minutes" },
    { value: 1, unit: "hours" },
    { value: 2, unit: "days" },
  ]);
});

Deno.test("waysOutOf() says where each port leads, also one that the config no longer has", () => {
  const props = propsFor("task", { title: "Call", outcomes: ["Reached", "Lost"] });
  const edges = [
    { id: "1", source: "it", sourceHandle: "Reached", target: "after" },
    { id: "2", source: "it", sourceHandle: "Asked", target: "beside" },
  ];
  const ways = waysOutOf({ ...props, document: { ...props.document, edges } });
  assert.deepEqual(ways.map(({ label, to }) => [label, to.map((one) => one.label)]), [
    ["Reached", ["Call her"]],
    ["Lost", []],
    ["Asked (no longer there)", ["Beside"]],
  ]);
});

Deno.test("jsonProblem() idProblem() zonesMatching() say what is accepted and find it", () => {
  assert.equal(jsonProblem('{"a": 1}'), null);
  assert.match(jsonProblem('{\n"a": 1,\n}') ?? "", /line 3/);
  assert.match(jsonProblem("{") ?? "", /no JSON/);
  assert.equal(idProblem("mail_2", ["mail"]), null);
  assert.match(idProblem("mail", ["mail"]) ?? "", /Another step/);
  assert.match(idProblem("a b", []) ?? "", /accepted/);
  const at = Date.parse("2026-11-22T12:00:00Z");
  assert.deepEqual(zonesMatching("zuri", at)[0], {
    text: "Europe/Zurich",
    label: "Europe/Zurich",
    detail: "UTC+1",
  });
  assert.equal(zonesMatching("new york", at)[0]?.text, "America/New_York");
  assert.deepEqual(["UTC", "Asia/Kolkata", "America/St_Johns"].map((zone) => offsetWords(zone, at)), [
    "UTC",
    "UTC+5:30",
    "UTC−3:30",
  ]);
});
