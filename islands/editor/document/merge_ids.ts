import { portOf } from "../../../engine/core/check_node.ts";
import type { Note, WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "./document.ts";
import { changeNodeId } from "./edits.ts";
import { edgeIdAmong, freshId } from "./ids.ts";
import { sameJson } from "./json_value.ts";

/** A node or a note that got another id. */
export interface Renamed {
  from: string;
  to: string;
}

/** Two people who both add a mail both get `mail`: two nodes, not one. Mine gets
 * another id: theirs is saved already. At the same place, with the same type, it is one node that came both ways. */
export function withOwnIds(
  base: EditorDocument,
  mine: EditorDocument,
  theirs: EditorDocument,
): { doc: EditorDocument; renamed: Renamed[] } {
  const renamed: Renamed[] = [];
  const known = new Set([...base.nodes, ...base.notes].map(({ id }) => id));
  const added = new Map([...theirs.nodes, ...theirs.notes].map((element) => [element.id, element]));
  let doc = mine;
  const clashes = (element: WorkflowNode | Note): boolean => {
    const other = added.get(element.id);
    return other !== undefined && !known.has(element.id) && !sameJson(other, element) &&
      !(other.type === element.type && sameJson(other.position, element.position));
  };
  const all = (): { nodes: WorkflowNode[]; notes: Note[] } => ({
    nodes: [...doc.nodes, ...theirs.nodes],
    notes: [...doc.notes, ...theirs.notes],
  });
  for (const { id } of mine.nodes.filter(clashes)) {
    const to = freshId(all(), id);
    doc = changeNodeId(doc, id, to);
    renamed.push({ from: id, to });
  }
  for (const note of mine.notes.filter(clashes)) {
    const id = freshId(all(), note.id);
    doc = { ...doc, notes: doc.notes.map((each) => each === note ? { ...note, id } : each) };
    renamed.push({ from: note.id, to: id });
  }
  return { doc: withOwnEdgeIds(base, doc, theirs), renamed };
}

/** An edge of mine that is also theirs takes their id; a new one under the id of another of theirs a new one. */
function withOwnEdgeIds(base: EditorDocument, mine: EditorDocument, theirs: EditorDocument): EditorDocument {
  const known = new Set(base.edges.map(({ id }) => id));
  const added = theirs.edges.filter(({ id }) => !known.has(id));
  const byWay = new Map(added.map((edge) => [wayOf(edge), edge]));
  const taken = new Set([...theirs.edges, ...mine.edges].map(({ id }) => id));
  const addedIds = new Set(added.map(({ id }) => id));
  const edges = mine.edges.map((edge) => {
    if (known.has(edge.id)) return edge;
    const same = byWay.get(wayOf(edge));
    if (same) return same.id === edge.id ? edge : { ...edge, id: same.id };
    if (!addedIds.has(edge.id)) return edge;
    const id = edgeIdAmong(taken, edge);
    taken.add(id);
    return { ...edge, id };
  });
  return edges.every((edge, index) => edge === mine.edges[index]) ? mine : { ...mine, edges };
}

function wayOf(edge: WorkflowEdge): string {
  return JSON.stringify([edge.source, portOf(edge), edge.target]);
}
