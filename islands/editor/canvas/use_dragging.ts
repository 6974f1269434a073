import type { NodeChange, NodeSelectionChange } from "@xyflow/react";
import { useMemo, useRef, useState } from "preact/hooks";
import { type Editor, useEditor } from "../editor_context.ts";
import type { EditorDocument, Point } from "../document/document.ts";
import type { FlowNode, Moved, Selection } from "./flow_elements.ts";

const STILL: Moved = new Map();

interface Dragging {
  moved: Moved;
  onNodesChange(changes: NodeChange<FlowNode>[]): void;
  onDragStart(dragged: readonly { id: string }[]): void;
}

/**
 * What is dragged lies where the pointer has it; when it is let go, the document gets it as one step of undo. A group
 * takes along the nodes that lie within it.
 */
export function useDragging(): Dragging {
  const editor = useEditor();
  const [moved, setMoved] = useState<Moved>(STILL);
  const latest = useRef(editor);
  latest.current = editor;
  const places = useRef<Map<string, Point>>(new Map());
  const riders = useRef<Map<string, string> | null>(null);
  const handlers = useMemo(() => ({
    onDragStart(dragged: readonly { id: string }[]): void {
      riders.current = ridersOf(dragged, latest.current);
    },
    onNodesChange(changes: NodeChange<FlowNode>[]): void {
      const { draft, document, select, actions } = latest.current;
      const positions = changes.filter((change) => change.type === "position");
      for (const change of positions) {
        if (change.position) places.current.set(change.id, rounded(change.position));
      }
      // Arrows move without a drag.
      carryRiders(places.current, riders.current ?? ridersOf(positions, latest.current), draft.document);
      const dragging = positions.some((change) => change.dragging);
      if (positions.length && !dragging) {
        if (places.current.size) actions.move(places.current);
        places.current = new Map();
        riders.current = null;
        setMoved(STILL);
      } else if (positions.length) setMoved(new Map(places.current));
      const chosen = changes.filter((change) => change.type === "select");
      if (chosen.length) select((before) => withNodes(before, chosen, document));
    },
  }), []);
  return { moved, ...handlers };
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

/** Nodes within a dragged group that are not dragged themselves, with the group that they ride on. */
function ridersOf(
  dragged: readonly { id: string }[],
  { draft: { document }, cards }: Pick<Editor, "draft" | "cards">,
): Map<string, string> {
  const riders = new Map<string, string>();
  const own = new Set(dragged.map(({ id }) => id));
  for (const note of document.notes) {
    if (note.kind !== "group" || !own.has(note.id)) continue;
    for (const node of document.nodes) {
      const card = cards.get(node.id);
      if (own.has(node.id) || !card) continue;
      const inside = node.position.x >= note.position.x && node.position.y >= note.position.y &&
        node.position.x + card.width <= note.position.x + note.width &&
        node.position.y + card.height <= note.position.y + note.height;
      if (inside) riders.set(node.id, note.id);
    }
  }
  return riders;
}

function carryRiders(
  latest: Map<string, Point>,
  riders: ReadonlyMap<string, string>,
  document: EditorDocument,
): void {
  for (const [id, groupId] of riders) {
    const [node, group] = [
      document.nodes.find((one) => one.id === id),
      document.notes.find((one) => one.id === groupId),
    ];
    const now = latest.get(groupId);
    if (!node || !group || !now) continue;
    latest.set(id, {
      x: node.position.x + now.x - group.position.x,
      y: node.position.y + now.y - group.position.y,
    });
  }
}

function withNodes(
  before: Selection,
  chosen: readonly NodeSelectionChange[],
  document: EditorDocument,
): Selection {
  const nodes = new Set(before.nodes);
  const notes = new Set(before.notes);
  for (const { id, selected } of chosen) {
    const set = document.notes.some((note) => note.id === id) ? notes : nodes;
    if (selected) set.add(id);
    else set.delete(id);
  }
  return { ...before, nodes, notes };
}
