import assert from "node:assert/strict";
import fc from "fast-check";
import { compileConfig, renderConfig } from "../../../engine/core/config.ts";
import { evaluateCondition } from "../../../engine/core/condition.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { documentOf, type EditorDocument } from "../../../islands/editor/document/document.ts";
import {
  addNode,
  align,
  appendAfter,
  changeNodeId,
  connect,
  duplicate,
  freshEdgeId,
  freshId,
  freshIds,
  insertOnEdge,
  reconnect,
  removeElements,
  setGraph,
  setSettings,
} from "../../../islands/editor/document/edits.ts";
import { templateText } from "../../../islands/editor/document/references.ts";
import { randomDocument, randomEdits, randomlyEdited } from "./random_document.ts";
import { renameNode, setConfigValue } from "./typing.ts";

function node(id: string, config: { [key: string]: Json } = {}, at: [number, number] = [0, 0]): WorkflowNode {
  return { id, type: "set", position: { x: at[0], y: at[1] }, data: { label: "", config } };
}

/** `a>b` by port out, `a:yes>b` by another. */
function drawing(nodes: readonly (string | WorkflowNode)[], ...ways: string[]): EditorDocument {
  const edges = ways.map((way) => {
    const [, source = "", port = "out", target = ""] = /^(\w+?)(?::(\w+))?>(\w+)$/.exec(way) ?? [];
    return { id: way, source, sourceHandle: port, target, targetHandle: "in" };
  });
  return documentOf({
    name: "Draft",
    nodes: nodes.map((each) => typeof each === "string" ? node(each) : each),
    edges,
  });
}

function ways(doc: EditorDocument): string[] {
  return doc.edges.map(({ source, sourceHandle, target }) =>
    sourceHandle === "out" ? `${source}>${target}` : `${source}:${sourceHandle}>${target}`
  );
}

Deno.test("edits keep the document that they leave as it is, and share what they leave alone", () => {
  let shared = 0;
  fc.assert(
    fc.property(randomDocument(), randomEdits({ min: 60, max: 60 }), (first, edits) => {
      let doc = first;
      for (const edit of edits) {
        const frozen = JSON.stringify(doc);
        const next = randomlyEdited(doc, edit);
        assert.equal(JSON.stringify(doc), frozen, "the old document was changed in place");
        assert.equal(next === doc, JSON.stringify(next) === frozen, JSON.stringify(edit));
        const old = new Map(
          [...doc.nodes, ...doc.edges, ...doc.notes].map((each) => [each, JSON.stringify(each)]),
        );
        for (const each of [...next.nodes, ...next.edges, ...next.notes]) if (old.has(each)) shared++;
        for (const key of ["nodes", "edges", "notes", "settings"] as const) {
          if (next[key] !== doc[key]) {
            assert.notEqual(JSON.stringify(next[key]), JSON.stringify(doc[key]), key);
          }
        }
        doc = next;
      }
      const ids = [...doc.nodes, ...doc.notes].map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(new Set(doc.edges.map(({ id }) => id)).size, doc.edges.length);
      assert.ok(doc.edges.every(({ source, target }) => ids.includes(source) && ids.includes(target)));
    }),
    { numRuns: 60 },
  );
  assert.ok(shared > 1_000);
});

Deno.test("insertOnEdge() leads the old edge into the node and its first port on to the old target", () => {
  const doc = drawing(["a", "b"], "a:yes>b");
  const ports = [{ id: "true", label: "Yes" }, { id: "false", label: "No" }];
  const next = insertOnEdge(doc, node("c"), "a:yes>b", ports);
  assert.deepEqual(ways(next), ["a:yes>c", "c:true>b"]);
  assert.equal(next.edges[0]?.id, "a:yes>b");
  assert.deepEqual(ways(insertOnEdge(doc, node("c", { cases: ["x"] }), "a:yes>b", { from: "cases" })), [
    "a:yes>c",
    "c:x>b",
  ]);
  const end = insertOnEdge(doc, node("c"), "a:yes>b", []);
  assert.deepEqual([end.nodes.length, ...ways(end)], [3, "a:yes>b"]);
  assert.equal(insertOnEdge(doc, node("a"), "a:yes>b", ports), doc);
});

