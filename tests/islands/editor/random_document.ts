import fc from "fast-check";
import type { Note, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { mayConnect } from "../../../islands/editor/document/connect.ts";
import { documentOf, type EditorDocument } from "../../../islands/editor/document/document.ts";
import {
  addNode,
  addNote,
  align,
  type Alignment,
  appendAfter,
  changeNodeId,
  connect,
  duplicate,
  freshEdgeId,
  freshId,
  freshIds,
  insertOnEdge,
  moveNodes,
  reconnect,
  removeElements,
  setName,
  setNodeData,
  setNote,
  setSettings,
} from "../../../islands/editor/document/edits.ts";
import { renameNode, setConfigValue } from "./typing.ts";

/** One edit as numbers: what it does, and to what. */
export interface Random {
  op: number;
  a: number;
  b: number;
  c: number;
}

const OUT = [{ id: "out", label: "Then" }];
const ALIGNMENTS: readonly Alignment[] = [
  "left",
  "centre",
  "right",
  "top",
  "middle",
  "bottom",
  "distribute-x",
];
const VALUES = ["Hello {{ lead.firstName }}", 7, null, ["a", { b: 1 }], true, { value: 2, unit: "days" }];

/** Numbers for so many edits. */
export function randomEdits(count: { min: number; max: number }): fc.Arbitrary<Random[]> {
  const one = fc.record({ op: fc.nat(19), a: fc.nat(997), b: fc.nat(991), c: fc.nat(983) });
  return fc.array(one, { minLength: count.min, maxLength: count.max, size: "max" });
}

/** A drawing of some nodes, edges and notes. */
export function randomDocument(
  edits: { min: number; max: number } = { min: 0, max: 40 },
): fc.Arbitrary<EditorDocument> {
  return randomEdits(edits).map((list) => list.reduce(randomlyEdited, documentOf({ name: "Draft" })));
}

function node(id: string, { a, b, c }: Random): WorkflowNode {
  return {
    id,
    type: `type${a % 3}`,
    position: { x: b * 10, y: c * 10 },
    data: { label: `Label ${c % 5}`, config: { text: `{{ steps.n.output.a }} ${b}` } },
  };
}

function note(id: string, { a, b, c }: Random): Note {
  return {
    id,
    kind: a % 2 ? "note" : "group",
    position: { x: a, y: b },
    width: 100,
    height: 50 + c,
    text: "",
    tone: "grey",
  };
}

function noInfo(): undefined {}

function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(1, list.length)];
}

/** The document after one edit; every edit of the module has its turn. */
export function randomlyEdited(doc: EditorDocument, random: Random): EditorDocument {
  const { op, a, b, c } = random;
  const [one, two, edge, some] = [
    pick(doc.nodes, a),
    pick(doc.nodes, b),
    pick(doc.edges, c),
    pick(doc.notes, a),
  ];
  const id = freshId(doc, `n${c % 3 ? "" : "ode"}`);
  const connection = one && two
    ? { source: one.id, sourceHandle: c % 2 ? "out" : "error", target: two.id }
    : null;
  switch (op) {
    case 0:
    case 1:
    case 2:
      return addNode(doc, node(id, random));
    case 3:
      return edge ? insertOnEdge(doc, node(id, random), edge.id, OUT) : doc;
    case 4:
    case 5:
      return one ? appendAfter(doc, node(id, random), { source: one.id, port: b % 2 ? "out" : "yes" }) : doc;
    case 6:
      return removeElements(doc, { nodes: one ? [one.id] : [], edges: edge ? [edge.id] : [] });
    case 7:
      return removeElements(doc, { nodes: one ? [one.id] : [], notes: some ? [some.id] : [] }, {
        heal: true,
      });
    case 8:
    case 9:
      return connection && !mayConnect(doc, noInfo, connection)
        ? connect(doc, connection, freshEdgeId(doc.edges, connection))
        : doc;
    case 10:
      return edge && connection && !mayConnect(doc, noInfo, connection, edge.id)
        ? reconnect(doc, edge.id, connection)
        : doc;
    case 11:
      return moveNodes(
        doc,
        new Map([one, two, some].flatMap((each) => each ? [[each.id, { x: b, y: c }]] : [])),
      );
    case 12:
      return one ? setConfigValue(doc, one.id, c % 2 ? ["text"] : ["list", b % 3], VALUES[a % 7]) : doc;
    case 13:
      return one ? renameNode(doc, one.id, `Label ${b % 7}`) : doc;
    case 14:
      return one ? changeNodeId(doc, one.id, freshId(doc, `m${b % 5}`)) : doc;
    case 15:
      return setSettings(doc, b % 3 ? { description: `${c}` } : {});
    case 16:
      return b % 2 ? setName(doc, `Name ${c % 3}`) : addNote(doc, note(freshId(doc, "note"), random));
    case 17:
      return some ? setNote(doc, some.id, { text: `${c}`, tone: "red" }) : doc;
    case 18: {
      const ids = [...new Set([one, two].flatMap((each) => each ? [each.id] : []))];
      return duplicate(doc, ids, freshIds(doc, ids), { x: 40, y: 40 });
    }
    default: {
      if (!one) return doc;
      if (c % 2) return setNodeData(doc, one.id, { ...one.data, timeout: { value: b, unit: "hours" } });
      const ids = doc.nodes.slice(0, 4).map((each) => each.id);
      return align(doc, ids, new Map(), ALIGNMENTS[b % ALIGNMENTS.length] ?? "left");
    }
  }
}
