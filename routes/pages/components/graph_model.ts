import { conditionWords } from "../../../engine/core/condition_words.ts";
import { compileTemplate, renderTemplate } from "../../../engine/core/template.ts";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { WorkflowEdge, WorkflowGraph, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { CARD } from "./graph_size.ts";

/** Room around the cards, so that rings and labels are not cut. */
const MARGIN = 28;

export interface DrawnNode {
  id: string;
  x: number;
  y: number;
  icon: string;
  category: string;
  label: string;
  /** Title of its node type. */
  title: string;
  /** What it will do, in words. */
  summary: string;
}

export interface DrawnEdge {
  id: string;
  source: string;
  target: string;
  port: string;
  /** Name of the port, unless it is the plain way out. */
  label: string | null;
  /** SVG path data. */
  path: string;
  labelX: number;
  labelY: number;
}

/** A graph ready to be drawn by `Graph`; plain JSON, so that it can travel to an island. */
export interface DrawnGraph {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  box: { x: number; y: number; width: number; height: number };
}

interface Point {
  x: number;
  y: number;
}

/** Turns a stored graph into what `Graph` draws: words for the cards, curves for the edges. */
export function drawGraph(graph: WorkflowGraph, nodeTypes: readonly NodeDescriptor[]): DrawnGraph {
  const types = new Map(nodeTypes.map((type) => [type.type, type]));
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const ways = waysOut(graph, byId);
  const nodes = graph.nodes.map((node) => drawNode(node, types.get(node.type)));
  const edges = graph.edges.flatMap((edge) => {
    const source = byId.get(edge.source);
    const target = byId.get(edge.target);
    if (!source || !target) return [];
    const label = portLabel(edge, types.get(source.type));
    return [drawEdge(edge, { source, target, label, ways: ways.get(source.id) ?? [portOf(edge)] })];
  });
  return { nodes, edges, box: boxOf(graph.nodes) };
}

/** What the card of a node says it will do; empty when its config is not finished. */
export function summaryOf(node: WorkflowNode, type: NodeDescriptor | undefined): string {
  if (!type) return "";
  // Where the whole config is a condition, its sentence says more than a template over it could.
  if (type.conditions.includes("")) return conditionWords(node.data.config);
  const compiled = compileTemplate(type.summary, "text");
  if (!("template" in compiled)) return "";
  try {
    const { value } = renderTemplate(compiled.template, node.data.config);
    return typeof value === "string" ? value.replace(/\s+/g, " ").trim() : "";
  } catch {
    // A draft's config may be anything; a card without words is better than no page.
    return "";
  }
}

function drawNode(node: WorkflowNode, type: NodeDescriptor | undefined): DrawnNode {
  return {
    id: node.id,
    x: node.position.x,
    y: node.position.y,
    icon: type?.icon ?? "box",
    category: type?.category ?? "code",
    label: node.data.label || type?.title || node.id,
    title: type?.title ?? node.type,
    summary: summaryOf(node, type),
  };
}

function portOf(edge: WorkflowEdge): string {
  return edge.sourceHandle ?? "out";
}

function portLabel(edge: WorkflowEdge, type: NodeDescriptor | undefined): string | null {
  const port = portOf(edge);
  if (port === "out") return null;
  const ports = type ? "from" in type.ports ? type.ports.and ?? [] : type.ports : [];
  return ports.find((one) => one.id === port)?.label ?? port;
}

/** The drawn ports of each node, in the order in which their edges leave it without crossing. */
function waysOut(graph: WorkflowGraph, byId: ReadonlyMap<string, WorkflowNode>): Map<string, string[]> {
  const sums = new Map<string, Map<string, { x: number; count: number }>>();
  for (const edge of graph.edges) {
    const target = byId.get(edge.target);
    if (!target) continue;
    const ports = sums.get(edge.source) ?? new Map<string, { x: number; count: number }>();
    const sum = ports.get(portOf(edge)) ?? { x: 0, count: 0 };
    ports.set(portOf(edge), { x: sum.x + target.position.x, count: sum.count + 1 });
    sums.set(edge.source, ports);
  }
  const middle = (sum: { x: number; count: number }): number => sum.x / sum.count;
  return new Map(
    [...sums].map(([id, ports]) => [
      id,
      [...ports].sort(([, a], [, b]) => middle(a) - middle(b)).map(([port]) => port),
    ]),
  );
}

function drawEdge(
  edge: WorkflowEdge,
  between: { source: WorkflowNode; target: WorkflowNode; label: string | null; ways: readonly string[] },
): DrawnEdge {
  const from = between.source.position;
  const to = between.target.position;
  const place = (between.ways.indexOf(portOf(edge)) + 1) / (between.ways.length + 1);
  // To the side only when the target stands beside the source; otherwise top-down, also when it leads up.
  const beside = Math.abs(to.y - from.y) < CARD.height && to.x >= from.x + CARD.width;
  const start = beside
    ? { x: from.x + CARD.width, y: from.y + CARD.height / 2 }
    : { x: from.x + CARD.width * place, y: from.y + CARD.height };
  const end = beside ? { x: to.x, y: to.y + CARD.height / 2 } : { x: to.x + CARD.width / 2, y: to.y };
  const { path, middle } = curve(start, end, beside);
  return {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    port: portOf(edge),
    label: between.label,
    path,
    labelX: middle.x,
    labelY: middle.y,
  };
}

function curve(start: Point, end: Point, beside: boolean): { path: string; middle: Point } {
  const bend = beside
    ? Math.max(30, Math.abs(end.x - start.x) / 2)
    : Math.max(30, Math.abs(end.y - start.y) / 2);
  const first = beside ? { x: start.x + bend, y: start.y } : { x: start.x, y: start.y + bend };
  const second = beside ? { x: end.x - bend, y: end.y } : { x: end.x, y: end.y - bend };
  const middle = {
    x: (start.x + 3 * first.x + 3 * second.x + end.x) / 8,
    y: (start.y + 3 * first.y + 3 * second.y + end.y) / 8,
  };
  return { path: `M${point(start)}C${point(first)} ${point(second)} ${point(end)}`, middle };
}

function point({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}

function boxOf(nodes: readonly WorkflowNode[]): DrawnGraph["box"] {
  if (nodes.length === 0) return { x: 0, y: 0, width: CARD.width, height: CARD.height };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { position } of nodes) {
    left = Math.min(left, position.x);
    top = Math.min(top, position.y);
    right = Math.max(right, position.x + CARD.width);
    bottom = Math.max(bottom, position.y + CARD.height);
  }
  return {
    x: left - MARGIN,
    y: top - MARGIN,
    width: right - left + 2 * MARGIN,
    height: bottom - top + 2 * MARGIN,
  };
}