Deno.test("appendAfter() and connect() draw an edge once, never to itself or to nothing", () => {
  const doc = drawing(["a", "b"], "a>b");
  assert.deepEqual(ways(appendAfter(doc, node("c"), { source: "b", port: "error" })), ["a>b", "b:error>c"]);
  assert.equal(connect(doc, { source: "a", target: "b" }, "new"), doc);
  assert.equal(connect(doc, { source: "a", target: "a" }, "new"), doc);
  assert.equal(connect(doc, { source: "a", target: "x" }, "new"), doc);
  assert.deepEqual(ways(connect(doc, { source: "a", sourceHandle: "error", target: "b" }, "new")), [
    "a>b",
    "a:error>b",
  ]);
  const three = drawing(["a", "b", "c"], "a>b", "b>c");
  assert.deepEqual(ways(reconnect(three, "a>b", { source: "a", target: "c" })), ["a>c", "b>c"]);
  assert.equal(reconnect(three, "a>b", { source: "b", target: "c" }), three);
});

Deno.test("removeElements() takes edges with their nodes; heal joins the one way in and the one way out", () => {
  const doc = drawing(["a", "b", "c", "d"], "a:yes>b", "b>c", "c>d");
  assert.deepEqual(ways(removeElements(doc, { nodes: ["b"] })), ["c>d"]);
  assert.deepEqual(ways(removeElements(doc, { nodes: ["b", "c"] }, { heal: true })), ["a:yes>d"]);
  assert.equal(removeElements(doc, { nodes: ["b"] }, { heal: true }).edges[0]?.id, "a:yes>b");
  const fork = drawing(["a", "b", "c", "d"], "a>b", "b>c", "b:error>d");
  assert.deepEqual(ways(removeElements(fork, { nodes: ["b"] }, { heal: true })), []);
  const known = drawing(["a", "b", "c"], "a>b", "b>c", "a>c");
  assert.deepEqual(ways(removeElements(known, { nodes: ["b"] }, { heal: true })), ["a>c"]);
  assert.equal(removeElements(doc, { nodes: ["x"], edges: ["y"], notes: ["z"] }), doc);
});

Deno.test("withValueAt() sets, makes and takes away members at any depth", () => {
  const doc = drawing([node("a", { headers: [{ name: "x" }, { name: "y" }] })]);
  const config = (path: (string | number)[], value: Json | undefined): unknown =>
    setConfigValue(doc, "a", path, value).nodes[0]?.data.config;
  assert.deepEqual(config(["headers", 1, "name"], "z"), { headers: [{ name: "x" }, { name: "z" }] });
  assert.deepEqual(config(["headers", 2], { name: "w" }), {
    headers: [{ name: "x" }, { name: "y" }, { name: "w" }],
  });
  assert.deepEqual(config(["headers", 0], undefined), { headers: [{ name: "y" }] });
  assert.deepEqual(config(["headers"], undefined), {});
  assert.deepEqual(config(["new", 0, "deep"], 1), {
    headers: [{ name: "x" }, { name: "y" }],
    new: [{ deep: 1 }],
  });
  assert.deepEqual(config([], { all: [] }), { all: [] });
  for (
    const [path, value] of [
      [["headers", 0, "name"], "x"],
      [["headers", 7], "far"],
      [["none", "deep"], undefined],
      [["__proto__", "polluted"], true],
      [["headers", 0, "constructor"], true],
    ] as const
  ) assert.equal(setConfigValue(doc, "a", path, value), doc, String(path));
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});

Deno.test("freshId() is readable, fits a path and is never taken", () => {
  const doc = drawing(["mail", "mail_2"]);
  assert.equal(freshId(doc, "mail"), "mail_3");
  assert.equal(freshId(doc, "mail_2"), "mail_3");
  assert.equal(freshId(doc, "Über­raschung: 2× Kaffee"), "uber_raschung_2_kaffee");
  assert.equal(freshId(doc, "→ ✨"), "node");
  assert.deepEqual(freshIds(doc, ["mail", "mail", "call"]), ["mail_3", "mail_4", "call"]);
  assert.equal(freshEdgeId([{ id: "a-b" }], { source: "a", target: "b" }), "a-b_2");
  fc.assert(fc.property(fc.string(), fc.nat(30), (text, count) => {
    let filled = doc;
    for (let i = 0; i < count; i++) {
      const id = freshId(filled, text);
      assert.match(id, /^[A-Za-z0-9_-]{1,64}$/);
      assert.equal(filled.nodes.some((each) => each.id === id), false);
      filled = addNode(filled, node(id));
    }
  }));
});

