/** From what a person chose to what the server is asked, and what its answer still leaves open: pure. */
import type { Simulated, SimulateRequest } from "../../../engine/schemas/simulation.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import type { Card } from "../canvas/cards.ts";
import { type EditorDocument, graphOfDocument } from "../document/document.ts";
import type { NodeTypes } from "../use_node_types.ts";
import type { Meantime, Pins } from "./stored.ts";

/** How much of the drawing runs. */
export type Extent =
  | { kind: "all" }
  | { kind: "until"; nodeId: string }
  | { kind: "only"; nodeId: string }
  /** All of it, while people do what was chosen. */
  | { kind: "dry"; meantime: Meantime };

/** Whom and what it starts from, as the API takes it. */
export type Start = Pick<SimulateRequest, "from" | "leadId" | "input">;

export interface Wanted {
  /** Null: the stored draft, which is the same for those who may not draw. */
  document: EditorDocument;
  mayEdit: boolean;
  cards: ReadonlyMap<string, Card>;
  extent: Extent;
  start: Start;
  pins: Pins;
  /** Nodes that are really called. */
  call: readonly string[];
  keep: boolean;
}

/** The body of the call. Pins of nodes that are gone, or that are to run alone, are left out. */
export function requestOf(wanted: Wanted): SimulateRequest {
  const { document, extent, start, call, keep, mayEdit } = wanted;
  return {
    ...start,
    ...mayEdit ? { graph: graphOfDocument(document) } : {},
    pins: validPins(wanted),
    ...extent.kind === "until" ? { until: extent.nodeId } : {},
    ...extent.kind === "only" ? { only: extent.nodeId } : {},
    ...extent.kind === "dry" ? meantimeOf(wanted, extent.meantime) : {},
    ...call.length > 0 ? { call: [...call] } : {},
    ...keep ? { keep } : {},
  };
}

function validPins({ pins, cards, extent, call }: Wanted): Pins {
  const valid: Pins = {};
  for (const [nodeId, { output, port }] of Object.entries(pins)) {
    const card = cards.get(nodeId);
    if (!card || call.includes(nodeId) || extent.kind === "only" && extent.nodeId === nodeId) continue;
    const there = port !== undefined && card.ports.some(({ id }) => id === port);
    valid[nodeId] = there ? { output, port } : { output };
  }
  return valid;
}

function meantimeOf(
  { cards }: Wanted,
  { at, opens, clicks, answers }: Meantime,
): Pick<SimulateRequest, "at" | "opened" | "clicked" | "answers"> {
  const mails = [...cards.values()].filter(({ category }) => category === "messages").map(({ id }) => id);
  const valid = Object.entries(answers).filter(([id, answer]) => {
    const card = cards.get(id);
    return card && (answer === null || card.ports.some((port) => port.id === answer));
  });
  return {
    // Without a zone it is the browser's, as everything that the drawer shows.
    ...Number.isNaN(Date.parse(at)) ? {} : { at: new Date(at).toISOString() },
    opened: opens ? mails : [],
    clicked: clicks ? mails : [],
    answers: Object.fromEntries(valid),
  };
}

/** A node that would have called another program, and was answered 200 with {} instead. */
export interface Ask {
  nodeId: string;
  label: string;
  method: string;
  url: string;
}

/** Calls that a person has not decided about: requests to programs, not messages to people. */
export function asksOf(result: Simulated, types: NodeTypes, decided: ReadonlySet<string>): Ask[] {
  return result.steps.flatMap(({ nodeId, type, label, would }) => {
    if (would?.kind !== "http" || would.called || decided.has(nodeId) || !mayCall(type, types)) return [];
    return [{ nodeId, label, method: would.method, url: would.url }];
  });
}

/** Might a test of this drawing come to a call that has to be asked about? */
export function mayAsk(
  nodes: readonly WorkflowNode[],
  { types, pins, decided }: { types: NodeTypes; pins: Pins; decided: ReadonlySet<string> },
): boolean {
  return nodes.some(({ id, type }) => !Object.hasOwn(pins, id) && !decided.has(id) && mayCall(type, types));
}

function mayCall(type: string, types: NodeTypes): boolean {
  const descriptor = types.of(type);
  return descriptor?.kind === "effect" && descriptor.category === "data" && !descriptor.reaches;
}

/** What really was called, so that it is not called again by the same test. */
export function calledPins({ steps }: Simulated): Pins {
  return Object.fromEntries(
    steps.flatMap(({ nodeId, would, output, port }) =>
      would?.kind === "http" && would.called ? [[nodeId, port === null ? { output } : { output, port }]] : []
    ),
  );
}

/** Would a test of the one say the same as a test of the other? Where things stand on the canvas says nothing. */
export function sameMeaning(a: EditorDocument, b: EditorDocument): boolean {
  if (a === b) return true;
  if (a.nodes.length !== b.nodes.length || a.edges.length !== b.edges.length) return false;
  const nodes = new Map(a.nodes.map((node) => [node.id, node]));
  const edges = new Map(a.edges.map((edge) => [edge.id, edge]));
  return alike(a.settings, b.settings) &&
    b.nodes.every((node) => {
      const known = nodes.get(node.id);
      return known !== undefined && known.type === node.type && alike(known.data, node.data);
    }) &&
    b.edges.every((edge) => {
      const known = edges.get(edge.id);
      return known !== undefined && known.source === edge.source && known.target === edge.target &&
        (known.sourceHandle ?? "out") === (edge.sourceHandle ?? "out");
    });
}

function alike(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
