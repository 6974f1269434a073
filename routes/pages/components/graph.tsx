import type { JSX } from "preact";
import type { Step } from "../../../engine/schemas/execution.ts";
import { GraphCard } from "./graph_card.tsx";
import { GraphEdge, paintEdge } from "./graph_edge.tsx";
import type { DrawnGraph } from "./graph_model.ts";
import { STATUS_LOOK } from "./status_chip.tsx";

export interface GraphProps {
  graph: DrawnGraph;
  /** Spoken name of the drawing. */
  label: string;
  /** What became of each node; absent: drawn as it was planned, without statuses. */
  steps?: readonly Step[];
  /** Epoch ms, for countdowns. */
  now?: number;
  selected?: string | null;
  /** Where a node leads: cards are links, so they work without JavaScript. */
  hrefOf(nodeId: string): string;
  onSelect?(nodeId: string): void;
  /** Pixels per unit of the drawing. */
  scale?: number;
}

/**
 * A workflow as SVG: nodes at their stored positions, edges painted by what happened. The same component
 * draws it on the server and repaints it in the browser.
 */
export function Graph(props: GraphProps): JSX.Element {
  const { graph, steps } = props;
  const { box } = graph;
  const scale = props.scale ?? 1;
  const byNode = new Map((steps ?? []).map((step) => [step.nodeId, step]));
  const painted = graph.edges.map((edge) => ({
    edge,
    paint: steps ? paintEdge(edge, byNode.get(edge.source), byNode.get(edge.target)) : "plain" as const,
  }));
  return (
    <svg
      class="m-auto block flex-none"
      width={Math.round(box.width * scale)}
      height={Math.round(box.height * scale)}
      viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
      role="group"
      aria-label={`${props.label}: ${graphWords(graph, steps)}`}
    >
      <ArrowHead />
      {painted.map(({ edge, paint }) => <GraphEdge key={edge.id} edge={edge} paint={paint} />)}
      {graph.nodes.map((node) => (
        <GraphCard
          key={node.id}
          node={node}
          step={byNode.get(node.id) ?? null}
          now={props.now ?? 0}
          selected={props.selected === node.id}
          href={props.hrefOf(node.id)}
          {...(props.onSelect ? { onSelect: props.onSelect } : {})}
        />
      ))}
    </svg>
  );
}

function ArrowHead(): JSX.Element {
  return (
    <defs>
      <marker
        id="graph-arrow"
        viewBox="0 0 8 8"
        refX="7"
        refY="4"
        markerWidth="7"
        markerHeight="7"
        orient="auto-start-reverse"
      >
        <path d="M1 1 7 4 1 7" fill="none" stroke="context-stroke" stroke-width="1.5" />
      </marker>
    </defs>
  );
}

/** "6 steps: 3 completed, 1 waiting, 2 not started". */
export function graphWords(graph: DrawnGraph, steps: readonly Step[] | undefined): string {
  const total = `${graph.nodes.length} ${graph.nodes.length === 1 ? "step" : "steps"}`;
  if (!steps) return total;
  const counts = new Map<Step["status"], number>();
  for (const { status } of steps) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${STATUS_LOOK[status].word.toLowerCase()}`);
  return `${total}: ${parts.join(", ")}`;
}

/** The scale at which a graph is drawn before anybody knows the size of its box: never too small to read. */
export function readableScale(
  box: DrawnGraph["box"],
  room: { width: number; height: number } = { width: 620, height: 600 },
): number {
  const fit = Math.min(room.width / box.width, room.height / box.height);
  return Math.round(Math.min(1, Math.max(0.85, fit)) * 100) / 100;
}
