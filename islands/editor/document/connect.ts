import { type NodeInfo, portOf } from "../../../engine/core/check_node.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "./document.ts";
import type { Connection } from "./edits.ts";

/** What must be known of a node type to draw edges; undefined for a type that nobody knows. */
export type InfoOf = (type: string) => Pick<NodeInfo, "kind" | "ports"> | undefined;

const MAX_EDGES = 5_000;
const SHOWN = 12;

/**
 * Why no edge may be drawn there, in words; null when it may. It refuses what a save would (checkShape), and what is
 * there already. `exceptEdge` is being moved, so it is not in its own way.
 */
export function mayConnect(
  doc: EditorDocument,
  infoOf: InfoOf,
  connection: Connection,
  exceptEdge?: string,
): string | null {
  const edges = exceptEdge === undefined ? doc.edges : doc.edges.filter((edge) => edge.id !== exceptEdge);
  const { source, sourceHandle, target } = connection;
  const reasons = reasonsFrom({ ...doc, edges }, infoOf, source, sourceHandle ?? "out");
  return reasons(target);
}

/** For every node whether an edge from this port may lead there: null, or the reason why not. Found in one pass. */
export function connectable(
  doc: EditorDocument,
  infoOf: InfoOf,
  source: string,
  port: string,
): Map<string, string | null> {
  const reasons = reasonsFrom(doc, infoOf, source, port);
  return new Map(doc.nodes.map(({ id }) => [id, reasons(id)]));
}

function reasonsFrom(
  doc: EditorDocument,
  infoOf: InfoOf,
  sourceId: string,
  port: string,
): (target: string) => string | null {
  const nodes = new Map(doc.nodes.map((node) => [node.id, node]));
  const source = nodes.get(sourceId);
  if (!source) return () => "The node that the edge begins at is gone";
  const forAll = sourceReason(source, port, infoOf) ??
    (doc.edges.length >= MAX_EDGES ? `A workflow has at most ${MAX_EDGES} edges` : null);
  const known = new Set(
    doc.edges.filter((edge) => edge.source === sourceId && portOf(edge) === port).map((edge) => edge.target),
  );
  const next = waysBack(doc, sourceId);
  return (targetId) => {
    const target = nodes.get(targetId);
    if (!target) return "The node that the edge ends at is gone";
    if (targetId === sourceId) return `${shortName(source)} cannot lead to itself`;
    if (forAll !== null) return forAll;
    if (infoOf(target.type)?.kind === "trigger") {
      return `${shortName(target)} is a trigger: nothing leads into it`;
    }
    if (known.has(targetId)) return "These two are connected already";
    return next.has(targetId) ? circleInWords(nodes, next, sourceId, targetId) : null;
  };
}

/** Ports that come from the config are not asked about: it may still be in the making. */
function sourceReason(source: WorkflowNode, port: string, infoOf: InfoOf): string | null {
  const ports = infoOf(source.type)?.ports;
  if (!ports || "from" in ports || ports.some(({ id }) => id === port)) return null;
  return ports.length === 0
    ? `${shortName(source)} is an end: nothing leads out of it`
    : `${shortName(source)} has no port "${port}"`;
}

/** For every node that leads to the source: the node that comes next on a shortest way there. */
function waysBack({ edges }: EditorDocument, sourceId: string): Map<string, string> {
  const before = new Map<string, string[]>();
  for (const { source, target } of edges) {
    const list = before.get(target);
    if (list) list.push(source);
    else before.set(target, [source]);
  }
  const next = new Map<string, string>();
  const open = [sourceId];
  for (let i = 0; i < open.length; i++) {
    const id = open[i]!;
    for (const earlier of before.get(id) ?? []) {
      if (next.has(earlier) || earlier === sourceId) continue;
      next.set(earlier, id);
      open.push(earlier);
    }
  }
  return next;
}

function circleInWords(
  nodes: ReadonlyMap<string, WorkflowNode>,
  next: ReadonlyMap<string, string>,
  sourceId: string,
  targetId: string,
): string {
  const way = [sourceId];
  for (let id: string | undefined = targetId; id !== undefined; id = next.get(id)) way.push(id);
  const names = way.map((id) => {
    const node = nodes.get(id);
    return node ? shortName(node) : id;
  });
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN / 2), "…", ...names.slice(-5)] : names;
  return `That would lead in a circle: ${shown.join(" → ")}`;
}

/** A node as its card says it: its label, else its id. */
export function shortName({ id, data }: Pick<WorkflowNode, "id" | "data">): string {
  return data.label.slice(0, 60) || id;
}
