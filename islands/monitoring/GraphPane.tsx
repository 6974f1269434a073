import type { JSX, TargetedPointerEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DrawnGraph } from "../../routes/pages/components/graph_model.ts";
import { Graph, readableScale } from "../../routes/pages/components/graph.tsx";
import type { GraphProps } from "../../routes/pages/components/graph.tsx";
import { CARD } from "../../routes/pages/components/graph_size.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";

const MIN_SCALE = 0.2;
const MAX_SCALE = 2;
const STEP = 1.25;

interface GraphPaneProps extends Omit<GraphProps, "scale"> {
  /** The node to bring into sight at the start and when it changes. */
  focus: string | null;
}

/**
 * The graph in a box that scrolls: panned by wheel, touch, arrow keys or dragging its ground, zoomed by
 * buttons or Ctrl + wheel. A plain wheel scrolls, so the page is never held fast.
 */
export function GraphPane({ focus, ...graph }: GraphPaneProps): JSX.Element {
  const { box } = graph.graph;
  const { ref: pane, scale, zoom, fit } = usePane(box);
  useEffect(() => {
    const node = graph.graph.nodes.find((one) => one.id === focus);
    if (node && pane.current) {
      show(pane.current, { x: (node.x - box.x) * scale, y: (node.y - box.y) * scale }, scale);
    }
  }, [focus]);
  useZoomByWheel(pane, (factor) => zoom(scale * factor));

  return (
    <section class="card flex min-w-0 flex-col overflow-hidden print:border-0" aria-labelledby="graph">
      <div class="flex items-center gap-2 py-1.5 pr-2 pl-4">
        <h2 id="graph" class="flex-1">Graph</h2>
        <ZoomButtons onZoom={(factor) => zoom(scale * factor)} onFit={fit} />
      </div>
      <div
        ref={pane}
        class="graph-pane"
        onPointerDown={startDrag}
      >
        <Graph {...graph} scale={scale} />
      </div>
    </section>
  );
}

interface Pane {
  ref: { current: HTMLDivElement | null };
  scale: number;
  zoom(next: number): void;
  fit(): void;
}

/** Scale and scroll position of the box; zooming keeps the middle in the middle. */
function usePane(box: DrawnGraph["box"]): Pane {
  const ref = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(readableScale(box));
  const centre = useRef<{ x: number; y: number } | null>(null);
  const zoom = (next: number): void => {
    if (ref.current) centre.current = middleOf(ref.current, scale);
    setScale(Math.min(MAX_SCALE, Math.max(MIN_SCALE, next)));
  };
  const fit = (): void => {
    const element = ref.current;
    if (element) zoom(Math.min(1, element.clientWidth / box.width, element.clientHeight / box.height));
  };
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || !centre.current) return;
    element.scrollLeft = centre.current.x * scale - element.clientWidth / 2;
    element.scrollTop = centre.current.y * scale - element.clientHeight / 2;
    centre.current = null;
  }, [scale]);
  return { ref, scale, zoom, fit };
}

function ZoomButtons({ onZoom, onFit }: { onZoom(factor: number): void; onFit(): void }): JSX.Element {
  return (
    <div class="flex gap-1 print:hidden" role="group" aria-label="Zoom">
      <button type="button" class="button px-2" aria-label="Zoom out" onClick={() => onZoom(1 / STEP)}>
        <span aria-hidden="true">−</span>
      </button>
      <button type="button" class="button px-2" onClick={onFit}>Fit</button>
      <button type="button" class="button px-2" aria-label="Zoom in" onClick={() => onZoom(STEP)}>
        <Icon name="plus" size={14} />
      </button>
    </div>
  );
}

/** The point of the drawing that stands in the middle of the box. */
function middleOf(element: HTMLElement, scale: number): { x: number; y: number } {
  return {
    x: (element.scrollLeft + Math.min(element.clientWidth, element.scrollWidth) / 2) / scale,
    y: (element.scrollTop + Math.min(element.clientHeight, element.scrollHeight) / 2) / scale,
  };
}

/** Scrolls the box, and nothing but the box, until the card is in sight. */
function show(element: HTMLElement, card: { x: number; y: number }, scale: number): void {
  const [width, height] = [CARD.width * scale, CARD.height * scale];
  const hidden = card.x < element.scrollLeft || card.x + width > element.scrollLeft + element.clientWidth ||
    card.y < element.scrollTop || card.y + height > element.scrollTop + element.clientHeight;
  if (!hidden) return;
  element.scrollLeft = card.x + width / 2 - element.clientWidth / 2;
  element.scrollTop = card.y + height / 2 - element.clientHeight / 2;
}

/** Drags the ground with the mouse; a finger scrolls by itself, and cards stay links. */
function startDrag(event: TargetedPointerEvent<HTMLDivElement>): void {
  const element = event.currentTarget;
  const onCard = event.target instanceof Element && event.target.closest("a") !== null;
  if (event.pointerType !== "mouse" || event.button !== 0 || onCard) return;
  const start = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
  element.setPointerCapture(event.pointerId);
  const move = (moved: PointerEvent): void => {
    element.scrollLeft = start.x - moved.clientX;
    element.scrollTop = start.y - moved.clientY;
  };
  const end = (): void => {
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", end);
    element.removeEventListener("pointercancel", end);
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
}

function useZoomByWheel(pane: { current: HTMLElement | null }, onZoom: (factor: number) => void): void {
  const latest = useRef(onZoom);
  latest.current = onZoom;
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      latest.current(event.deltaY < 0 ? 1.1 : 1 / 1.1);
    };
    // Not passive: the browser would zoom the whole page.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);
}
