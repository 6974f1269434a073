import assert from "node:assert/strict";
import fc from "fast-check";
import { checkRunnable, checkShape, type NodeInfo, portsOf } from "../../engine/core/check.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { type Issue, WorkflowGraph } from "../../engine/schemas/workflow.ts";
import { quickest } from "../helpers/quickest.ts";

const out = [{ id: "out", label: "Then" }];
function info(type: string, more: Partial<NodeInfo>): [string, NodeInfo] {
  return [type, { type, kind: "pure", title: type, ports: out, templates: {}, parse: () => [], ...more }];
}
const TYPES = new Map([
  info("start", { kind: "trigger" }),
  info("set", { templates: { text: "text" } }),
  info("fork", { ports: [{ id: "true", label: "Yes" }, { id: "false", label: "No" }], conditions: [""] }),
  info("end", { ports: [] }),
  info("ask", { kind: "effect", ports: { from: "outcomes" } }),
  info("listen", { conditions: ["filter"] }),
  info("strict", {
    parse: (config) =>
      typeof config.to === "string" ? [] : [{ path: "to", message: "Needs a text", accepted: "text" }],
    check: (config) => config.to === "" ? [{ path: "to", message: "Is empty" }] : [],
  }),
]);
const lookup = (type: string): NodeInfo | undefined => TYPES.get(type);

/** `a:set b:fork` and `a-b b.true-c`. */
function graph(nodes: string, edges = "", configs: { [id: string]: JsonObject } = {}): WorkflowGraph {
  const words = (text: string): string[] => text.split(" ").filter(Boolean);
  return {
    nodes: words(nodes).map((each) => {
      const [id = "", type = ""] = each.split(":");
      return { id, type, position: { x: 0, y: 0 }, data: { label: "", config: configs[id] ?? {} } };
    }),
    edges: words(edges).map((each, index) => {
      const [from = "", target = ""] = each.split("-");
      const [source = "", sourceHandle] = from.split(".");
      return { id: `e${index}`, source, target, ...(sourceHandle ? { sourceHandle } : {}) };
    }),
    settings: {},
  };
}

function shape(value: WorkflowGraph): Issue[] {
  return checkShape(value, lookup, [...TYPES.keys()]);
}

function withWindow(change: JsonObject): WorkflowGraph {
  const sendWindow = { days: ["mon"], from: "09:00", to: "17:00", ...change };
  return { ...graph("a:start"), settings: WorkflowSettings.parse({ sendWindow }) };
}

const REFUSED: [string, WorkflowGraph, string, RegExp][] = [
  ["two nodes with one id", graph("a:start a:set"), "nodes.a", /Two nodes have the id "a"/],
  ["an unknown type", graph("a:zzz"), "nodes.a.type", /no node type "zzz"/],
  ["an inherited type", graph("a:constructor"), "nodes.a.type", /no node type "constructor"/],
  ["an edge from nowhere", graph("a:start", "x-a"), "edges.e0.source", /begins at "x"/],
  ["an edge to nowhere", graph("a:start", "a-x"), "edges.e0.target", /ends at "x"/],
  [
    "a goal whose condition nothing can meet",
    WorkflowGraph.parse({
      settings: {
        goals: [{ name: "Warm", when: { all: [{ field: "lead.score", op: "gt", value: "warm" }] } }],
      },
    }),
    "settings.goals.0.when.all.0.value",
    /gt takes a number/,
  ],
  ["a send window without days", withWindow({ days: [] }), "settings.sendWindow.days", /never opens/],
  [
    "a send window of no time",
    withWindow({ to: "09:00" }),
    "settings.sendWindow.to",
    /opens and closes at 09:00/,
  ],
  [
    "a send window of no zone",
    withWindow({ zone: "Mars" }),
    "settings.sendWindow.zone",
    /no time zone "Mars"/,
  ],
  ["an edge to itself", graph("a:set", "a-a"), "edges.e0", /to itself/],
  ["an edge into a trigger", graph("a:set b:start", "a-b"), "edges.e0.target", /"b" is a trigger/],
  [
    "a port that the type never has",
    graph("a:fork b:set", "a-b"),
    "edges.e0.sourceHandle",
    /"a" has no port "out"/,
  ],
  ["an edge out of an end", graph("a:end b:set", "a-b"), "edges.e0.sourceHandle", /"a" is an end/],
  [
    "a cycle",
    graph("s:start a:set b:set c:set d:set", "s-a a-b b-c c-a c-d"),
    "edges",
    /"a" → "b" → "c" → "a"|"b" → "c" → "a" → "b"|"c" → "a" → "b" → "c"/,
  ],
];
for (const [name, value, path, message] of REFUSED) {
  Deno.test(`checkShape() refuses ${name}`, () => {
    const issues = shape(value).filter((issue) => issue.path === path);
    assert.equal(issues.length, 1, JSON.stringify(shape(value)));
    assert.match(issues[0]?.message ?? "", message);
  });
}

