import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { createContext, type JSX } from "preact";
import { memo } from "preact/compat";
import { useContext } from "preact/hooks";
import { labelWidth } from "../../../routes/pages/components/graph_text.ts";
import type { Point } from "../document/document.ts";
import type { FlowEdge } from "./flow_elements.ts";

const LABEL_SIZE = 11;

/**
 * Asks for a node to put on an edge; null: nothing may be put. Beside the editor's own context, which is new with every
 * key: each edge would be drawn again.
 */
export const InsertContext = createContext<((edgeId: string, at: Point) => void) | null>(null);

/** An edge: a curve, its label, and a button in the middle that puts a node on it. */
export const EdgeLine = memo(function EdgeLine(props: EdgeProps<FlowEdge>): JSX.Element {
  const { id, data, markerEnd } = props;
  const [path, x, y] = getBezierPath(props);
  const paint = data?.paint ?? "plain";
  return (
    <g
      class="edge-line"
      data-paint={paint}
      data-status={paint === "flowing" ? "running" : paint === "taken" ? "completed" : undefined}
      data-difference={data?.difference ?? undefined}
    >
      <BaseEdge
        id={id}
        path={path}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        interactionWidth={24}
      />
      {paint === "flowing" ? <path class="edge-flow" d={path} /> : null}
      {data?.label ? <EdgeLabel label={data.label} x={x} y={y - 16} /> : null}
      <AddButton edgeId={id} x={x} y={y} />
    </g>
  );
});

function EdgeLabel({ label, x, y }: { label: string; x: number; y: number }): JSX.Element {
  const shown = label.length > 28 ? `${label.slice(0, 27)}…` : label;
  const width = labelWidth(shown, LABEL_SIZE);
  return (
    <g class="edge-label">
      <rect x={x - width / 2} y={y - 9} width={width} height="18" rx="9" />
      <text x={x} y={y + 4} text-anchor="middle" font-size={LABEL_SIZE}>{shown}</text>
    </g>
  );
}

function AddButton({ edgeId, x, y }: { edgeId: string; x: number; y: number }): JSX.Element | null {
  const insert = useContext(InsertContext);
  if (!insert) return null;
  const open = (event: MouseEvent): void => {
    event.stopPropagation();
    insert(edgeId, { x: event.clientX, y: event.clientY });
  };
  return (
    <g
      class="edge-add"
      transform={`translate(${x} ${y})`}
      role="button"
      aria-label="Insert a node here"
      onClick={open}
    >
      <circle r="12" class="edge-add-area" />
      <circle r="9" />
      <path d="M-4 0h8M0 -4v8" />
    </g>
  );
}
