import assert from "node:assert/strict";
import { describe, loadNodeTypes } from "../../../engine/nodes/mod.ts";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import { Cards, type CardSources, portX, sizeOf } from "../../../islands/editor/canvas/cards.ts";
import { firstSight } from "../../../islands/editor/canvas/first_sight.ts";
import { FlowElements, NOTHING } from "../../../islands/editor/canvas/flow_elements.ts";
import { documentOf, type EditorDocument } from "../../../islands/editor/document/document.ts";
import { connect, moveNodes } from "../../../islands/editor/document/edits.ts";
import { nodeTypes } from "../../../islands/editor/use_node_types.ts";
import { renameNode, setConfigValue } from "./typing.ts";

const types = nodeTypes([...(await loadNodeTypes()).values()].map(describe));
const NONE = new Map<string, never>();
const SOURCES: CardSources = {
  types,
  names: new Map(),
  problems: NONE,
  paints: NONE,
  counts: NONE,
  differences: NONE,
  pins: NONE,
};
const STILL = { selection: NOTHING, moved: new Map<string, never>(), readOnly: false, drawn: null };

const TRIGGER: JsonObject = {};
const MAIL: JsonObject = { to: "ann@example.com", subject: "Hello", text: "" };

/** So many steps, one below the other; the first is a trigger. */
function column(count: number): EditorDocument {
  return documentOf({
    name: "Column",
    nodes: Array.from({ length: count }, (_, i) => ({
      id: `n${i}`,
      type: i === 0 ? "trigger_manual" : "email",
      position: { x: 0, y: i * 150 },
      data: {
        label: `Step ${i}`,
        config: i === 0 ? TRIGGER : MAIL,
      },
    })),
    edges: Array.from({ length: count - 1 }, (_, i) => ({
      id: `e${i}`,
      source: `n${i}`,
      sourceHandle: "out",
      target: `n${i + 1}`,
      targetHandle: "in",
    })),
  });
}

Deno.test("Cards() what is typed and not on the card leaves every card, and the canvas, as they are", () => {
  const [cards, elements] = [new Cards(), new FlowElements()];
  const before = column(40);
  const drawn = cards.of(before, SOURCES);
  const first = { document: before, cards: drawn, ...STILL };
  const [nodes, edges] = [elements.nodes(first), elements.edges(first)];
  const typed = setConfigValue(before, "n7", ["text"], "Dear Ann");
  assert.notEqual(typed, before);
  assert.equal(cards.of(typed, SOURCES), drawn);
  assert.equal(elements.nodes({ ...first, document: typed }), nodes);
  assert.equal(elements.edges({ ...first, document: typed }), edges);

  const named = renameNode(typed, "n7", "Letter");
  const after = cards.of(named, SOURCES);
  assert.equal(after.get("n7")?.label, "Letter");
  assert.deepEqual([...after.keys()].filter((id) => after.get(id) !== drawn.get(id)), ["n7"]);
  const second = { ...first, document: named, cards: after };
  const changed = elements.nodes(second).filter((node, i) => node !== nodes[i]).map(({ id }) => id);
  assert.deepEqual(changed, ["n7"]);
  assert.deepEqual(
    elements.edges(second).filter((edge, i) => edge !== edges[i]).map(({ ariaLabel }) => ariaLabel),
    ["From Step 6, Sent, to Letter", "From Letter, Sent, to Step 8"],
  );
});

Deno.test("Cards() says what a card will do, which ports are loose, and what merging means", () => {
  const drawn = connect(column(3), { source: "n0", target: "n2" }, "over");
  const cards = new Cards().of(drawn, SOURCES);
  assert.equal(cards.get("n1")?.summary, "“Hello” to ann@example.com");
  assert.deepEqual(cards.get("n1")?.loose, ["error"]);
  assert.deepEqual(cards.get("n2")?.loose, ["out", "error"]);
  assert.equal(cards.get("n2")?.merging, "Runs when its branch arrives");
  assert.equal(cards.get("n1")?.merging, null);
  const unknown = documentOf({ ...drawn, nodes: [{ ...drawn.nodes[1]!, type: "teleport" }], edges: [] });
  assert.match(new Cards().of(unknown, SOURCES).get("n1")?.summary ?? "", /"teleport" is no node type/);
});

Deno.test("sizeOf() a card grows with its ports, which stand evenly within it", () => {
  const ports = (count: number): { id: string; label: string }[] =>
    Array.from({ length: count }, (_, i) => ({ id: `p${i}`, label: `Port ${i}` }));
  assert.deepEqual(sizeOf(ports(1)), sizeOf([]));
  assert.ok(sizeOf(ports(2)).height > sizeOf(ports(1)).height);
  const wide = { ports: ports(6), ...sizeOf(ports(6)) };
  assert.ok(wide.width > sizeOf(ports(2)).width);
  const places = ports(6).map((_, index) => portX(wide, index));
  assert.ok(places.every((x, i) => x > 0 && x < wide.width && (i === 0 || x - (places[i - 1] ?? 0) >= 70)));
});

Deno.test("firstSight() is everything, or where a large drawing begins", () => {
  const seen = (document: EditorDocument): string[] => {
    const cards = new Cards().of(document, SOURCES);
    return firstSight(new FlowElements().nodes({ document, cards, ...STILL })).map(({ id }) => id);
  };
  assert.equal(seen(column(10)).length, 10);
  assert.deepEqual(seen(documentOf({ name: "" })), []);
  const long = column(100);
  const part = seen(long);
  assert.ok(part.includes("n0") && part.length >= 5 && part.length < 12, part.join());
  const lower = moveNodes(long, new Map([["n0", { x: 0, y: 9_000 }]]));
  assert.ok(seen(lower).includes("n0"), "it begins at the trigger, wherever that is");
});

Deno.test("Cards() say a workflow that is called by its name, and by its id as long as no name is known", () => {
  const document = {
    name: "Caller",
    nodes: [{
      id: "call",
      type: "sub_workflow",
      position: { x: 0, y: 0 },
      data: { label: "Onboard", config: { workflowId: "01ABC", wait: true } },
    }],
    edges: [],
    notes: [],
    settings: {},
  };
  const cards = new Cards();
  assert.equal(cards.of(document, SOURCES).get("call")?.summary, "Workflow 01ABC");
  const named = { ...SOURCES, names: new Map([["01ABC", "Onboarding for new customers"]]) };
  assert.equal(cards.of(document, named).get("call")?.summary, "Workflow Onboarding for new customers");
});