Deno.test("checkShape() names the types that exist and two edges with one id", () => {
  assert.equal(shape(graph("a:zzz"))[0]?.accepted, [...TYPES.keys()].join(", "));
  const twice = graph("s:start a:set b:set", "s-a s-b");
  for (const edge of twice.edges) edge.id = "same";
  assert.deepEqual(shape(twice).map((issue) => issue.message), ['Two edges have the id "same"']);
});

Deno.test("checkShape() takes drafts: no trigger, unfinished configs, outcomes not yet written", () => {
  assert.deepEqual(shape(graph("")), []);
  assert.deepEqual(shape(graph("a:ask b:strict c:fork", "a.Yes-b b-c")), []);
});

Deno.test("checkShape() refuses conditions and templates past their limits", () => {
  const wide = { all: Array.from({ length: 201 }, () => ({ field: "lead.a", op: "exists" })) };
  const issues = shape(graph("a:listen b:set", "", { a: { filter: wide }, b: { text: "x".repeat(65_537) } }));
  assert.deepEqual(issues.map((issue) => issue.path), ["nodes.a.config.filter.all", "nodes.b.config.text"]);
});

/** Edges only lead to later nodes, ids are shuffled words so that order does not help. */
const dags = fc.integer({ min: 2, max: 40 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    pairs: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 120 }),
    order: fc.shuffledSubarray(Array.from({ length: size }, (_, i) => i), { minLength: size }),
  })
);
function dagOf(
  { size, pairs, order }: { size: number; pairs: [number, number][]; order: number[] },
): WorkflowGraph {
  const name = (index: number): string => `n${order[index]}`;
  const chain = Array.from({ length: size - 1 }, (_, i) => `${name(i)}-${name(i + 1)}`);
  const more = pairs.filter(([a, b]) => a !== b).map(([a, b]) =>
    `${name(Math.min(a, b))}-${name(Math.max(a, b))}`
  );
  const drawn = graph(order.map((_, i) => `n${i}:set`).join(" "), [...chain, ...more].join(" "));
  return drawn;
}

Deno.test("checkShape() accepts every acyclic graph and refuses it with one edge back", () => {
  fc.assert(
    fc.property(dags, fc.nat(), fc.nat(), (dag, from, to) => {
      const good = dagOf(dag);
      assert.deepEqual(shape(good), []);
      const [a, b] = [from % dag.size, to % dag.size];
      fc.pre(a !== b);
      const back = {
        id: "back",
        source: `n${dag.order[Math.max(a, b)]}`,
        target: `n${dag.order[Math.min(a, b)]}`,
      };
      const [issue, ...others] = shape({ ...good, edges: [...good.edges, back] });
      const named = [...(issue?.message ?? "").matchAll(/"(n\d+)"/g)].map((match) => match[1]);
      return others.length === 0 && /cycle/.test(issue?.message ?? "") && named[0] === named.at(-1) &&
        named.length > 2;
    }),
    { numRuns: 150 },
  );
});

Deno.test("checkShape() and checkRunnable() take 1,000 nodes in a row", () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `n${i}`);
  const nodes = ids.map((id, i) => `${id}:${i === 0 ? "start" : "set"}`).join(" ");
  const edges = ids.slice(1).map((id, i) => `n${i}-${id}`).join(" ");
  const configs = Object.fromEntries(
    ids.map((id, i) => [id, { text: `{{ steps.n${Math.max(0, i - 1)}.output }}` }]),
  );
  const ms = quickest(() => {
    const long = graph(nodes, edges, configs);
    assert.deepEqual(shape(long), []);
    assert.deepEqual(checkRunnable(long, lookup), []);
    const [cycle] = shape({ ...long, edges: [...long.edges, { id: "back", source: "n999", target: "n1" }] });
    assert.match(cycle?.message ?? "", /cycle.*…/);
  }, 3_000);
  assert.ok(ms < 3_000, `quadratic at worst, and not ${ms} ms`);
});

