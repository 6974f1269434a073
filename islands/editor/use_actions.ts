import { useMemo, useRef } from "preact/hooks";
import { portsOf } from "../../engine/core/check_node.ts";
import type { NodeDescriptor } from "../../engine/nodes/define.ts";
import type { Note, WorkflowNode } from "../../engine/schemas/workflow.ts";
import { sizeOf } from "./canvas/cards.ts";
import { NOTHING, type Selection } from "./canvas/flow_elements.ts";
import { copy, paste } from "./document/clipboard.ts";
import { mayConnect } from "./document/connect.ts";
import type { EditorDocument, Point, Size } from "./document/document.ts";
import {
  addNode,
  addNote,
  align,
  appendAfter,
  connect,
  duplicate,
  freshEdgeId,
  freshId,
  freshIds,
  insertOnEdge,
  moveNodes,
  reconnect,
  removeElements,
} from "./document/edits.ts";
import { firstConfig } from "./document/first_config.ts";
import { tidy } from "./document/layout.ts";
import type { Actions, Editor, Place } from "./editor_context.ts";
import { focusCanvas, focusNote } from "./focus.ts";
import { nextPlace, roomFor, roomOnEdge, snapped } from "./placing.ts";

const DUPLICATE_OFFSET: Point = { x: 40, y: 40 };
const NOTE_SIZE = { note: { width: 220, height: 110 }, group: { width: 480, height: 320 } };
/** Between a group's frame and what it is drawn around; above it there is room for its title. */
const FRAME = { side: 30, top: 50 };

type Parts = Omit<Editor, "actions" | "choose"> & {
  /** The middle of what is seen, in the drawing's units. */
  centre(): Point;
  /** Brings a node into sight. */
  show(id: string): void;
  /** Brings the whole drawing into sight. */
  showAll(): void;
};

/** What can be done to the drawing. The object stays the same while the page lives. */
export function useActions(parts: Parts): Actions {
  const latest = useRef(parts);
  latest.current = parts;
  return useMemo(
    () => ({ ...drawingActions(() => latest.current), ...selectionActions(() => latest.current) }),
    [],
  );
}

function drawingActions(
  now: () => Parts,
): Pick<Actions, "add" | "addNote" | "connect" | "reconnect" | "move" | "undo" | "redo"> {
  return {
    add: (type, place) => addType(now(), type, place),
    addNote: (kind, point) => addNoteAt(now(), kind, point),
    connect(source, port, target): void {
      const { draft, types, say } = now();
      const connection = { source, sourceHandle: port, target };
      const reason = mayConnect(draft.document, types.of, connection);
      if (reason) return say(reason);
      draft.edit("Connect", (doc) => connect(doc, connection, freshEdgeId(doc.edges, connection)));
    },
    reconnect(id, { source, port, target }): void {
      const { draft, types, say } = now();
      const others = { ...draft.document, edges: draft.document.edges.filter((edge) => edge.id !== id) };
      const connection = { source, sourceHandle: port, target };
      const reason = mayConnect(others, types.of, connection);
      if (reason) return say(reason);
      draft.edit("Reconnect", (doc) => reconnect(doc, id, connection));
    },
    move(positions): void {
      const ids = [...positions.keys()];
      const label = ids.length === 1 ? "Move" : `Move ${ids.length} elements`;
      now().draft.edit(label, (doc) => moveNodes(doc, positions), `move ${ids.join()}`);
    },
    undo(): void {
      const label = now().draft.undo();
      now().say(label === null ? "Nothing to undo" : `Undone: ${label}`);
    },
    redo(): void {
      const label = now().draft.redo();
      now().say(label === null ? "Nothing to redo" : `Done again: ${label}`);
    },
  };
}

function selectionActions(
  now: () => Parts,
): Pick<Actions, "remove" | "duplicate" | "copy" | "paste" | "align" | "tidy"> {
  return {
    remove: () => removeSelected(now()),
    duplicate(): void {
      const { draft, selection, select } = now();
      const ids = [...selection.nodes, ...selection.notes];
      const newIds = freshIds(draft.document, ids);
      draft.edit("Duplicate", (doc) => duplicate(doc, ids, newIds, DUPLICATE_OFFSET));
      select(() => among(draft.document, newIds));
    },
    copy(): string | null {
      const { draft, selection } = now();
      const ids = [...selection.nodes, ...selection.notes];
      return ids.length ? copy(draft.document, ids) : null;
    },
    paste(text, at): void {
      const { draft, select, say, centre, types } = now();
      const result = paste(draft.document, text, {
        freshId,
        at: at ?? centre(),
        knows: (type) => types.of(type) !== undefined,
      });
      if ("problem" in result) return say(result.problem);
      draft.edit("Paste", () => result.doc);
      select(() => among(result.doc, result.ids));
      say(result.dropped.length ? `Left out: ${result.dropped.join(", ")}` : `${result.ids.length} pasted`);
    },
    align(how): void {
      const { draft, selection, cards } = now();
      draft.edit("Align", (doc) => align(doc, [...selection.nodes, ...selection.notes], cards, how));
    },
    async tidy(): Promise<void> {
      const { draft, selection, cards, types } = now();
      const only = selection.nodes.size > 1 ? [...selection.nodes] : undefined;
      const positions = await tidy(draft.document, cards, only, types.of);
      const { draft: current, showAll, say } = now();
      if (!only) showAll();
      current.edit("Tidy up", (doc) => moveNodes(doc, positions));
      say("Tidied up; Ctrl+Z brings it back");
    },
  };
}

