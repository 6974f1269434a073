import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import type { Note, WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { schemaProblems } from "./json_schema.ts";

const ID = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" };
const POINT = {
  type: "object",
  properties: { x: { type: "number" }, y: { type: "number" } },
  required: ["x", "y"],
};
/** As engine/schemas/workflow.ts has them; the schemas themselves would bring their whole library into the browser. */
const NODE: JsonObject = {
  type: "object",
  properties: {
    id: ID,
    type: { type: "string", minLength: 1, maxLength: 64 },
    position: POINT,
    data: {
      type: "object",
      properties: {
        label: { type: "string", maxLength: 200 },
        config: { type: "object" },
        retry: { type: "object" },
        timeout: { type: "object" },
      },
    },
  },
  required: ["id", "type", "position", "data"],
};
const EDGE: JsonObject = {
  type: "object",
  properties: {
    id: { type: "string", minLength: 1, maxLength: 200 },
    source: ID,
    target: ID,
    sourceHandle: { anyOf: [{ type: "string", maxLength: 100 }, { type: "null" }] },
    targetHandle: { anyOf: [{ type: "string", maxLength: 100 }, { type: "null" }] },
  },
  required: ["id", "source", "target"],
};
const NOTE: JsonObject = {
  type: "object",
  properties: {
    id: ID,
    kind: { type: "string", enum: ["note", "group"] },
    position: POINT,
    width: { type: "number", exclusiveMinimum: 0, maximum: 100_000 },
    height: { type: "number", exclusiveMinimum: 0, maximum: 100_000 },
    text: { type: "string", maxLength: 5_000 },
    tone: { type: "string", enum: ["grey", "amber", "green", "blue", "violet", "red"] },
  },
  required: ["id", "kind", "position", "width", "height"],
};

export interface Elements {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  notes: Note[];
}
type Shaped = { problem: string } | Elements;

/** Nodes, edges and notes from text that anybody may have written; what is absent gets its default. */
export function elementsOf(value: { nodes?: unknown; edges?: unknown; notes?: unknown }): Shaped {
  const lists = { nodes: value.nodes ?? [], edges: value.edges ?? [], notes: value.notes ?? [] };
  const schemas = { nodes: NODE, edges: EDGE, notes: NOTE };
  for (const key of ["nodes", "edges", "notes"] as const) {
    const list = lists[key];
    if (!Array.isArray(list)) return { problem: `${key}: a list is accepted` };
    const problem = listProblem(list, schemas[key], key);
    if (problem) return { problem };
  }
  // Looked at just now: from here on they are what they were said to be.
  const { nodes, edges, notes } = lists as Elements;
  return {
    nodes: nodes.map((node) => ({
      ...node,
      data: { ...node.data, label: node.data.label ?? "", config: node.data.config ?? {} },
    })),
    edges,
    notes: notes.map((note) => ({ ...note, text: note.text ?? "", tone: note.tone ?? "grey" })),
  };
}

function listProblem(list: readonly Json[], schema: JsonObject, key: string): string | null {
  for (const [index, element] of list.entries()) {
    const [problem] = schemaProblems(schema, element);
    if (problem) return `${key}.${index}${problem.path ? `.${problem.path}` : ""}: ${problem.message}`;
  }
  return null;
}

/** Are these such elements, or absent ones (null)? */
export function areElements(list: readonly unknown[], kind: keyof Elements): boolean {
  const schema = { nodes: NODE, edges: EDGE, notes: NOTE }[kind];
  return list.every((element) => element === null || schemaProblems(schema, element as Json).length === 0);
}
