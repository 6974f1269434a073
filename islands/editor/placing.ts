import { portsOf } from "../../engine/core/check_node.ts";
import type { NodeDescriptor } from "../../engine/nodes/define.ts";
import type { WorkflowNode } from "../../engine/schemas/workflow.ts";
import { CARD, type EditorDocument, type Point, type Size } from "./document/document.ts";
import { moveNodes } from "./document/edits.ts";
import type { Place } from "./editor_context.ts";
import type { NodeTypes } from "./use_node_types.ts";

/** Between two cards, up and down and side by side. */
const GAP = { x: 40, y: 70 };
const GRID = 10;

type Sizes = ReadonlyMap<string, Size>;

/** On the grid that dragging snaps to. */
export function snapped({ x, y }: Point): Point {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID };
}

/** Where a node goes that was chosen without a place: behind what is selected, else behind the last one with a loose port. */
export function nextPlace(
  document: EditorDocument,
  { types, selection }: { types: NodeTypes; selection: { nodes: ReadonlySet<string> } },
  descriptor: NodeDescriptor,
): Place {
  if (descriptor.kind === "trigger") return { kind: "at", point: besideTriggers(document, types) };
  const chosen = document.nodes.filter(({ id }) => selection.nodes.has(id));
  const candidates = chosen.length === 1 ? chosen : [...document.nodes].reverse();
  for (const node of candidates) {
    const port = firstLoosePort(document, types, node);
    if (port !== null) return { kind: "after", source: node.id, port };
  }
  const [only] = chosen;
  const port = only ? portsOfNode(types, only)[0] : undefined;
  if (only && port !== undefined) return { kind: "after", source: only.id, port };
  return { kind: "at", point: { x: 0, y: 0 } };
}

function portsOfNode(types: NodeTypes, node: WorkflowNode): string[] {
  const type = types.of(node.type);
  return type ? portsOf(type, node.data.config).map(({ id }) => id) : [];
}

/** The first port by which no edge leaves; an `error` port is nobody's next step. */
function firstLoosePort(document: EditorDocument, types: NodeTypes, node: WorkflowNode): string | null {
  const used = new Set(
    document.edges.filter(({ source }) => source === node.id).map((edge) => edge.sourceHandle ?? "out"),
  );
  return portsOfNode(types, node).find((port) => !used.has(port) && port !== "error") ?? null;
}

function besideTriggers(document: EditorDocument, types: NodeTypes): Point {
  const triggers = document.nodes.filter((node) => types.of(node.type)?.kind === "trigger");
  if (!triggers.length) {
    const top = Math.min(...document.nodes.map(({ position }) => position.y), 160);
    return { x: CARD.width / 2, y: document.nodes.length ? top - GAP.y : 0 };
  }
  const right = Math.max(...triggers.map(({ position }) => position.x));
  const top = Math.min(...triggers.map(({ position }) => position.y));
  return { x: right + CARD.width * 1.5 + GAP.x, y: top + CARD.height / 2 };
}

/** Below a port, moved to the right past whatever stands there already. */
export function roomFor(
  document: EditorDocument,
  sizes: Sizes,
  { source, ports, port, size }: { source: string; ports: readonly string[]; port: string; size: Size },
): Point {
  const from = document.nodes.find(({ id }) => id === source);
  if (!from) return { x: 0, y: 0 };
  const own = sizes.get(source) ?? CARD;
  // Ports side by side lead to columns side by side. What fails mostly leads nowhere: it does not push the rest aside.
  const usual = port === "error" ? ports : ports.filter((each) => each !== "error");
  const column = usual.length > 1 ? usual.indexOf(port) - (usual.length - 1) / 2 : 0;
  const point = {
    x: from.position.x + own.width / 2 - size.width / 2 + column * (size.width + GAP.x),
    y: from.position.y + own.height + GAP.y,
  };
  while (document.nodes.some((node) => overlaps(point, size, node.position, sizes.get(node.id) ?? CARD))) {
    point.x += size.width / 2 + GAP.x / 2;
  }
  return snapped(point);
}

function overlaps(a: Point, aSize: Size, b: Point, bSize: Size): boolean {
  return a.x < b.x + bSize.width + 10 && b.x < a.x + aSize.width + 10 &&
    a.y < b.y + bSize.height + 10 && b.y < a.y + aSize.height + 10;
}

/** The place in the middle of an edge, and the document with what comes behind it moved down as far as needed. */
export function roomOnEdge(
  document: EditorDocument,
  sizes: Sizes,
  { edgeId, size }: { edgeId: string; size: Size },
): { document: EditorDocument; point: Point } {
  const edge = document.edges.find(({ id }) => id === edgeId);
  const source = document.nodes.find(({ id }) => id === edge?.source);
  const target = document.nodes.find(({ id }) => id === edge?.target);
  if (!source || !target) return { document, point: { x: 0, y: 0 } };
  const bottom = source.position.y + (sizes.get(source.id) ?? CARD).height;
  const wanted = size.height + 2 * GAP.y;
  const lacking = wanted - (target.position.y - bottom);
  const middle = target.position.x + (sizes.get(target.id) ?? CARD).width / 2;
  const point = snapped({ x: middle - size.width / 2, y: bottom + GAP.y });
  if (lacking <= 0) return { document, point };
  const down = Math.ceil(lacking / GRID) * GRID;
  const behind = downstream(document, target.id);
  const moved = document.nodes.filter(({ id }) => behind.has(id)).map((node) =>
    [node.id, { x: node.position.x, y: node.position.y + down }] as const
  );
  return { document: moveNodes(document, new Map(moved)), point };
}

function downstream(document: EditorDocument, start: string): ReadonlySet<string> {
  const seen = new Set([start]);
  for (const id of seen) for (const edge of document.edges) if (edge.source === id) seen.add(edge.target);
  return seen;
}
