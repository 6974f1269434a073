import { portOf, portsOf } from "../../../engine/core/check_node.ts";
import type { Ports } from "../../../engine/schemas/node.ts";
import type {
  Note,
  WorkflowEdge,
  WorkflowGraph,
  WorkflowNode,
  WorkflowSettings,
} from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "./document.ts";
import { freshEdgeId, isNodeId } from "./ids.ts";
import { sameJson } from "./json_value.ts";
import { withList } from "./lists.ts";
import { nodeWithReferences, settingsWithReferences } from "./references.ts";

export { align, type Alignment, duplicate, moveNodes } from "./arrange.ts";
export { freshEdgeId, freshId, freshIds, isNodeId } from "./ids.ts";
export { removeElements } from "./removal.ts";

/** Where an edge begins and ends; no `sourceHandle` is the port `out`. */
export interface Connection {
  source: string;
  sourceHandle?: string | null | undefined;
  target: string;
  targetHandle?: string | null | undefined;
}

/** The document with one more node, last; the same one while its id is taken. */
export function addNode(doc: EditorDocument, node: WorkflowNode): EditorDocument {
  return isTaken(doc, node.id) ? doc : { ...doc, nodes: [...doc.nodes, node] };
}

function isTaken({ nodes, notes }: EditorDocument, id: string): boolean {
  return nodes.some((node) => node.id === id) || notes.some((note) => note.id === id);
}

/**
 * Adds the node in the middle of an edge, which leads into it from then on; from its first port a new edge goes on to
 * where the old one led. What has no port ends the way, so it is only added.
 */
export function insertOnEdge(
  doc: EditorDocument,
  node: WorkflowNode,
  edgeId: string,
  descriptorPorts: Ports,
): EditorDocument {
  const added = addNode(doc, node);
  const edge = doc.edges.find(({ id }) => id === edgeId);
  const port = portsOf({ ports: descriptorPorts }, node.data.config)[0]?.id;
  if (added === doc || !edge || port === undefined) return added;
  const onwards = { source: node.id, sourceHandle: port, target: edge.target };
  const edges = doc.edges.flatMap((each): WorkflowEdge[] =>
    each !== edge ? [each] : [
      { ...each, target: node.id, targetHandle: "in" },
      { id: freshEdgeId(doc.edges, onwards), ...onwards, targetHandle: edge.targetHandle ?? "in" },
    ]
  );
  return { ...added, edges };
}

/** Adds the node behind a port of another one. */
export function appendAfter(
  doc: EditorDocument,
  node: WorkflowNode,
  from: { source: string; port: string },
): EditorDocument {
  const added = addNode(doc, node);
  if (added === doc) return doc;
  const connection = { source: from.source, sourceHandle: from.port, target: node.id };
  return connect(added, connection, freshEdgeId(doc.edges, connection));
}

/** Draws an edge; the same document when it is there already, leads nowhere or to itself. */
export function connect(doc: EditorDocument, connection: Connection, edgeId: string): EditorDocument {
  if (!canJoin(doc, connection) || doc.edges.some((edge) => edge.id === edgeId)) return doc;
  return { ...doc, edges: [...doc.edges, { id: edgeId, ...endsOf(connection) }] };
}

/** Moves the ends of an edge; it keeps its id and whatever else it has. */
export function reconnect(doc: EditorDocument, edgeId: string, connection: Connection): EditorDocument {
  const edge = doc.edges.find(({ id }) => id === edgeId);
  if (!edge || !canJoin(doc, connection)) return doc;
  const moved = { ...edge, ...endsOf(connection) };
  return { ...doc, edges: doc.edges.map((each) => each === edge ? moved : each) };
}

function endsOf({ source, sourceHandle, target, targetHandle }: Connection): Required<Connection> {
  return { source, sourceHandle: sourceHandle ?? "out", target, targetHandle: targetHandle ?? "in" };
}

