import {
  type ReactFlowInstance,
  type ReactFlowState,
  useReactFlow,
  useStore,
  type Viewport,
} from "@xyflow/react";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Size } from "../document/document.ts";
import { boxOf, type Drawn } from "./first_sight.ts";
import type { FlowEdge, FlowNode } from "./flow_elements.ts";

/** How a drawing is fitted into what is seen of the canvas. */
export const FIT = { padding: 0.2, maxZoom: 1, minZoom: 0.3 };

/**
 * Keeps in sight what was in sight when the canvas changes its size, as by the drawer below it: the whole drawing is
 * fitted again, and comes back to its size where nobody moved it meanwhile. Marks the canvas while all of it is seen.
 */
export function Fitting(): null {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const whole = useStore(isWholeSeen);
  const canvas = useStore(({ domNode }) => domNode);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const before = useRef<Size>({ width: 0, height: 0 });
  const fitted = useRef<Viewport | null>(null);
  useLayoutEffect(() => void canvas?.toggleAttribute("data-whole", whole), [whole, canvas]);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = { width, height };
    if (old.width === 0 || width === 0) return;
    const nodes = flow.getNodes();
    const now = flow.getViewport();
    const [chosen, another] = nodes.filter(({ selected }) => selected);
    // Where a single node is worked at, as in a phone's sheet, that one is what matters.
    if (chosen && !another && height < old.height) {
      if (!isSeenIn([chosen], now, { width, height })) centreOn(flow, chosen);
      return;
    }
    const untouched = fitted.current !== null && sameView(fitted.current, now);
    const wasWhole = isSeenIn(nodes, now, old);
    if (!untouched && (!wasWhole || isSeenIn(nodes, now, { width, height }))) return;
    void flow.fitView(FIT).then(() => void (fitted.current = flow.getViewport()));
  }, [width, height]);
  return null;
}

function centreOn(flow: ReactFlowInstance<FlowNode, FlowEdge>, node: FlowNode): void {
  const { position: { x, y }, width = 0, height = 0 } = node;
  void flow.setCenter(x + width / 2, y + height / 2, { zoom: flow.getZoom() });
}

function isWholeSeen({ nodes, transform: [x, y, zoom], width, height }: ReactFlowState): boolean {
  return isSeenIn(nodes, { x, y, zoom }, { width, height });
}

function isSeenIn(nodes: readonly Drawn[], { x, y, zoom }: Viewport, size: Size): boolean {
  const box = boxOf(nodes);
  if (!box) return false;
  const [left, top] = [box.x * zoom + x, box.y * zoom + y];
  return left >= 0 && top >= 0 && left + box.width * zoom <= size.width &&
    top + box.height * zoom <= size.height;
}

function sameView(a: Viewport, b: Viewport): boolean {
  return a.x === b.x && a.y === b.y && a.zoom === b.zoom;
}
