import type { JSX } from "preact";
import type { Step } from "../../../engine/schemas/execution.ts";
import { labelWidth } from "./graph_text.ts";
import type { DrawnEdge } from "./graph_model.ts";

/** `plain`: nothing is known of it. `ahead`: may still be taken. `flowing`: taken, and its target is at work. */
export type EdgePaint = "plain" | "ahead" | "flowing" | "taken" | "skipped";

/** What became of an edge, read from the steps at its ends. */
export function paintEdge(edge: DrawnEdge, source: Step | undefined, target: Step | undefined): EdgePaint {
  if (!source) return "ahead";
  if (source.status === "skipped" || source.status === "cancelled") return "skipped";
  const left = source.status === "completed" || (source.status === "failed" && source.port !== null);
  if (!left) return source.status === "failed" ? "skipped" : "ahead";
  if ((source.port ?? "out") !== edge.port) return "skipped";
  return target?.status === "running" || target?.status === "retrying" ? "flowing" : "taken";
}

const STROKES: { readonly [P in EdgePaint]: string } = {
  plain: "stroke-line-strong",
  ahead: "stroke-line-strong",
  flowing: "stroke-status-line",
  taken: "stroke-status-line",
  skipped: "stroke-line-strong opacity-70",
};
const LABEL_SIZE = 11;

/** One edge: a curve with an arrow, and the name of its port. */
export function GraphEdge({ edge, paint }: { edge: DrawnEdge; paint: EdgePaint }): JSX.Element {
  return (
    <g
      data-status={paint === "flowing" ? "running" : paint === "taken" ? "completed" : "pending"}
      data-edge={paint}
    >
      <path
        d={edge.path}
        fill="none"
        class={STROKES[paint]}
        stroke-width={paint === "taken" || paint === "flowing" ? 2 : 1.5}
        stroke-dasharray={paint === "skipped" ? "4 4" : undefined}
        marker-end="url(#graph-arrow)"
      />
      {paint === "flowing" ? <Flow path={edge.path} /> : null}
      {edge.label === null ? null : <EdgeLabel edge={edge} label={edge.label} paint={paint} />}
    </g>
  );
}

/** Dots that wander along the edge; not drawn for whoever wants no motion. */
function Flow({ path }: { path: string }): JSX.Element {
  return (
    <path
      d={path}
      fill="none"
      class="stroke-surface motion-reduce:hidden print:hidden"
      stroke-width="2"
      stroke-dasharray="3 9"
    >
      <animate attributeName="stroke-dashoffset" from="12" to="0" dur="0.7s" repeatCount="indefinite" />
    </path>
  );
}

function EdgeLabel(
  { edge, label, paint }: { edge: DrawnEdge; label: string; paint: EdgePaint },
): JSX.Element {
  const shown = label.length > 24 ? `${label.slice(0, 23)}…` : label;
  const width = labelWidth(shown, LABEL_SIZE);
  const taken = paint === "taken" || paint === "flowing";
  return (
    <g>
      <rect
        x={edge.labelX - width / 2}
        y={edge.labelY - 9}
        width={width}
        height="18"
        rx="9"
        class={`fill-surface ${taken ? "stroke-status-line" : "stroke-line"}`}
      />
      <text
        x={edge.labelX}
        y={edge.labelY + 4}
        text-anchor="middle"
        font-size={LABEL_SIZE}
        class={taken ? "fill-status font-medium" : "fill-soft"}
      >
        {shown}
      </text>
    </g>
  );
}
