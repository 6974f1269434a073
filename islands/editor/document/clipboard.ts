import { withInnerEdges } from "./arrange.ts";
import { CARD, type EditorDocument, type Point } from "./document.ts";
import { freshId } from "./ids.ts";
import { nodeWithReferences } from "./references.ts";
import { type Elements, elementsOf } from "./stored_shape.ts";

const MAX_NODES = 1_000;
const MAX_NOTES = 200;
const MAX_TEXT = 8 * 1_024 * 1_024;

/** Nodes and notes with the edges among them, as JSON text for the clipboard. */
export function copy(doc: EditorDocument, ids: Iterable<string>): string {
  const chosen = new Set(ids);
  const nodes = doc.nodes.filter(({ id }) => chosen.has(id));
  const inner = new Set(nodes.map(({ id }) => id));
  const edges = doc.edges.filter(({ source, target }) => inner.has(source) && inner.has(target));
  const notes = doc.notes.filter(({ id }) => chosen.has(id));
  return JSON.stringify({ leadflow: 1, nodes, edges, notes }, null, 2);
}

export interface PasteOptions {
  /** The middle of what is pasted comes here. */
  at?: Point | undefined;
  /** Without `at`: so far from where it was. */
  offset?: Point | undefined;
  /** Is there such a node type? Absent: all there are. */
  knows?: ((type: string) => unknown) | undefined;
  freshId?: (doc: EditorDocument, text: string) => string;
}

export interface Pasted {
  doc: EditorDocument;
  /** Of the new nodes and notes, in the order of the text. */
  ids: string[];
  /** What was left out, and why. */
  dropped: string[];
}

/**
 * Puts in what was copied here or elsewhere, a whole exported workflow, or one bare node. Everything gets a new id
 * (its own where that is free); edges among the nodes stay, and what one pasted config reads of another pasted node
 * reads it under its new id. Settings and the name of a workflow are left behind.
 */
export function paste(
  doc: EditorDocument,
  text: string,
  options: PasteOptions = {},
): Pasted | { problem: string } {
  const read = readClipboard(text);
  if ("problem" in read) return read;
  const { knows } = options;
  const nodes = read.nodes.filter(({ type }) => !knows || knows(type));
  const dropped = read.nodes.filter((node) => !nodes.includes(node)).map(({ id, type, data }) =>
    `${data.label || id} (there is no node type "${type}")`
  );
  const names = new Map<string, string>();
  const shift = shiftOf([...nodes, ...read.notes], options);
  const moved = <T extends { id: string; position: Point }>(element: T, id: string): T => {
    const { x, y } = element.position;
    return { ...element, id, position: { x: x + shift.x, y: y + shift.y } };
  };
  const next: EditorDocument = { ...doc, nodes: [...doc.nodes], notes: [...doc.notes] };
  const fresh = options.freshId ?? freshId;
  for (const node of nodes) {
    const id = fresh(next, node.id);
    names.set(node.id, id);
    next.nodes.push(moved(node, id));
  }
  const rename = (id: string): string | undefined => names.get(id);
  for (let i = doc.nodes.length; i < next.nodes.length; i++) {
    next.nodes[i] = nodeWithReferences(next.nodes[i]!, rename);
  }
  for (const note of read.notes) next.notes.push(moved(note, fresh(next, note.id)));
  next.edges = withInnerEdges(doc.edges, read.edges, rename);
  const tooMany = next.nodes.length > MAX_NODES || next.notes.length > MAX_NOTES;
  if (tooMany) return { problem: `A workflow has at most ${MAX_NODES} nodes and ${MAX_NOTES} notes` };
  const ids = [...next.nodes.slice(doc.nodes.length), ...next.notes.slice(doc.notes.length)]
    .map(({ id }) => id);
  if (ids.length === 0) {
    return { problem: dropped.length > 0 ? `Left out: ${dropped.join(", ")}` : "There is nothing to paste" };
  }
  return { doc: next, ids, dropped };
}

function shiftOf(
  elements: readonly { position: Point; width?: unknown; height?: unknown }[],
  { at, offset }: PasteOptions,
): Point {
  if (!at || elements.length === 0) return offset ?? { x: 0, y: 0 };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { position: { x, y }, width, height } of elements) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + (typeof width === "number" ? width : CARD.width));
    bottom = Math.max(bottom, y + (typeof height === "number" ? height : CARD.height));
  }
  return { x: Math.round(at.x - (left + right) / 2), y: Math.round(at.y - (top + bottom) / 2) };
}

const NOT_OURS = {
  problem: "The clipboard holds no nodes: copy some here, or the JSON of a workflow or of one node",
};

function readClipboard(text: string): Elements | { problem: string } {
  if (text.length > MAX_TEXT) return { problem: "The clipboard holds more than 8 MB" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return NOT_OURS;
  }
  if (typeof value !== "object" || value === null) return NOT_OURS;
  const bare = !("nodes" in value) && "type" in value
    ? { nodes: [{ id: String(value.type), position: { x: 0, y: 0 }, data: {}, ...value }] }
    : value;
  if (!("nodes" in bare) || !Array.isArray(bare.nodes)) return NOT_OURS;
  if (bare.nodes.length > MAX_NODES) {
    return { problem: `The clipboard holds ${bare.nodes.length} nodes, at most ${MAX_NODES} can be pasted` };
  }
  const parsed = elementsOf(bare);
  if ("problem" in parsed) return { problem: `What the clipboard holds is no workflow: ${parsed.problem}` };
  const ids = new Set(parsed.nodes.map(({ id }) => id));
  return ids.size === parsed.nodes.length ? parsed : { problem: "Two of the nodes have the same id" };
}
