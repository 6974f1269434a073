import type { HTMLAttributes, JSX, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { LineLegend, Lines } from "../../routes/pages/components/chart_lines.tsx";
import type { LineLook } from "../../routes/pages/components/chart_lines.tsx";
import type { DrawnLines } from "../../routes/pages/components/chart_shapes.ts";

interface LineChartProps {
  label: string;
  drawn: DrawnLines;
  looks: readonly LineLook[];
  /** When a point was, in words. */
  timeOf(index: number): string;
  /** What a line says there, in words. */
  valueOf(line: number, index: number): string;
  /** Looks closer at the points from one to another. */
  onZoom(from: number, to: number): void;
}

/** Pixels that a hand moves without meaning to. */
const STILL_PX = 6;

/**
 * Lines over time. The pointer shows exact values and chooses a part by dragging; the arrow keys walk along the points,
 * with Shift they choose, Enter looks closer.
 */
export function LineChart({ label, drawn, looks, timeOf, valueOf, onZoom }: LineChartProps): JSX.Element {
  const { active, chosen, hand } = useHand(drawn.xs, onZoom);
  const said = active === null ? null : looks.map((look, line) => ({ look, value: valueOf(line, active) }));
  return (
    <div class="grid gap-2">
      <LineLegend looks={looks} />
      <div
        class="chart-hand"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, drawn.xs.length - 1)}
        aria-valuenow={active ?? 0}
        aria-valuetext={said === null || active === null
          ? "Arrow keys tell the values"
          : `${timeOf(active)}: ${said.map(({ look, value }) => `${look.name} ${value}`).join(", ")}`}
        {...hand}
      >
        <Lines drawn={drawn} looks={looks} active={active} chosen={chosen}>
          {said === null || active === null ? null : (
            <div
              class="chart-says"
              style={{ left: `${drawn.xs[active] ?? 0}%` }}
              data-side={sideOf(drawn.xs[active] ?? 0)}
            >
              <p class="mb-0.5 font-medium">{timeOf(active)}</p>
              {said.map(({ look, value }) => (
                <p key={look.name} class="flex justify-between gap-4">
                  <span class="text-soft">{look.name}</span>
                  <span class="font-medium">{value}</span>
                </p>
              ))}
            </div>
          )}
        </Lines>
      </div>
    </div>
  );
}

/** The box stands beside the point where there is room. */
function sideOf(x: number): "start" | "end" {
  return x < 50 ? "start" : "end";
}

interface Hand {
  active: number | null;
  chosen: readonly [number, number] | null;
  hand: HTMLAttributes<HTMLDivElement>;
}

/** Which point is looked at, and which part is being chosen, by pointer or keys. */
function useHand(xs: readonly number[], onZoom: (from: number, to: number) => void): Hand {
  const [active, setActive] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const pressed = useRef<{ x: number; index: number } | null>(null);
  const last = xs.length - 1;
  const clear = (): void => {
    pressed.current = null;
    setAnchor(null);
    setActive(null);
  };
  const zoom = (from: number, to: number): void => {
    clear();
    onZoom(Math.min(from, to), Math.max(from, to));
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const next = steppedTo(event.key, active, last);
    if (next !== null) {
      setAnchor(event.shiftKey ? anchor ?? active ?? next : null);
      setActive(next);
    } else if (event.key === "Enter" && active !== null) zoom(anchor ?? active, active);
    else if (event.key === "Escape" && active !== null) clear();
    else return;
    event.preventDefault();
  };
  const onPointerMove = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    const index = nearest(xs, event);
    if (index === null) return;
    setActive(index);
    const from = pressed.current;
    if (from !== null && Math.abs(event.clientX - from.x) > STILL_PX) setAnchor(from.index);
  };
  const onPointerDown = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    const index = nearest(xs, event);
    setActive(index);
    if (event.button !== 0 || event.pointerType === "touch" || index === null) return;
    pressed.current = { x: event.clientX, index };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerUp = (): void => {
    pressed.current = null;
    if (anchor !== null && active !== null) zoom(anchor, active);
  };
  return {
    active: active === null || active > last ? null : active,
    chosen: anchor === null || active === null ? null : [anchor, active],
    hand: { onKeyDown, onPointerMove, onPointerDown, onPointerUp, onPointerLeave: clear, onBlur: clear },
  };
}

function steppedTo(key: string, active: number | null, last: number): number | null {
  if (last < 0) return null;
  if (key === "ArrowRight" || key === "ArrowUp") return active === null ? 0 : Math.min(last, active + 1);
  if (key === "ArrowLeft" || key === "ArrowDown") return active === null ? last : Math.max(0, active - 1);
  if (key === "Home") return 0;
  return key === "End" ? last : null;
}

/** The point that lies nearest under the pointer. */
function nearest(xs: readonly number[], event: TargetedPointerEvent<HTMLDivElement>): number | null {
  const field = event.currentTarget.querySelector(".chart-field")?.getBoundingClientRect();
  if (!field || xs.length === 0) return null;
  const x = ((event.clientX - field.left) / field.width) * 100;
  let best = 0;
  for (const [index, at] of xs.entries()) if (Math.abs(at - x) < Math.abs((xs[best] ?? 0) - x)) best = index;
  return best;
}
