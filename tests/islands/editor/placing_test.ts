import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import {
  CARD,
  documentOf,
  type EditorDocument,
  type Point,
} from "../../../islands/editor/document/document.ts";
import { nextPlace, roomFor, roomOnEdge, snapped } from "../../../islands/editor/placing.ts";
import { nodeTypes } from "../../../islands/editor/use_node_types.ts";

const types = nodeTypes([...(await loadNodeTypes()).values()].map(describe));
const SIZES = new Map<string, { width: number; height: number }>();

function descriptor(type: string): NonNullable<ReturnType<typeof types.of>> {
  const found = types.of(type);
  assert.ok(found, type);
  return found;
}

/** `start` → `check` → `yes`, with `no` to be drawn. */
function drawn(places: { readonly [id: string]: Point } = {}): EditorDocument {
  const node = (id: string, type: string, y: number): EditorDocument["nodes"][number] => ({
    id,
    type,
    position: places[id] ?? { x: 0, y },
    data: { label: id, config: structuredClone(descriptor(type).example) },
  });
  return documentOf({
    name: "Placing",
    nodes: [node("start", "trigger_manual", 0), node("check", "condition", 140), node("yes", "set", 300)],
    edges: [
      { id: "a", source: "start", sourceHandle: "out", target: "check", targetHandle: "in" },
      { id: "b", source: "check", sourceHandle: "true", target: "yes", targetHandle: "in" },
    ],
  });
}

function selecting(...ids: string[]): { types: typeof types; selection: { nodes: ReadonlySet<string> } } {
  return { types, selection: { nodes: new Set(ids) } };
}

Deno.test("nextPlace() is the selected node's first loose port, else that of the last node that has one", () => {
  assert.deepEqual(nextPlace(drawn(), selecting("check"), descriptor("set")), {
    kind: "after",
    source: "check",
    port: "false",
  });
  assert.deepEqual(nextPlace(drawn(), selecting(), descriptor("set")), {
    kind: "after",
    source: "yes",
    port: "out",
  });
  assert.deepEqual(
    nextPlace(drawn(), selecting("start"), descriptor("set")),
    { kind: "after", source: "start", port: "out" },
    "a selected node without a loose port gets a second edge: it was meant",
  );
});

Deno.test("nextPlace() an error port is nobody's next step, and a trigger stands beside the others", () => {
  const mail = { ...drawn().nodes[2]!, type: "email" };
  const document = {
    ...drawn(),
    nodes: [...drawn().nodes.slice(0, 2), mail, { ...mail, id: "end" }],
    edges: [...drawn().edges, {
      id: "c",
      source: "yes",
      sourceHandle: "out",
      target: "end",
      targetHandle: "in",
    }],
  };
  assert.deepEqual(nextPlace(document, selecting("yes"), descriptor("set")), {
    kind: "after",
    source: "yes",
    port: "out",
  });
  const place = nextPlace(drawn(), selecting("check"), descriptor("trigger_webhook"));
  assert.ok(place.kind === "at");
  assert.ok(place.point.x - CARD.width / 2 >= CARD.width, "to the right of the trigger that is there");
  const above = nextPlace(
    { ...drawn(), nodes: drawn().nodes.slice(1), edges: [] },
    selecting(),
    descriptor("trigger_manual"),
  );
  assert.ok(above.kind === "at" && above.point.y < 140, "above what has no trigger yet");
  assert.equal(nextPlace(documentOf({ name: "" }), selecting(), descriptor("set")).kind, "at");
});

Deno.test("roomFor() puts what comes next below its port, and never on something", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ x: fc.integer({ min: -600, max: 600 }), y: fc.integer({ min: -100, max: 900 }) }), {
      maxLength: 25,
    }),
    fc.constantFrom("true", "false"),
    (places, port) => {
      const base = drawn();
      const others = places.map((position, i) => ({ ...base.nodes[2]!, id: `o${i}`, position }));
      const document = { ...base, nodes: [...base.nodes, ...others] };
      const point = roomFor(document, SIZES, { source: "check", ports: ["true", "false"], port, size: CARD });
      assert.ok(Math.abs(point.y - (140 + CARD.height + 70)) <= 5, `${point.y}`);
      assert.deepEqual(point, snapped(point), "on the grid");
      for (const { position: { x, y }, id } of document.nodes) {
        const apart = point.x >= x + CARD.width || x >= point.x + CARD.width || point.y >= y + CARD.height ||
          y >= point.y + CARD.height;
        assert.ok(apart, `on ${id}: ${JSON.stringify({ point, at: { x, y } })}`);
      }
    },
  ));
  const alone = { ...drawn(), nodes: drawn().nodes.slice(0, 2) };
  const [left, right] = ["true", "false"].map((port) =>
    roomFor(alone, SIZES, { source: "check", ports: ["true", "false"], port, size: CARD })
  );
  assert.ok(left && right && left.x + CARD.width < right.x, "ports side by side lead side by side");
  assert.deepEqual(roomFor(alone, SIZES, { source: "gone", ports: [], port: "out", size: CARD }), {
    x: 0,
    y: 0,
  });
});

Deno.test("roomOnEdge() moves down only what comes behind, as far as needed, and all of it alike", () => {
  const near = drawn();
  const { document, point } = roomOnEdge(near, SIZES, { edgeId: "a", size: CARD });
  const y = (doc: EditorDocument, id: string): number =>
    doc.nodes.find((node) => node.id === id)?.position.y ?? NaN;
  assert.equal(y(document, "start"), 0);
  assert.ok(point.y >= CARD.height && point.y + CARD.height < y(document, "check"));
  assert.equal(y(document, "check") - y(near, "check"), y(document, "yes") - y(near, "yes"));
  const far = drawn({ check: { x: 0, y: 800 }, yes: { x: 0, y: 1_000 } });
  assert.equal(roomOnEdge(far, SIZES, { edgeId: "a", size: CARD }).document, far, "there was room");
  assert.equal(roomOnEdge(near, SIZES, { edgeId: "gone", size: CARD }).document, near);
});

Deno.test("roomFor() keeps a line straight where the only other port is for failures", () => {
  const { nodes: [start], ...rest } = drawn();
  assert.ok(start);
  const alone = { ...rest, nodes: [start], edges: [] };
  const room = (ports: string[], port: string): Point =>
    roomFor(alone, SIZES, { source: "start", ports, port, size: CARD });
  assert.equal(room(["out", "error"], "out").x, start.position.x);
  assert.ok(room(["out", "error"], "error").x > start.position.x);
  assert.ok(room(["true", "false", "error"], "true").x < start.position.x);
});
