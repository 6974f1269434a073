import type { WorkflowEdge } from "../../../engine/schemas/workflow.ts";
import { CARD, type EditorDocument, type Point, type Size } from "./document.ts";
import { edgeIdAmong } from "./ids.ts";
import { withList } from "./lists.ts";
import { nodeWithReferences } from "./references.ts";

export type Alignment =
  | "left"
  | "centre"
  | "right"
  | "top"
  | "middle"
  | "bottom"
  | "distribute-x"
  | "distribute-y";

/** Nodes and notes at other places. */
export function moveNodes(doc: EditorDocument, to: ReadonlyMap<string, Point>): EditorDocument {
  const moved = <T extends { id: string; position: Point }>(element: T): T => {
    const point = to.get(element.id);
    const { x, y } = element.position;
    if (!point || point.x === x && point.y === y) return element;
    return { ...element, position: { x: point.x, y: point.y } };
  };
  return withList(withList(doc, "nodes", moved), "notes", moved);
}

/**
 * Copies of nodes and notes under `newIds` (one for each of `ids`, in order), moved by the offset, with the edges among
 * them. What read another one of them reads its copy. The same document when an id is taken or unknown.
 */
export function duplicate(
  doc: EditorDocument,
  ids: readonly string[],
  newIds: readonly string[],
  offset: Point,
): EditorDocument {
  const names = new Map(ids.map((id, index) => [id, newIds[index]]));
  const rename = (id: string): string | undefined => names.get(id);
  const known = new Set([...doc.nodes, ...doc.notes].map(({ id }) => id));
  const fresh = new Set(newIds);
  const refused = ids.some((id) => !known.has(id)) || newIds.some((id) => known.has(id));
  if (refused || ids.length === 0 || names.size !== newIds.length || fresh.size !== newIds.length) return doc;
  const copied = <T extends { id: string; position: Point }>(element: T): T[] => {
    const id = rename(element.id);
    if (id === undefined) return [];
    const { x, y } = element.position;
    return [{ ...element, id, position: { x: x + offset.x, y: y + offset.y } }];
  };
  const nodes = doc.nodes.flatMap((node) => copied(nodeWithReferences(node, rename)));
  const notes = doc.notes.flatMap(copied);
  return {
    ...doc,
    nodes: nodes.length > 0 ? [...doc.nodes, ...nodes] : doc.nodes,
    edges: withInnerEdges(doc.edges, doc.edges, rename),
    notes: notes.length > 0 ? [...doc.notes, ...notes] : doc.notes,
  };
}

/** The edges with copies of those whose ends both have a new name. */
export function withInnerEdges(
  edges: WorkflowEdge[],
  from: readonly WorkflowEdge[],
  rename: (id: string) => string | undefined,
): WorkflowEdge[] {
  const copies: WorkflowEdge[] = [];
  const taken = new Set(edges.map(({ id }) => id));
  for (const edge of from) {
    const [source, target] = [rename(edge.source), rename(edge.target)];
    if (source === undefined || target === undefined) continue;
    const id = edgeIdAmong(taken, { source, sourceHandle: edge.sourceHandle, target });
    taken.add(id);
    copies.push({ ...edge, id, source, target });
  }
  return copies.length > 0 ? [...edges, ...copies] : edges;
}

interface Box extends Point, Size {
  id: string;
}

/**
 * Puts nodes (and notes) on one line, or their gaps at one size. Lines are the outermost border, or the middle between
 * the outermost borders.
 */
export function align(
  doc: EditorDocument,
  ids: Iterable<string>,
  sizes: ReadonlyMap<string, Size>,
  how: Alignment,
): EditorDocument {
  const chosen = new Set(ids);
  const boxes: Box[] = [
    ...doc.nodes.filter(({ id }) => chosen.has(id)).map(({ id, position }) => ({
      id,
      ...position,
      ...(sizes.get(id) ?? CARD),
    })),
    ...doc.notes.filter(({ id }) => chosen.has(id)).map(({ id, position, width, height }) => ({
      id,
      ...position,
      width,
      height,
    })),
  ];
  if (boxes.length < 2) return doc;
  const horizontal = how === "left" || how === "centre" || how === "right" || how === "distribute-x";
  const [at, length] = horizontal ? ["x", "width"] as const : ["y", "height"] as const;
  const places = how === "distribute-x" || how === "distribute-y"
    ? distributed(boxes, at, length)
    : lined(boxes, at, length, LINES[how]);
  return moveNodes(
    doc,
    new Map(boxes.map(({ id, x, y }, index) => [id, { x, y, [at]: places[index] ?? (horizontal ? x : y) }])),
  );
}

/** Which part of each box comes on to the line: 0 its beginning, 1 its end. */
const LINES = { left: 0, top: 0, centre: 0.5, middle: 0.5, right: 1, bottom: 1 };

function lined(boxes: readonly Box[], at: "x" | "y", length: "width" | "height", part: number): number[] {
  const begin = Math.min(...boxes.map((box) => box[at]));
  const end = Math.max(...boxes.map((box) => box[at] + box[length]));
  const line = begin + (end - begin) * part;
  return boxes.map((box) => line - box[length] * part);
}

function distributed(boxes: readonly Box[], at: "x" | "y", length: "width" | "height"): number[] {
  const order = [...boxes].sort((a, b) => a[at] + a[length] / 2 - (b[at] + b[length] / 2));
  const [first, last] = [order[0]!, order.at(-1)!];
  const filled = order.reduce((sum, box) => sum + box[length], 0);
  const gap = (last[at] + last[length] - first[at] - filled) / (order.length - 1);
  const places = new Map<string, number>();
  let next = first[at];
  for (const box of order) {
    // The outermost stay exactly where they are: sums of fractions would shift them by a hair.
    places.set(box.id, box === last ? box[at] : next);
    next += box[length] + gap;
  }
  return boxes.map((box) => places.get(box.id) ?? box[at]);
}
