import type { JSX } from "preact";
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
  useMoves(pane, (factor) => zoom(scale * factor));

  return (
    <section class="card flex min-w-0 flex-col overflow-hidden print:border-0" aria-labelledby="graph">
      <div class="flex items-center gap-2 py-1.5 pr-2 pl-4">
        <h2 id="graph" class="flex-1">Graph</h2>
        <ZoomButtons onZoom={(factor) => zoom(scale * factor)} onFit={fit} />
      </div>
      <div ref={pane} class="graph-pane">
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

/** What a hand does to it comes once the page stands: nobody drags before. */
function useMoves(pane: { current: HTMLElement | null }, onZoom: (factor: number) => void): void {
  const latest = useRef(onZoom);
  latest.current = onZoom;
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const moves = import("./graph_moves.ts").then(
      ({ moveByHand }) => moveByHand(element, (factor) => latest.current(factor)),
      // Without a connection it scrolls and zooms by its buttons.
      () => () => {},
    );
    return () => void moves.then((stop) => stop());
  }, []);
}
