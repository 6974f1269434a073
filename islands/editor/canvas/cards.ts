import { portsOf } from "../../../engine/core/check_node.ts";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { StepStatus } from "../../../engine/schemas/execution.ts";
import type { Port } from "../../../engine/schemas/node.ts";
import type { Issue, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { summaryOf } from "../../../routes/pages/components/graph_model.ts";
import { CARD } from "../../../routes/pages/components/graph_size.ts";
import type { EditorDocument } from "../document/document.ts";
import { sameJson } from "../document/json_value.ts";
import { propertiesOf, wordOf } from "../inspector/schema.ts";
import type { Pin } from "../testing/stored.ts";
import type { NodeTypes } from "../use_node_types.ts";

/** Room that a named port needs at the lower edge of a card. */
const PORT_WIDTH = 78;
const PORTS_HEIGHT = 20;

/** How many executions stand where, of one node. */
export interface NodeCounts {
  entered: number;
  waiting: number;
  passed: number;
  failed: number;
}

/** What happened at a node in the execution or the test that is shown. */
export interface NodePaint {
  status: StepStatus;
  /** Beside the status: "until Tue 09:00", "412 ms". */
  detail: string;
  /** The port that it left by. */
  port: string | null;
}

/** How a node differs from the version that it is compared with. */
export type Difference = "added" | "removed" | "changed";

/** Everything that the canvas shows of one node. */
export interface Card {
  id: string;
  type: string;
  kind: NodeDescriptor["kind"] | null;
  icon: string;
  category: string;
  label: string;
  /** Title of its node type. */
  title: string;
  /** What it will do, in words. */
  summary: string;
  ports: Port[];
  /** Ports by which no edge leaves. */
  loose: string[];
  /** How many edges lead into it. */
  inputs: number;
  /** In words, what it does with several inputs; null for at most one. */
  merging: string | null;
  problems: readonly Issue[];
  paint: NodePaint | null;
  counts: NodeCounts | null;
  difference: Difference | null;
  /** Tests do not run it: what it puts out is given. */
  pinned: boolean;
  width: number;
  height: number;
}

/** What a card is made from beside its node. */
export interface CardSources {
  types: NodeTypes;
  /** Of workflows, by their ids. */
  names: ReadonlyMap<string, string>;
  problems: ReadonlyMap<string, readonly Issue[]>;
  paints: ReadonlyMap<string, NodePaint>;
  counts: ReadonlyMap<string, NodeCounts>;
  differences: ReadonlyMap<string, Difference>;
  pins: ReadonlyMap<string, Pin>;
}

interface Known {
  node: WorkflowNode;
  edges: string;
  sources: readonly unknown[];
  card: Card;
}

/** Makes the cards of a document; a card that says the same as before is the same object, and so is the whole. */
export class Cards {
  #known = new Map<string, Known>();
  #last: ReadonlyMap<string, Card> = new Map();

  of(document: EditorDocument, sources: CardSources): ReadonlyMap<string, Card> {
    const inputs = new Map<string, number>();
    const doors = new Map<string, number>();
    const triggers = new Set(
      document.nodes.filter(({ type }) => sources.types.of(type)?.kind === "trigger").map(({ id }) => id),
    );
    const used = new Map<string, Set<string>>();
    for (const edge of document.edges) {
      inputs.set(edge.target, (inputs.get(edge.target) ?? 0) + 1);
      if (triggers.has(edge.source)) doors.set(edge.target, (doors.get(edge.target) ?? 0) + 1);
      const ports = used.get(edge.source) ?? new Set();
      used.set(edge.source, ports.add(edge.sourceHandle ?? "out"));
    }
    const cards = new Map<string, Card>();
    for (const node of document.nodes) {
      const around = {
        inputs: inputs.get(node.id) ?? 0,
        doors: doors.get(node.id) ?? 0,
        used: used.get(node.id) ?? new Set<string>(),
      };
      cards.set(node.id, this.#card(node, around, sources));
    }
    for (const id of this.#known.keys()) if (!cards.has(id)) this.#known.delete(id);
    const changed = cards.size !== this.#last.size ||
      [...cards].some(([id, card]) => this.#last.get(id) !== card);
    if (changed) this.#last = cards;
    return this.#last;
  }

  #card(node: WorkflowNode, around: Around, sources: CardSources): Card {
    const edges = `${around.inputs} ${around.doors} ${[...around.used].sort().join("\n")}`;
    const parts = [
      sources.types,
      sources.names,
      sources.problems.get(node.id),
      sources.paints.get(node.id),
      sources.counts.get(node.id),
      sources.differences.get(node.id),
      sources.pins.get(node.id),
    ];
    const known = this.#known.get(node.id);
    if (
      known && known.node.data === node.data && known.node.type === node.type && known.edges === edges &&
      parts.every((part, index) => part === known.sources[index])
    ) return known.card;
    const made = makeCard(node, around, sources);
    // Most of what is typed into a form is not on the card.
    const card = known && sameJson(known.card, made) ? known.card : made;
    this.#known.set(node.id, { node, edges, sources: parts, card });
    return card;
  }
}

/** What the edges say of a node. */
interface Around {
  inputs: number;
  /** Inputs that are triggers: only one of them fires at a time. */
  doors: number;
  used: ReadonlySet<string>;
}

function makeCard(
  node: WorkflowNode,
  { inputs, doors, used }: Around,
  { types, names, problems, paints, counts, differences, pins }: CardSources,
): Card {
  const type = types.of(node.type);
  const ports = type ? portsOf(type, node.data.config) : [];
  return {
    id: node.id,
    type: node.type,
    kind: type?.kind ?? null,
    icon: type?.icon ?? "box",
    category: type?.category ?? "code",
    label: node.data.label || type?.title || node.id,
    title: type?.title ?? node.type,
    summary: type
      ? summaryOf(withNames(node, type, names), type)
      : `"${node.type}" is no node type of this LeadFlow`,
    ports,
    loose: ports.filter(({ id }) => !used.has(id)).map(({ id }) => id),
    inputs,
    merging: inputs > 1 && !type?.joins ? mergingWords(inputs, doors) : null,
    problems: problems.get(node.id) ?? [],
    paint: paints.get(node.id) ?? null,
    counts: counts.get(node.id) ?? null,
    difference: differences.get(node.id) ?? null,
    pinned: pins.has(node.id),
    ...sizeOf(ports),
  };
}

/** The node with the names of the workflows that its fields call by id. */
function withNames(
  node: WorkflowNode,
  { schema }: NodeDescriptor,
  names: ReadonlyMap<string, string>,
): WorkflowNode {
  const named = propertiesOf(schema).flatMap(([key, field]) => {
    const id = node.data.config[key];
    const name = wordOf(field, "format") === "workflow" && typeof id === "string" ? names.get(id) : undefined;
    return name === undefined ? [] : [[key, name]];
  });
  if (!named.length) return node;
  return { ...node, data: { ...node.data, config: { ...node.data.config, ...Object.fromEntries(named) } } };
}

/** What a node with several inputs does: triggers that did not fire are not waited for. */
function mergingWords(inputs: number, doors: number): string {
  const branches = inputs - doors;
  if (branches === 0) return `Started by any of ${doors}`;
  return branches === 1 ? "Runs when its branch arrives" : `Waits for all ${branches} branches`;
}

/** A card grows with the ports that have to be told apart. */
export function sizeOf(ports: readonly Port[]): { width: number; height: number } {
  if (ports.length < 2) return { width: CARD.width, height: CARD.height };
  return {
    width: Math.max(CARD.width, ports.length * PORT_WIDTH),
    height: CARD.height + PORTS_HEIGHT,
  };
}

/** Where a port's handle sits, from the card's left edge. */
export function portX(card: Pick<Card, "ports" | "width">, index: number): number {
  return card.width * (index + 0.5) / card.ports.length;
}