function canJoin({ nodes, edges }: EditorDocument, connection: Connection): boolean {
  const { source, target } = connection;
  if (source === target) return false;
  const port = portOf({ id: "", ...connection });
  return nodes.some(({ id }) => id === source) && nodes.some(({ id }) => id === target) &&
    !edges.some((edge) => edge.source === source && edge.target === target && portOf(edge) === port);
}

/** Replaces what a node holds. */
export function setNodeData(doc: EditorDocument, id: string, data: WorkflowNode["data"]): EditorDocument {
  return withList(
    doc,
    "nodes",
    (node) => node.id !== id || sameJson(node.data, data) ? node : { ...node, data },
  );
}

/**
 * Gives a node another id and rewrites whatever names it: edges, and `steps.<id>` and `messages.<id>` in templates and
 * conditions of all nodes and of the settings. The same document when the id is taken or no id.
 */
export function changeNodeId(doc: EditorDocument, id: string, newId: string): EditorDocument {
  if (!isNodeId(newId) || isTaken(doc, newId) || !doc.nodes.some((node) => node.id === id)) return doc;
  const rename = (each: string): string | undefined => each === id ? newId : undefined;
  const nodes = doc.nodes.map((node) => {
    const next = nodeWithReferences(node, rename);
    return node.id === id ? { ...next, id: newId } : next;
  });
  const edges = doc.edges.map((edge) => {
    const [source, target] = [rename(edge.source) ?? edge.source, rename(edge.target) ?? edge.target];
    return source === edge.source && target === edge.target ? edge : { ...edge, source, target };
  });
  const kept = edges.every((edge, index) => edge === doc.edges[index]);
  return {
    ...doc,
    nodes,
    edges: kept ? doc.edges : edges,
    settings: settingsWithReferences(doc.settings, rename),
  };
}

export function setSettings(doc: EditorDocument, settings: WorkflowSettings): EditorDocument {
  return sameJson(doc.settings, settings) ? doc : { ...doc, settings };
}

export function setName(doc: EditorDocument, name: string): EditorDocument {
  return doc.name === name ? doc : { ...doc, name };
}

/** The document with one more note or group, last; the same one while its id is taken. */
export function addNote(doc: EditorDocument, note: Note): EditorDocument {
  return isTaken(doc, note.id) ? doc : { ...doc, notes: [...doc.notes, note] };
}

/** Changes parts of a note: its text, tone, size or place. */
export function setNote(
  doc: EditorDocument,
  id: string,
  change: Partial<Pick<Note, "kind" | "position" | "width" | "height" | "text" | "tone">>,
): EditorDocument {
  return withList(doc, "notes", (note) => {
    const next: Note = { ...note, ...change };
    return note.id !== id || sameJson(note, next) ? note : next;
  });
}

/** The words on an edge; none takes them away. */
export function setEdgeLabel(doc: EditorDocument, id: string, label: string): EditorDocument {
  const changed = (edge: WorkflowEdge): WorkflowEdge => {
    const { label: before, ...rest } = edge;
    if (edge.id !== id || (before ?? "") === label) return edge;
    return label === "" ? rest : { ...edge, label };
  };
  const edges = doc.edges.map(changed);
  return edges.every((edge, index) => edge === doc.edges[index]) ? doc : { ...doc, edges };
}

/** Replaces nodes, edges, settings and notes by those of another workflow, such as a restored version. */
export function setGraph(doc: EditorDocument, graph: WorkflowGraph): EditorDocument {
  const { nodes, edges, settings, notes = [] } = graph;
  return {
    name: doc.name,
    nodes: kept(doc.nodes, nodes),
    edges: kept(doc.edges, edges),
    settings: sameJson(doc.settings, settings) ? doc.settings : settings,
    notes: kept(doc.notes, notes),
  };
}

/** The list with the elements of the old one wherever they say the same, so that few count as changed. */
function kept<T extends { id: string }>(before: T[], after: T[]): T[] {
  const old = new Map(before.map((element) => [element.id, element]));
  const next = after.map((element) => {
    const former = old.get(element.id);
    return former && sameJson(former, element) ? former : element;
  });
  const same = next.length === before.length && next.every((element, index) => element === before[index]);
  return same ? before : next;
}
