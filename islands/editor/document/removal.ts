import { portOf } from "../../../engine/core/check_node.ts";
import type { WorkflowEdge } from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "./document.ts";

/**
 * Takes elements away; the edges of a node go with it. With `heal`, the one edge that led into a removed node leads on
 * to where the one behind it led; with more ways in or out nobody could say which were meant.
 */
export function removeElements(
  doc: EditorDocument,
  { nodes = [], edges = [], notes = [] }: {
    nodes?: Iterable<string>;
    edges?: Iterable<string>;
    notes?: Iterable<string>;
  },
  { heal = false }: { heal?: boolean } = {},
): EditorDocument {
  const [goneNodes, goneEdges, goneNotes] = [new Set(nodes), new Set(edges), new Set(notes)];
  let left = doc.edges.filter((edge) => !goneEdges.has(edge.id));
  if (heal) { for (const id of goneNodes) left = healed(left, id); }
  left = left.filter((edge) => !goneNodes.has(edge.source) && !goneNodes.has(edge.target));
  const next = {
    ...doc,
    nodes: without(doc.nodes, goneNodes),
    edges: left.length === doc.edges.length && left.every((edge, i) => edge === doc.edges[i])
      ? doc.edges
      : left,
    notes: without(doc.notes, goneNotes),
  };
  const same = next.nodes === doc.nodes && next.edges === doc.edges && next.notes === doc.notes;
  return same ? doc : next;
}

function without<T extends { id: string }>(list: T[], gone: ReadonlySet<string>): T[] {
  return list.some((element) => gone.has(element.id))
    ? list.filter((element) => !gone.has(element.id))
    : list;
}

function healed(edges: WorkflowEdge[], nodeId: string): WorkflowEdge[] {
  const [into, furtherInto] = edges.filter((edge) => edge.target === nodeId);
  const [out, furtherOut] = edges.filter((edge) => edge.source === nodeId);
  if (!into || !out || furtherInto || furtherOut) return edges;
  const joined = { ...into, target: out.target, targetHandle: out.targetHandle };
  const known = into.source === out.target ||
    edges.some((edge) =>
      edge.source === into.source && edge.target === out.target && portOf(edge) === portOf(into)
    );
  return edges.filter((edge) => edge !== out && !(known && edge === into))
    .map((edge) => edge === into ? joined : edge);
}
