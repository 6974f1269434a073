import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { WorkflowGraph } from "../../engine/schemas/workflow.ts";
import type { NodeDescriptor } from "../../engine/nodes/define.ts";
import { whatHappens } from "../../islands/monitoring/CancelDialog.tsx";
import { stepInFocus } from "../../islands/monitoring/ExecutionView.tsx";
import { takeEvents } from "../../islands/monitoring/use_execution.ts";
import { Graph } from "../../routes/pages/components/graph.tsx";
import { paintEdge } from "../../routes/pages/components/graph_edge.tsx";
import { drawGraph } from "../../routes/pages/components/graph_model.ts";
import { fitText } from "../../routes/pages/components/graph_text.ts";
import { StepDetail } from "../../routes/pages/components/step_detail.tsx";
import { executionText, stepText, untilWords } from "../../routes/pages/components/step_words.ts";
import { timelineRows } from "../../routes/pages/components/timeline_rows.ts";
import { at, event, execution, START, step } from "./samples.ts";

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

const CLOCK = { now: START, zone: "Europe/Zurich" };

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

Deno.test("timelineRows() folds a start into what came of it and says how long it took", () => {
  const events = [
    event(1, { type: "started", execution: "running", message: "Started" }),
    event(2, { type: "started", node: "a", step: "running", ms: 2_000 }),
    event(3, { type: "started", node: "b", step: "running", ms: 2_000 }),
    event(4, { type: "completed", node: "a", step: "completed", ms: 2_412 }),
    event(5, {
      type: "waiting",
      node: "b",
      step: "waiting",
      ms: 3_000,
      reason: { code: "w", text: "Too early" },
    }),
    event(6, { type: "progress", node: "a", message: "The mail was opened", ms: 4_000 }),
    event(7, { type: "completed", node: "b", step: "completed", ms: 9_000 }),
  ].map((one, i) => ({ id: String(i + 1), event: one }));
  const rows = timelineRows(events);
  assert.deepEqual(rows.map((row) => [row.id, row.status, row.ms]), [
    ["1", "running", null],
    ["4", "completed", 412],
    ["5", "waiting", null],
    ["6", null, null],
    ["7", "completed", 7_000],
  ]);
  assert.equal(rows[2]?.why, "Too early");
  assert.equal(timelineRows(events.slice(0, 3)).length, 3, "what runs is shown");
});

Deno.test("untilWords() says when and how long until then", () => {
  assert.equal(untilWords(at(12_000), CLOCK), "until 10:00:12 (in 12 s)");
  assert.equal(untilWords(at(14 * 3_600_000), CLOCK), "until Sat 00:00 (in 14 h)");
  assert.equal(untilWords(at(3_600_000), { now: START, zone: null }), "until 10:00 UTC (in 1 h)");
  assert.match(untilWords(at(100 * 86_400_000), CLOCK), /^until 28 Feb 2027, 10:00 \(in 100 d\)$/);
});

Deno.test("stepText() says what a step waits for and how it is tried again", () => {
  const person = step("a", { status: "waiting", waitingFor: { kind: "person", title: "Call Ann" } });
  assert.equal(stepText(person, CLOCK), "for a person: Call Ann");
  const retrying = step("a", {
    status: "retrying",
    attempts: 2,
    until: at(4_000),
    tries: [{
      number: 2,
      startedAt: at(0),
      endedAt: at(1),
      failure: { code: "http_503", message: "503", status: 503 },
    }],
  });
  assert.equal(stepText(retrying, CLOCK), "in 4 s, attempt 3, after 503");
  const running = execution([retrying], { status: "running" });
  assert.equal(executionText(running, CLOCK), "a, again in 4 s, attempt 3, after 503");
});

Deno.test("StepDetail shows compared values, attempts, warnings and bodies", () => {
  const one = step("check", {
    label: "Hot?",
    status: "completed",
    port: "false",
    input: { score: 42 },
    warnings: ["lead.industry is missing"],
    reason: {
      code: "condition",
      text: "No — lead.score was 42, needed ≥ 70",
      data: { comparisons: [{ field: "lead.score", op: "gte", value: 70, actual: 42, pass: false }] },
    },
    tries: [{
      number: 1,
      startedAt: at(0),
      endedAt: at(9),
      failure: { code: "x", message: "First went wrong" },
    }],
  });
  const html = renderToString(
    <StepDetail step={one} title="Condition" summary="score ≥ 70" clock={CLOCK} bodies />,
  );
  for (
    const text of [
      "lead.score",
      "≥",
      ">70<",
      ">42<",
      'aria-label="No"',
      "First went wrong",
      "lead.industry is missing",
      "Input",
    ]
  ) {
    assert.ok(html.includes(text), `the step does not show ${text}`);
  }
  const closed = renderToString(
    <StepDetail step={one} title="Condition" summary="" clock={CLOCK} bodies={false} />,
  );
  assert.ok(!closed.includes("score&quot;") && closed.includes("operators and above"));
});

Deno.test("stepInFocus() picks what most needs looking at", () => {
  const done = step("a", { status: "completed", endedAt: at(1) });
  const later = step("b", { status: "completed", endedAt: at(2) });
  const waiting = step("c", { status: "waiting" });
  const failed = step("d", { status: "failed" });
  assert.equal(stepInFocus(execution([done, waiting, failed]))?.nodeId, "d");
  assert.equal(stepInFocus(execution([done, waiting]))?.nodeId, "c");
  assert.equal(stepInFocus(execution([done, later, step("e")]))?.nodeId, "b");
});

Deno.test("takeEvents() appends each event once, whatever overlaps", () => {
  const all = [1, 2, 3, 4].map((seq) => ({
    id: String(seq),
    event: event(seq, { type: "progress", node: "a", step: "running" }),
  }));
  const start = { execution: execution([step("a")]), events: [] };
  const half = takeEvents(start, all.slice(0, 3));
  assert.deepEqual(takeEvents(half, all.slice(1)), takeEvents(start, all));
  assert.deepEqual(takeEvents(half, all).events.map(({ id }) => id), ["1", "2", "3", "4"]);
});

Deno.test("whatHappens() names what cancelling stops", () => {
  const lines = whatHappens(execution([
    step("a", { label: "Send", status: "running" }),
    step("b", { label: "Wait", status: "waiting" }),
    step("c"),
  ]));
  assert.deepEqual(lines.slice(0, 3), [
    "“Send” is stopped in the middle.",
    "“Wait” waits no longer.",
    "1 step that has not begun does not start.",
  ]);
});
