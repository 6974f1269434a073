import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "preact/hooks";
import { FIT } from "./canvas/Fitting.tsx";
import type { FlowEdge, FlowNode } from "./canvas/flow_elements.ts";
import type { Point } from "./document/document.ts";

const READABLE = 0.5;
const MOVE_MS = 200;

export interface View {
  /** The middle of what is seen, in the drawing's units. */
  centre(): Point;
  /** Brings a node into sight, as soon as it is drawn; one that is in sight stays where it is. */
  show(id: string): void;
  /** Brings the whole drawing into sight, once it is drawn as it is now. */
  showAll(): void;
}

/** Where one looks at the drawing. */
export function useView(): View {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const wanted = useRef<string | null>(null);
  const wantsAll = useRef(false);
  useEffect(() => {
    if (wantsAll.current) {
      wantsAll.current = false;
      void flow.fitView({ ...FIT, duration: moveMs() });
    }
    const node = wanted.current === null ? undefined : flow.getNode(wanted.current);
    if (!node) return;
    wanted.current = null;
    const { width = 0, height = 0 } = node;
    if (isSeen(flow, node.position, { x: node.position.x + width, y: node.position.y + height })) return;
    const zoom = Math.min(1, Math.max(READABLE, flow.getZoom()));
    const middle = { x: node.position.x + width / 2, y: node.position.y + height / 2 };
    void flow.setCenter(middle.x, middle.y, { zoom, duration: moveMs() });
  });
  return {
    centre(): Point {
      const box = canvasBox();
      return box
        ? flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 })
        : ORIGIN;
    },
    show: (id) => void (wanted.current = id),
    showAll: () => void (wantsAll.current = true),
  };
}

function moveMs(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOVE_MS;
}

const ORIGIN: Point = { x: 0, y: 0 };

function canvasBox(): DOMRect | undefined {
  return document.querySelector(".editor-canvas")?.getBoundingClientRect();
}

/** By its place, as it may not be drawn yet; what lies under the overview or the buttons is not seen. */
function isSeen(
  flow: ReturnType<typeof useReactFlow<FlowNode, FlowEdge>>,
  upperLeft: Point,
  lowerRight: Point,
): boolean {
  const box = canvasBox();
  if (!box) return false;
  const [from, to] = [flow.flowToScreenPosition(upperLeft), flow.flowToScreenPosition(lowerRight)];
  if (from.x < box.left || to.x > box.right || from.y < box.top || to.y > box.bottom) return false;
  return ![...document.querySelectorAll(".react-flow__minimap, .react-flow__controls")].some((panel) => {
    const { left, right, top, bottom, width } = panel.getBoundingClientRect();
    return width > 0 && from.x < right && to.x > left && from.y < bottom && to.y > top;
  });
}