const ok = { field: "lead.a", op: "exists" };
const STUCK: [string, WorkflowGraph, string, RegExp][] = [
  ["no trigger", graph("a:set"), "nodes", /Nothing starts/],
  [
    "a node that no trigger reaches",
    graph("s:start a:set b:set", "a-b s-b"),
    "nodes.a",
    /No trigger leads to "a"/,
  ],
  ["a config that does not parse", graph("s:start a:strict", "s-a"), "nodes.a.config.to", /Needs a text/],
  [
    "what the node type itself refuses",
    graph("s:start a:strict", "s-a", { a: { to: "" } }),
    "nodes.a.config.to",
    /Is empty/,
  ],
  [
    "a broken template",
    graph("s:start a:set", "s-a", { a: { text: "{{ lead. }}" } }),
    "nodes.a.config.text",
    /name is expected/,
  ],
  [
    "a broken condition",
    graph("s:start a:fork", "s-a", { a: { all: [{ field: "lead.a", op: "zz" }] } }),
    "nodes.a.config.all.0.op",
    /no operator/,
  ],
  ["an empty condition", graph("s:start a:fork", "s-a"), "nodes.a.config", /Is no condition/],
  [
    "a broken filter",
    graph("s:start a:listen", "s-a", { a: { filter: { all: [] } } }),
    "nodes.a.config.filter.all",
    /no comparison/,
  ],
  [
    "reading a step that is not there",
    graph("s:start a:set", "s-a", { a: { text: "{{ steps.x.output }}" } }),
    "nodes.a.config.text",
    /reads steps\.x, but there is no node "x"/,
  ],
  [
    "reading a step that comes later",
    graph("s:start a:set b:set", "s-a a-b", { a: { text: "{{ steps.b.output }}" } }),
    "nodes.a.config.text",
    /"b" does not come before/,
  ],
  [
    "reading a step beside",
    graph("s:start a:set b:set", "s-a s-b", { a: { text: "{{ now | default: steps.b.output }}" } }),
    "nodes.a.config.text",
    /"b" does not come before/,
  ],
  [
    "reading itself",
    graph("s:start a:set", "s-a", { a: { text: "{{ steps.a.output }}" } }),
    "nodes.a.config.text",
    /the node itself/,
  ],
  [
    "a condition about a mail not sent",
    graph("s:start a:listen", "s-a", { a: { filter: { all: [{ ...ok, field: "messages.m.opened" }] } } }),
    "nodes.a.config.filter",
    /reads messages\.m/,
  ],
  [
    "an outcome that is gone",
    graph("s:start a:ask b:end", "s-a a.Maybe-b", { a: { outcomes: ["Yes", "No"] } }),
    "edges.e1.sourceHandle",
    /no longer has the outcome "Maybe"/,
  ],
];
for (const [name, value, path, message] of STUCK) {
  Deno.test(`checkRunnable() refuses ${name}`, () => {
    assert.deepEqual(shape(value), []);
    const [issue, ...others] = checkRunnable(value, lookup);
    assert.deepEqual([issue?.path, others], [path, []]);
    assert.match(issue?.message ?? "", message);
  });
}

Deno.test("checkRunnable() refuses an unknown time zone and a fan-out past 500", () => {
  const targets = Array.from({ length: 501 }, (_, i) => `t${i}`);
  const wide = graph(
    `s:start ${targets.map((id) => `${id}:end`).join(" ")}`,
    targets.map((id) => `s-${id}`).join(" "),
  );
  const issues = checkRunnable({ ...wide, settings: { timezone: "Mars/Base" } }, lookup);
  assert.deepEqual(issues.map((issue) => issue.path), ["settings.timezone", "nodes.s"]);
  assert.deepEqual(
    checkRunnable({ ...wide, edges: wide.edges.slice(1) }, lookup).map((issue) => issue.path),
    ["nodes.t0"],
  );
});

Deno.test("checkRunnable() takes what runs: upstream reads, dynamic outcomes, optional filters", () => {
  const good = graph(
    "s:start a:ask b:set c:fork d:end e:listen",
    "s-a a.Yes-b a.No-c b-c c.true-d c.false-e",
    {
      a: { outcomes: ["Yes", "No"] },
      b: { text: "{{ steps.a.output.outcome }} {{ steps.s.output }}" },
      c: { any: [{ field: "steps.b.output", op: "eq", value: "{{ messages.a.opened }}" }] },
    },
  );
  assert.deepEqual(checkRunnable({ ...good, settings: { timezone: "Europe/Zurich" } }, lookup), []);
});

Deno.test("portsOf() gives the fixed ports, or one for each text of the list", () => {
  const [fork, ask] = [TYPES.get("fork"), TYPES.get("ask")];
  assert.ok(fork && ask);
  assert.deepEqual(portsOf(fork, {}).map((port) => port.id), ["true", "false"]);
  assert.deepEqual(portsOf(ask, { outcomes: ["Yes", "", "Yes", 7, "No"] }).map((port) => port.id), [
    "Yes",
    "No",
  ]);
  assert.deepEqual(portsOf(ask, {}), []);
  assert.deepEqual(portsOf(ask, { outcomes: "Yes" }), []);
  const many = { ports: { from: "cases.*.name", and: [{ id: "otherwise", label: "Otherwise" }] } };
  const cases: JsonObject[] = [{ name: "Hot" }, { name: "" }, {}, { name: "Cold" }, { name: "Hot" }, {
    name: "otherwise",
  }];
  assert.deepEqual(portsOf(many, { cases }), [
    { id: "Hot", label: "Hot" },
    { id: "Cold", label: "Cold" },
    { id: "otherwise", label: "Otherwise" },
  ]);
  assert.deepEqual(portsOf(many, {}), [{ id: "otherwise", label: "Otherwise" }]);
});

Deno.test("checkShape() takes a send window on the lead's clock, and over midnight", () => {
  assert.deepEqual(shape(withWindow({ zone: "lead" })), []);
  assert.deepEqual(shape(withWindow({ zone: "Europe/Zurich", from: "22:00", to: "06:00" })), []);
});
