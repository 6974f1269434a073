import { portOf, portsOf } from "../../../engine/core/check_node.ts";
import type { WorkflowEdge } from "../../../engine/schemas/workflow.ts";
import type { InfoOf } from "./connect.ts";
import { CARD, type EditorDocument, type Point, type Size } from "./document.ts";

const GAP = { across: 60, down: 78 };

/**
 * Where each node belongs in a tidy drawing, from top to bottom, the ways of a node in the order of its ports. The
 * top-left corner of what is laid out stays where it was. `only`: these nodes alone. Ports' order comes from the edges
 * unless `infoOf` tells the ports. The layouter is loaded when it is first asked for.
 */
export async function tidy(
  doc: EditorDocument,
  sizes: ReadonlyMap<string, Size>,
  only?: Iterable<string>,
  infoOf: InfoOf = () => undefined,
): Promise<Map<string, Point>> {
  const { Graph, layout } = await import("@dagrejs/dagre");
  const chosen = only ? new Set(only) : null;
  const nodes = chosen ? doc.nodes.filter(({ id }) => chosen.has(id)) : doc.nodes;
  if (nodes.length === 0) return new Map();
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: GAP.across, ranksep: GAP.down });
  graph.setDefaultEdgeLabel(() => ({}));
  const laid = new Map(nodes.map((node) => [node.id, sizes.get(node.id) ?? CARD]));
  for (const [id, { width, height }] of laid) graph.setNode(id, { width, height });
  const edges = inPortOrder(doc, infoOf).filter(({ source, target }) => laid.has(source) && laid.has(target));
  for (const { source, target } of edges) graph.setEdge(source, target);
  layout(graph, { constraints: siblings(edges) });
  const places = new Map([...laid].map(([id, { width, height }]) => {
    const { x = 0, y = 0 } = graph.node(id);
    return [id, { x: x - width / 2, y: y - height / 2 }];
  }));
  const corner = cornerOf(nodes.map(({ position }) => position));
  const from = cornerOf([...places.values()]);
  return new Map([...places].map(([id, { x, y }]) => [
    id,
    { x: Math.round(x - from.x + corner.x), y: Math.round(y - from.y + corner.y) },
  ]));
}

function cornerOf(points: readonly Point[]): Point {
  return { x: Math.min(...points.map(({ x }) => x)), y: Math.min(...points.map(({ y }) => y)) };
}

/** The edges, those of one node by its ports from left to right. */
function inPortOrder({ nodes, edges }: EditorDocument, infoOf: InfoOf): WorkflowEdge[] {
  const ranks = new Map(nodes.map((node, index) => {
    const info = infoOf(node.type);
    const ports = info ? portsOf(info, node.data.config).map(({ id }) => id) : [];
    return [node.id, { index, ports }];
  }));
  const placeOf = (edge: WorkflowEdge): [number, number] => {
    const rank = ranks.get(edge.source);
    const port = rank?.ports.indexOf(portOf(edge)) ?? -1;
    return [rank?.index ?? 0, port < 0 ? Infinity : port];
  };
  return edges.map((edge) => ({ edge, place: placeOf(edge) })).toSorted((a, b) =>
    a.place[0] - b.place[0] || (a.place[1] === b.place[1] ? 0 : a.place[1] - b.place[1])
  ).map(({ edge }) => edge);
}

/** What follows one node alone stands in the order of its ports: neighbours are told which is left. */
function siblings(edges: readonly WorkflowEdge[]): { left: string; right: string }[] {
  const inputs = new Map<string, number>();
  for (const { target } of edges) inputs.set(target, (inputs.get(target) ?? 0) + 1);
  const last = new Map<string, string>();
  const found: { left: string; right: string }[] = [];
  for (const { source, target } of edges) {
    if (inputs.get(target) !== 1) continue;
    const left = last.get(source);
    if (left !== undefined) found.push({ left, right: target });
    last.set(source, target);
  }
  return found;
}
