import assert from "node:assert/strict";
import fc from "fast-check";
import { buildGraph } from "../../engine/core/graph.ts";
import type { WorkflowEdge, WorkflowGraph, WorkflowNode } from "../../engine/schemas/workflow.ts";

const lookup = (type: string): { kind: "trigger" | "pure" | "effect" } | undefined =>
  type === "trigger" || type === "pure" || type === "effect" ? { kind: type } : undefined;

function node(id: string, type = "pure"): WorkflowNode {
  return { id, type, position: { x: 0, y: 0 }, data: { label: "", config: {} } };
}

function edge(source: string, target: string, sourceHandle?: string): WorkflowEdge {
  return { id: `${source}-${target}`, source, target, ...(sourceHandle ? { sourceHandle } : {}) };
}

function graph(nodes: WorkflowNode[], edges: WorkflowEdge[]): WorkflowGraph {
  return { nodes, edges, settings: {} };
}

Deno.test("buildGraph() orders any drawn order so that every edge leads upwards, and loses none", () => {
  const drawn = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { maxLength: 40 }).chain((pairs) =>
    fc.shuffledSubarray(Array.from({ length: 15 }, (_, i) => i), { minLength: 15, maxLength: 15 }).map(
      (order) => {
        const edges = pairs.flatMap(([a, b, named], i): WorkflowEdge[] => {
          const [low, high] = [a % 15, b % 15].sort((x, y) => x - y) as [number, number];
          return low === high
            ? []
            : [{ ...edge(`n${low}`, `n${high}`, named ? "true" : undefined), id: `e${i}` }];
        });
        return graph(order.map((i) => node(`n${i}`)), edges);
      },
    )
  );
  fc.assert(fc.property(drawn, (source) => {
    const built = buildGraph(source, lookup);
    assert.deepEqual(new Set(built.nodes.map(({ id }) => id)), new Set(source.nodes.map(({ id }) => id)));
    let edges = 0;
    for (const [index, each] of built.nodes.entries()) {
      assert.equal(each.index, index);
      assert.equal(built.indexOf.get(each.id), index);
      for (const { source: from, target, port } of each.outputs) {
        assert.equal(from, index);
        assert.ok(target > index);
        assert.ok(port === "out" || port === "true", "an absent port is out");
        assert.ok(built.nodes[target]!.inputs.some((input) => input.source === index && input.port === port));
        edges++;
      }
    }
    assert.equal(edges, source.edges.length);
  }));
});

Deno.test("buildGraph() refuses a cycle, a missing end and an unknown type", () => {
  const refusals: [WorkflowGraph, RegExp][] = [
    [graph([node("a"), node("b")], [edge("a", "b"), edge("b", "a")]), /cycle/],
    [graph([node("a")], [edge("a", "a")]), /cycle/],
    [graph([node("a")], [edge("a", "gone")]), /"a-gone": an end is missing/],
    [graph([node("a")], [edge("gone", "a")]), /an end is missing/],
    [graph([node("a", "nonsense")], []), /no node type "nonsense"/],
  ];
  for (const [source, message] of refusals) assert.throws(() => buildGraph(source, lookup), message);
});

Deno.test("buildGraph() resolves policies: the node's own, else the workflow's, else the defaults", () => {
  const own = node("a");
  own.data = { ...own.data, retry: { maxRetries: 7 }, timeout: { value: 2, unit: "minutes" } };
  const { nodes, timeoutMs, timezone } = buildGraph({
    nodes: [own, node("b")],
    edges: [],
    settings: {
      retry: { maxRetries: 1, backoffMs: 50 },
      timezone: "Europe/Zurich",
      timeout: { value: 1, unit: "days" },
    },
  }, lookup);
  const policies = nodes.map((
    { retry, timeoutMs },
  ) => [retry.maxRetries, retry.backoffMs, retry.maxBackoffMs, timeoutMs]);
  assert.deepEqual(policies, [[7, 50, 60_000, 120_000], [1, 50, 60_000, null]]);
  assert.deepEqual([timeoutMs, timezone], [86_400_000, "Europe/Zurich"]);
});