Deno.test("changeNodeId() rewrites edges, templates, conditions and the settings' rules, and nothing that only looks alike", () => {
  const doc = setSettings(
    drawing(
      [
        node("mail"),
        node("mail_2"),
        node("next", {
          text:
            '{{ steps.mail.output.id }} {{steps["mail"].output}} {{ steps.mail_2.output }} steps.mail "{{ lead.mail }}"',
          filters: '{{ lead.name | default: steps.mail.output["a b"] | append: "steps.mail" }}',
          when: {
            all: [{ field: "messages.mail.opened", op: "is_true" }, {
              field: "lead.mail",
              op: "eq",
              value: "{{ steps.mail.output }}",
            }],
          },
          list: ["{{ messages.mail.clicked }}", "plain steps.mail"],
        }),
      ],
      "mail>next",
      "mail_2>next",
    ),
    { goals: [{ name: "Read", when: { any: [{ field: "messages.mail.opened", op: "is_true" }] } }] },
  );
  const next = changeNodeId(doc, "mail", "first-mail");
  assert.deepEqual(next.nodes[2]?.data.config, {
    text:
      '{{ steps.first-mail.output.id }} {{steps["first-mail"].output}} {{ steps.mail_2.output }} steps.mail "{{ lead.mail }}"',
    filters: '{{ lead.name | default: steps.first-mail.output["a b"] | append: "steps.mail" }}',
    when: {
      all: [{ field: "messages.first-mail.opened", op: "is_true" }, {
        field: "lead.mail",
        op: "eq",
        value: "{{ steps.first-mail.output }}",
      }],
    },
    list: ["{{ messages.first-mail.clicked }}", "plain steps.mail"],
  });
  assert.deepEqual(next.settings.goals?.[0]?.when, {
    any: [{ field: "messages.first-mail.opened", op: "is_true" }],
  });
  assert.deepEqual(ways(next), ["first-mail>next", "mail_2>next"]);
  assert.equal(next.nodes[1], doc.nodes[1]);
  assert.equal(next.edges[1], doc.edges[1]);
  for (const bad of ["mail_2", "", "a b", "x".repeat(65), "mail"]) {
    assert.equal(changeNodeId(doc, "mail", bad), doc);
  }
  assert.equal(changeNodeId(doc, "gone", "new"), doc);
});

const ids = fc.constantFrom("mail", "a", "b-1", "7", "call_2");
const path = fc.record({
  root: fc.constantFrom("steps", "messages", "lead", "trigger"),
  id: ids,
  form: fc.constantFrom("dot", "quotes", "double"),
  spaces: fc.constantFrom("", " "),
}).map(({ root, id, form, spaces }) =>
  form === "dot"
    ? `${root}.${id}.v`
    : form === "quotes"
    ? `${root}[${spaces}'${id}'${spaces}].v`
    : `${root}["${id}"].v`
);
const template = fc.array(
  fc.oneof(
    fc.constantFrom("Hello ", "steps.mail ", "}} ", "{ {", "“quoted” "),
    fc.tuple(path, path, fc.constantFrom("", " | upcase", " | default: ")).map(([head, arg, filter]) =>
      `{{ ${head}${filter}${filter.endsWith(": ") ? `${arg}, "steps.mail.v"`.split(",")[0] : ""} }}`
    ),
  ),
  { maxLength: 8 },
).map((parts) => parts.join(""));

