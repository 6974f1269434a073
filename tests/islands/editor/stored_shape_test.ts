import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import type { Json } from "../../../engine/schemas/json.ts";
import { Note, WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { withValueAt } from "../../../islands/editor/document/json_value.ts";
import { areElements, elementsOf } from "../../../islands/editor/document/stored_shape.ts";

const SAMPLES: { readonly [kind in "nodes" | "edges" | "notes"]: Json } = {
  nodes: {
    id: "a",
    type: "set",
    position: { x: 1, y: 2 },
    data: { label: "A", config: { to: "x" } },
    width: 7,
  },
  edges: { id: "e", source: "a", sourceHandle: "out", target: "b", targetHandle: "in", animated: true },
  notes: { id: "n", kind: "note", position: { x: 1, y: 2 }, width: 3, height: 4, text: "Hi", tone: "red" },
};
const SCHEMAS = { nodes: WorkflowNode, edges: WorkflowEdge, notes: Note };
const PATHS = {
  nodes: [
    "id",
    "type",
    "position",
    "position.x",
    "data",
    "data.label",
    "data.config",
    "data.config.to",
    "width",
  ],
  edges: ["id", "source", "sourceHandle", "target", "targetHandle", "animated"],
  notes: ["id", "kind", "position.y", "width", "height", "text", "tone", "other"],
};
const VALUES: (Json | undefined)[] = [
  undefined,
  null,
  "",
  "x",
  "a b",
  "x".repeat(65),
  "x".repeat(101),
  "x".repeat(201),
  "x".repeat(5_001),
  0,
  -1,
  1e6,
  7.5,
  true,
  [],
  {},
  "group",
  "blue",
];

Deno.test("elementsOf() takes and refuses what the schemas of a draft do, and fills in the same", () => {
  const seen = { taken: 0, refused: 0 };
  for (const kind of ["nodes", "edges", "notes"] as const) {
    for (const path of PATHS[kind]) {
      for (const value of VALUES) {
        const element = withValueAt(SAMPLES[kind], path.split("."), value);
        const parsed = z.array<z.ZodType>(SCHEMAS[kind]).safeParse([element]);
        const found = elementsOf({ [kind]: [element] });
        const text = `${kind} ${path} ${JSON.stringify(value)?.slice(0, 40)}`;
        assert.equal("problem" in found, !parsed.success, text);
        assert.equal(areElements([element], kind), parsed.success, text);
        if ("problem" in found) assert.match(found.problem, new RegExp(`^${kind}\\.0`), text);
        else assert.deepEqual(found[kind], parsed.data, text);
        seen["problem" in found ? "refused" : "taken"]++;
      }
    }
  }
  assert.ok(seen.taken > 100 && seen.refused > 100, JSON.stringify(seen));
});

Deno.test("elementsOf() has a problem or an answer for any JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (nodes, edges) => {
    const found = elementsOf({ nodes, edges });
    const taken = z.object({ nodes: z.array(WorkflowNode).nullish(), edges: z.array(WorkflowEdge).nullish() })
      .safeParse({ nodes, edges });
    assert.equal("problem" in found, !taken.success);
  }));
});
