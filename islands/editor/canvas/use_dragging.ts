import type { NodeChange, NodeSelectionChange } from "@xyflow/react";
import { useRef, useState } from "preact/hooks";
import { useEditor } from "../editor_context.ts";
import type { EditorDocument, Point } from "../document/document.ts";
import type { Card } from "./cards.ts";
import type { FlowNode, Moved, Selection } from "./flow_elements.ts";

const STILL: Moved = new Map();

interface Dragging {
  moved: Moved;
  onNodesChange(changes: NodeChange<FlowNode>[]): void;
  onDragStart(event: unknown, node: unknown, dragged: readonly FlowNode[]): void;
}

/**
 * What is dragged lies where the pointer has it; when it is let go, the document gets it as one step of undo. A group
 * takes along the nodes that lie within it.
 */
export function useDragging(): Dragging {
  const { draft, document, cards, select, actions } = useEditor();
  const [moved, setMoved] = useState<Moved>(STILL);
  const latest = useRef<Map<string, Point>>(new Map());
  const riders = useRef<Map<string, string>>(new Map());

  const onDragStart = (_event: unknown, _node: unknown, dragged: readonly FlowNode[]): void => {
    riders.current = ridersOf(dragged, draft.document, cards);
  };
  const onNodesChange = (changes: NodeChange<FlowNode>[]): void => {
    const positions = changes.filter((change) => change.type === "position");
    for (const change of positions) {
      if (change.position) latest.current.set(change.id, rounded(change.position));
    }
    carryRiders(latest.current, riders.current, draft.document);
    const dragging = positions.some((change) => change.dragging);
    if (positions.length && !dragging && latest.current.size) {
      actions.move(latest.current);
      latest.current = new Map();
      setMoved(STILL);
    } else if (positions.length) setMoved(new Map(latest.current));
    const chosen = changes.filter((change) => change.type === "select");
    if (chosen.length) select((before) => withNodes(before, chosen, document));
  };
  return { moved, onNodesChange, onDragStart };
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

/** Nodes within a dragged group that are not dragged themselves, with the group that they ride on. */
function ridersOf(
  dragged: readonly FlowNode[],
  document: EditorDocument,
  cards: ReadonlyMap<string, Card>,
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