function addType(parts: Parts, type: string, place: Place): string {
  const { draft, types, select, show, say } = parts;
  const descriptor = types.of(type);
  if (!descriptor) return "";
  const id = freshId(draft.document, type);
  const resolved = place.kind === "next" ? nextPlace(draft.document, parts, descriptor) : place;
  draft.edit(`Add ${descriptor.title}`, (doc) => placed(doc, parts, { id, descriptor, place: resolved }));
  select(() => ({ ...NOTHING, nodes: new Set([id]) }));
  // What was put somewhere by hand is looked at already: the drawing must not jump away under it.
  if (!("point" in place)) show(id);
  say(`${descriptor.title} added`);
  return id;
}

function placed(
  doc: EditorDocument,
  parts: Parts,
  { id, descriptor, place }: { id: string; descriptor: NodeDescriptor; place: Place },
): EditorDocument {
  const { cards, centre } = parts;
  const behind = place.kind === "edge"
    ? doc.edges.find((edge) => edge.id === place.edgeId)?.source
    : place.kind === "after"
    ? place.source
    : undefined;
  const { type, title } = descriptor;
  const data = { label: title, config: firstConfig(descriptor, doc, behind) };
  const node: WorkflowNode = { id, type, position: { x: 0, y: 0 }, data };
  const size = sizeOf(portsOf(descriptor, descriptor.example));
  if (place.kind === "edge") {
    const { document, point } = roomOnEdge(doc, cards, { edgeId: place.edgeId, size });
    return insertOnEdge(document, { ...node, position: point }, place.edgeId, descriptor.ports);
  }
  if (place.kind === "after") return placedAfter(doc, parts, { node, size, place });
  const middle = place.kind === "at" ? place.point : centre();
  const position = snapped({ x: middle.x - size.width / 2, y: middle.y - size.height / 2 });
  return addNode(doc, { ...node, position });
}

function placedAfter(
  doc: EditorDocument,
  { cards, types }: Parts,
  { node, size, place }: { node: WorkflowNode; size: Size; place: Place & { kind: "after" } },
): EditorDocument {
  const { source, port } = place;
  const ports = cards.get(source)?.ports.map(({ id }) => id) ?? [];
  const point = place.point
    ? { x: place.point.x - size.width / 2, y: place.point.y }
    : roomFor(doc, cards, { source, ports, port, size });
  const at = { ...node, position: snapped(point) };
  const alone = addNode(doc, at);
  const fits = mayConnect(alone, types.of, { source, sourceHandle: port, target: node.id }) === null;
  return fits ? appendAfter(doc, at, { source, port }) : alone;
}

function addNoteAt(
  { draft, centre, select, selection, cards }: Parts,
  kind: Note["kind"],
  point?: Point,
): void {
  const id = freshId(draft.document, kind);
  const around = kind === "group" ? frameAround(draft.document, selection, cards) : null;
  const note: Note = {
    id,
    kind,
    ...(around ?? { position: snapped(point ?? centre()), ...NOTE_SIZE[kind] }),
    text: "",
    tone: kind === "group" ? "blue" : "amber",
  };
  draft.edit(kind === "group" ? "Add a group" : "Add a note", (doc) => addNote(doc, note));
  select(() => ({ ...NOTHING, notes: new Set([id]) }));
  focusNote(id);
}

/** The frame of a group that holds the selected nodes; null when none is selected. */
function frameAround(
  document: EditorDocument,
  selection: Selection,
  cards: ReadonlyMap<string, Size>,
): (Size & { position: Point }) | null {
  const boxes = document.nodes.filter(({ id }) => selection.nodes.has(id)).map((node) => ({
    ...node.position,
    ...(cards.get(node.id) ?? { width: 0, height: 0 }),
  }));
  if (!boxes.length) return null;
  const left = Math.min(...boxes.map(({ x }) => x)) - FRAME.side;
  const top = Math.min(...boxes.map(({ y }) => y)) - FRAME.top;
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + FRAME.side;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + FRAME.side;
  return { position: { x: left, y: top }, width: right - left, height: bottom - top };
}

function removeSelected({ draft, selection, select, say }: Parts): void {
  const { nodes, edges, notes } = selection;
  const count = nodes.size + edges.size + notes.size;
  if (!count) return;
  // One node taken out of a line leaves the line whole.
  draft.edit(
    count === 1 ? "Delete" : `Delete ${count} elements`,
    (doc) => removeElements(doc, { nodes, edges, notes }, { heal: nodes.size === 1 }),
  );
  select(() => NOTHING);
  // What had the focus may be gone; the next key is the canvas's.
  focusCanvas();
  say(count === 1 ? "Deleted; Ctrl+Z brings it back" : `${count} deleted; Ctrl+Z brings them back`);
}

function among(document: EditorDocument, ids: readonly string[]): Selection {
  const notes = new Set(document.notes.map(({ id }) => id));
  return {
    nodes: new Set(ids.filter((id) => !notes.has(id))),
    edges: new Set(),
    notes: new Set(ids.filter((id) => notes.has(id))),
  };
}
