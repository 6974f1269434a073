import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { WorkflowGraph } from "../../engine/schemas/workflow.ts";
import type { NodeDescriptor } from "../../engine/nodes/define.ts";
import { Graph } from "../../routes/pages/components/graph.tsx";
import { paintEdge } from "../../routes/pages/components/graph_edge.tsx";
import { drawGraph } from "../../routes/pages/components/graph_model.ts";
import { fitText } from "../../routes/pages/components/graph_text.ts";
import { at, START, step } from "./samples.ts";

function descriptor(type: string, change: Partial<NodeDescriptor> = {}): NodeDescriptor {
  return {
    type,
    version: 1,
    kind: "effect",
    title: `Type ${type}`,
    description: "",
    category: "logic",
    icon: "split",
    ports: [],
    summary: "",
    help: "",
    keywords: [],
    joins: false,
    reaches: false,
    templates: {},
    conditions: [],
    example: {},
    schema: {},
    ...change,
  };
}

const TYPES = [
  descriptor("mail", { summary: "To {{ to }}" }),
  descriptor("condition", {
    ports: [{ id: "true", label: "Yes" }, { id: "false", label: "No" }],
    conditions: [""],
  }),
];

const GRAPH = WorkflowGraph.parse({
  nodes: [
    {
      id: "check",
      type: "condition",
      position: { x: 140, y: 0 },
      data: { label: "Hot?", config: { all: [{ field: "lead.score", op: "gte", value: 70 }] } },
    },
    {
      id: "yes",
      type: "mail",
      position: { x: 0, y: 140 },
      data: { label: "<b>Good</b>", config: { to: "ann@example.com" } },
    },
    { id: "no", type: "mail", position: { x: 280, y: 140 }, data: { label: "", config: {} } },
  ],
  edges: [
    { id: "t", source: "check", sourceHandle: "true", target: "yes" },
    { id: "f", source: "check", sourceHandle: "false", target: "no" },
    { id: "dangling", source: "check", target: "nowhere" },
  ],
});

Deno.test("drawGraph() gives words, port names, curves and the box around the cards", () => {
  const drawn = drawGraph(GRAPH, TYPES);
  assert.deepEqual(drawn.nodes.map((node) => node.summary), ["score ≥ 70", "To ann@example.com", "To"]);
  assert.deepEqual(drawn.nodes.map((node) => node.label), ["Hot?", "<b>Good</b>", "Type mail"]);
  assert.deepEqual(drawn.edges.map((edge) => [edge.id, edge.label]), [["t", "Yes"], ["f", "No"]]);
  assert.ok(drawn.box.x < 0 && drawn.box.width > 500 && drawn.box.height > 212);
  const [left, right] = drawn.edges;
  assert.ok(left && right && left.labelX < right.labelX, "ways out stand in the order of their targets");
});

Deno.test("drawGraph() draws any graph, finished or not", () => {
  const place = fc.record({
    x: fc.integer({ min: -5000, max: 5000 }),
    y: fc.integer({ min: -5000, max: 5000 }),
  });
  fc.assert(fc.property(
    fc.array(fc.tuple(place, fc.constantFrom("mail", "condition", "unknown"), fc.jsonValue()), {
      maxLength: 12,
    }),
    fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 20 }),
    (nodes, edges) => {
      const graph = WorkflowGraph.parse({
        nodes: nodes.map(([position, type, value], i) => ({
          id: `n${i}`,
          type,
          position,
          data: { config: { to: value, all: value } },
        })),
        edges: edges.map(([source, target], i) => ({
          id: `e${i}`,
          source: `n${source}`,
          target: `n${target}`,
        })),
      });
      const drawn = drawGraph(graph, TYPES);
      assert.equal(drawn.nodes.length, nodes.length);
      for (const edge of drawn.edges) assert.doesNotMatch(edge.path, /NaN|Infinity|undefined/);
      renderToString(<Graph graph={drawn} label="Graph" hrefOf={(id) => `#${id}`} />);
    },
  ));
});

Deno.test("paintEdge() follows the port that the step left by", () => {
  const [yes, no] = drawGraph(GRAPH, TYPES).edges;
  assert.ok(yes && no);
  const done = step("check", { status: "completed", port: "true" });
  assert.equal(paintEdge(yes, done, step("yes", { status: "running" })), "flowing");
  assert.equal(paintEdge(yes, done, step("yes", { status: "completed" })), "taken");
  assert.equal(paintEdge(no, done, step("no", { status: "skipped" })), "skipped");
  assert.equal(paintEdge(yes, step("check", { status: "running" }), step("yes")), "ahead");
  assert.equal(paintEdge(yes, step("check", { status: "failed" }), step("yes")), "skipped");
});

Deno.test("Graph paints cards by status, as links with words, and escapes what people wrote", () => {
  const steps = [
    step("check", { status: "completed", port: "true" }),
    step("yes", { status: "waiting", until: at(65_000) }),
    step("no", { status: "skipped" }),
  ];
  const html = renderToString(
    <Graph
      graph={drawGraph(GRAPH, TYPES)}
      label="Graph"
      steps={steps}
      now={START}
      selected="yes"
      hrefOf={(id) => `?step=${id}`}
    />,
  );
  assert.match(html, /role="group" aria-label="Graph: 3 steps: 1 completed, 1 waiting, 1 skipped"/);
  assert.match(
    html,
    /<a href="\?step=yes"[^>]*aria-current="true"[^>]*data-node="yes"[^>]*data-status="waiting"/,
  );
  assert.match(html, /Waiting · 1 min 5 s/);
  assert.match(html, /data-edge="taken"/);
  assert.match(html, /data-edge="skipped"/);
  assert.match(html, /&lt;b>Good&lt;\/b>/);
  assert.doesNotMatch(html, /<b>/);
});

Deno.test("fitText() never gives more than there is room for", () => {
  assert.equal(fitText("Short", 200, 12), "Short");
  const cut = fitText("A label that is far too long for its card", 100, 12);
  assert.match(cut, /^A label.*…$/);
  assert.ok(cut.length < 22);
});