Deno.test("changeNodeId() a template renders over the renamed steps what it rendered before", () => {
  let rendered = 0;
  fc.assert(
    fc.property(template, path, ids, (text, field, id) => {
      // What cannot be compiled is written as it is.
      fc.pre(compileConfig({ text }, { text: "text" }).problems.length === 0);
      const known = ["mail", "a", "b-1", "7", "call_2"];
      const viewOf = (name: (id: string) => string): object => {
        const members = (root: string): object =>
          Object.fromEntries(known.map((each) => [name(each), { v: `${root} ${each}`, output: 1 }]));
        const own = Object.fromEntries(known.map((each) => [each, { v: `own ${each}` }]));
        return { steps: members("step"), messages: members("message"), lead: own, trigger: own };
      };
      const config = { text, when: { all: [{ field, op: "eq" as const, value: text }] } };
      const doc = drawing([node(id), node("reader", config)]);
      const next = changeNodeId(doc, id, "renamed").nodes[1]?.data.config ?? {};
      const [before, after] = [viewOf((each) => each), viewOf((each) => each === id ? "renamed" : each)];
      const render = (given: typeof config | { [key: string]: Json }, view: object): Json | undefined =>
        renderConfig(compileConfig({ text: given.text ?? "" }, { text: "text" }).compiled, view).config.text;
      assert.equal(render(next, after), render(config, before));
      if (String(render(config, before)).includes(id)) rendered++;
      const renamedField = JSON.stringify(next.when).match(/"field":"((?:[^"\\]|\\.)*)"/)?.[1] ?? "";
      const term = (text: string): { all: { field: string; op: "exists" }[] } => ({
        all: [{ field: text, op: "exists" }],
      });
      assert.deepEqual(
        evaluateCondition(term(JSON.parse(`"${renamedField}"`)), after, 0).comparisons[0]?.actual,
        evaluateCondition(term(field), before, 0).comparisons[0]?.actual,
      );
    }),
    { numRuns: 500 },
  );
  assert.ok(rendered > 50, `${rendered} templates read the renamed step`);
});

Deno.test("templateText() leaves any text as it is when nothing is renamed, however broken", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("{{", "}}", " steps.a", '"', "'", "[", "]", "|", ".", "\\", "x", "0")),
      (parts) => {
        const text = parts.join("");
        assert.equal(templateText(text, () => undefined), text);
        assert.equal(
          templateText(text, (id) => id),
          templateText(templateText(text, (id) => id), (id) => id),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("duplicate() copies the edges within, and copies read copies", () => {
  const doc = drawing(
    [node("a"), node("b", { text: "{{ steps.a.output }} {{ steps.z.output }}" }), node("z")],
    "a>b",
    "z>a",
  );
  const next = duplicate(doc, ["a", "b"], ["c", "d"], { x: 5, y: 6 });
  assert.deepEqual(ways(next), ["a>b", "z>a", "c>d"]);
  assert.deepEqual(next.nodes[4], {
    ...node("d", { text: "{{ steps.c.output }} {{ steps.z.output }}" }, [5, 6]),
  });
  assert.equal(duplicate(doc, ["a"], ["b"], { x: 0, y: 0 }), doc);
  assert.equal(duplicate(doc, ["a", "b"], ["c", "c"], { x: 0, y: 0 }), doc);
});

Deno.test("align() brings borders and middles on one line, and gaps to one size", () => {
  const doc = drawing([node("a", {}, [0, 0]), node("b", {}, [100, 50]), node("c", {}, [500, 300])]);
  const sizes = new Map([["a", { width: 10, height: 10 }], ["b", { width: 30, height: 20 }], ["c", {
    width: 20,
    height: 10,
  }]]);
  const at = (how: Parameters<typeof align>[3], axis: "x" | "y"): number[] =>
    align(doc, ["a", "b", "c"], sizes, how).nodes.map(({ position }) => position[axis]);
  assert.deepEqual(at("left", "x"), [0, 0, 0]);
  assert.deepEqual(at("right", "x"), [510, 490, 500]);
  assert.deepEqual(at("centre", "x"), [255, 245, 250]);
  assert.deepEqual(at("top", "y"), [0, 0, 0]);
  assert.deepEqual(at("middle", "y"), [150, 145, 150]);
  assert.deepEqual(at("bottom", "y"), [300, 290, 300]);
  assert.deepEqual(at("distribute-x", "x"), [0, 240, 500]);
  assert.deepEqual(at("distribute-y", "y"), [0, 145, 300]);
  assert.equal(align(doc, ["a"], sizes, "left"), doc);
});

Deno.test("setGraph() keeps what says the same, so that only what differs is a change", () => {
  const doc = drawing(["a", "b"], "a>b");
  assert.deepEqual(setGraph(doc, structuredClone({ ...doc, notes: undefined })).nodes[0], doc.nodes[0]);
  const other = renameNode(structuredClone(doc), "b", "B");
  const next = setGraph(doc, other);
  assert.equal(next.nodes[0], doc.nodes[0]);
  assert.equal(next.edges, doc.edges);
  assert.equal(next.nodes[1]?.data.label, "B");
});
