import type { Point, Size } from "../document/document.ts";
import type { FlowNode } from "./flow_elements.ts";

/** Shown whole, even on a small screen, when it is no larger than this, in units of the drawing. */
const WHOLE: Size = { width: 2_400, height: 1_900 };
/** Of a larger one so much is shown, from where it begins. */
const PART: Size = { width: 1_500, height: 1_300 };

/** What is seen first: everything, or the part of a large drawing where it begins, so that it can be read. */
export function firstSight(nodes: readonly FlowNode[]): FlowNode[] {
  const all = boxOf(nodes);
  if (!all || all.width <= WHOLE.width && all.height <= WHOLE.height) return [...nodes];
  const beginning = nodes.filter(isTrigger);
  const from = (beginning.length ? beginning : nodes).reduce((one, other) =>
    other.position.y < one.position.y ||
      other.position.y === one.position.y && other.position.x < one.position.x
      ? other
      : one
  );
  const { x, y } = from.position;
  return nodes.filter(({ position, width = 0, height = 0 }) =>
    position.x + width >= x - PART.width / 2 && position.x <= x + PART.width / 2 &&
    position.y >= y - 200 && position.y + height <= y + PART.height
  );
}

function isTrigger(node: FlowNode): boolean {
  return node.type === "card" && node.data.card.kind === "trigger";
}

/** What takes room on the canvas. */
export interface Drawn {
  position: Point;
  width?: number | undefined;
  height?: number | undefined;
}

/** The smallest box around all of them; null around none. */
export function boxOf(nodes: readonly Drawn[]): (Point & Size) | null {
  if (nodes.length === 0) return null;
  const left = Math.min(...nodes.map(({ position }) => position.x));
  const top = Math.min(...nodes.map(({ position }) => position.y));
  const right = Math.max(...nodes.map(({ position, width = 0 }) => position.x + width));
  const bottom = Math.max(...nodes.map(({ position, height = 0 }) => position.y + height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
