import { type Edge, type Node, Position } from "@xyflow/react";
import type { Note, WorkflowEdge } from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "../document/document.ts";
import type { Drawn } from "../publishing/review.ts";
import { type Card, type Difference, portX } from "./cards.ts";

export type CardNode = Node<{ card: Card }, "card">;
export type NoteNode = Node<{ note: Note; difference: Difference | null }, "note">;
export type FlowNode = CardNode | NoteNode;
export type FlowEdge = Edge<
  { label: string | null; paint: EdgePaint; difference: "added" | "removed" | null },
  "line"
>;

/** `plain`: nothing is known of it. `flowing`: taken, and its target is at work. */
export type EdgePaint = "plain" | "flowing" | "taken" | "skipped";

export interface Selection {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly notes: ReadonlySet<string>;
}
export const NOTHING: Selection = { nodes: new Set(), edges: new Set(), notes: new Set() };

/** Where elements are while they are dragged; the document learns of it when they are let go. */
export type Moved = ReadonlyMap<string, { x: number; y: number }>;

interface Parts {
  document: EditorDocument;
  cards: ReadonlyMap<string, Card>;
  selection: Selection;
  moved: Moved;
  readOnly: boolean;
  /** How what is drawn differs from something else. */
  drawn: Drawn | null;
}

/** The document as React Flow takes it. What did not change stays the same object, lists too: React Flow looks at all of a new one. */
export class FlowElements {
  #nodes = new Map<string, { key: readonly unknown[]; node: FlowNode }>();
  #edges = new Map<string, { key: readonly unknown[]; edge: FlowEdge }>();
  #lastNodes: FlowNode[] = [];
  #lastEdges: FlowEdge[] = [];

  nodes({ document, cards, selection, moved, readOnly, drawn }: Parts): FlowNode[] {
    const nodes: FlowNode[] = [];
    for (const note of document.notes) {
      const position = moved.get(note.id) ?? note.position;
      const selected = selection.notes.has(note.id);
      const difference = drawn?.notes.get(note.id) ?? null;
      nodes.push(
        this.#node(
          note.id,
          [note, position.x, position.y, selected, readOnly, difference],
          () => noteNode(note, { position, selected, difference }),
        ),
      );
    }
    for (const { id, position: at } of document.nodes) {
      const card = cards.get(id);
      if (!card) continue;
      const position = moved.get(id) ?? at;
      const selected = selection.nodes.has(id);
      nodes.push(
        this.#node(id, [card, position.x, position.y, selected], () => cardNode(card, position, selected)),
      );
    }
    if (!same(nodes, this.#lastNodes)) this.#lastNodes = nodes;
    return this.#lastNodes;
  }

  edges({ document, cards, selection, drawn }: Parts): FlowEdge[] {
    const edges = document.edges.map((edge) => {
      const [source, target] = [cards.get(edge.source), cards.get(edge.target)];
      const selected = selection.edges.has(edge.id);
      const difference = drawn?.edges.get(edge.id) ?? null;
      const named = [source?.label, target?.label];
      const key = [edge, source?.paint, target?.paint, source?.ports, ...named, selected, difference];
      const known = this.#edges.get(edge.id);
      if (known && same(known.key, key)) return known.edge;
      const flow = flowEdge(edge, { source, target, selected, difference });
      this.#edges.set(edge.id, { key, edge: flow });
      return flow;
    });
    if (!same(edges, this.#lastEdges)) this.#lastEdges = edges;
    return this.#lastEdges;
  }

  #node(id: string, key: readonly unknown[], make: () => FlowNode): FlowNode {
    const known = this.#nodes.get(id);
    if (known && same(known.key, key)) return known.node;
    const node = make();
    this.#nodes.set(id, { key, node });
    return node;
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** Sizes and handles are given, so that nothing has to be measured before edges are drawn. */
function cardNode(card: Card, position: { x: number; y: number }, selected: boolean): CardNode {
  const { width, height } = card;
  const input = {
    type: "target" as const,
    id: "in",
    position: Position.Top,
    x: width / 2 - 6,
    y: -6,
    width: 12,
    height: 12,
  };
  const outputs = card.ports.map((port, index) => ({
    type: "source" as const,
    id: port.id,
    position: Position.Bottom,
    x: portX(card, index) - 6,
    y: height - 6,
    width: 12,
    height: 12,
  }));
  return {
    id: card.id,
    type: "card",
    position,
    selected,
    width,
    height,
    measured: { width, height },
    handles: [input, ...outputs],
    data: { card },
    ariaLabel: spoken(card),
    zIndex: 1,
  };
}

function noteNode(
  note: Note,
  { position, selected, difference }: {
    position: { x: number; y: number };
    selected: boolean;
    difference: Difference | null;
  },
): NoteNode {
  const { width, height } = note;
  return {
    id: note.id,
    type: "note",
    position,
    selected,
    width,
    height,
    measured: { width, height },
    data: { note, difference },
    ariaLabel: `${note.kind === "group" ? "Group" : "Note"}: ${note.text || "empty"}${
      difference ? `, ${difference}` : ""
    }`,
    zIndex: note.kind === "group" ? -2 : -1,
  };
}

/** What a screen reader says of a node. */
function spoken(card: Card): string {
  const problems = card.problems.length;
  return [
    card.label,
    card.title === card.label ? "" : card.title,
    card.summary,
    card.merging ?? "",
    card.pinned ? "pinned in tests" : "",
    card.difference ?? "",
    card.paint ? `${card.paint.status} ${card.paint.detail}` : "",
    problems ? `${problems} ${problems === 1 ? "problem" : "problems"}` : "",
  ].filter(Boolean).join(", ");
}

/** As an attribute of SVG has to be spelt: React Flow's own `tabIndex` does nothing there in Preact. */
const REACHED_BY_TAB = { tabindex: 0 };

function flowEdge(
  edge: WorkflowEdge,
  { source, target, selected, difference }: {
    source: Card | undefined;
    target: Card | undefined;
    selected: boolean;
    difference: "added" | "removed" | null;
  },
): FlowEdge {
  const port = edge.sourceHandle ?? "out";
  const label = typeof edge.label === "string" && edge.label !== "" ? edge.label : null;
  const portLabel = source?.ports.find(({ id }) => id === port)?.label ?? port;
  return {
    id: edge.id,
    type: "line",
    source: edge.source,
    target: edge.target,
    sourceHandle: port,
    targetHandle: "in",
    selected,
    domAttributes: REACHED_BY_TAB,
    data: { label, paint: paintOf(port, source, target), difference },
    ariaLabel: `From ${source?.label ?? edge.source}, ${portLabel}, to ${target?.label ?? edge.target}${
      difference ? `, ${difference}` : ""
    }`,
  };
}

function paintOf(port: string, source: Card | undefined, target: Card | undefined): EdgePaint {
  const from = source?.paint;
  if (!from) return "plain";
  const left = from.status === "completed" || (from.status === "failed" && from.port !== null);
  if (!left) return from.status === "skipped" || from.status === "cancelled" ? "skipped" : "plain";
  if ((from.port ?? "out") !== port) return "skipped";
  return target?.paint?.status === "running" || target?.paint?.status === "retrying" ? "flowing" : "taken";
}
