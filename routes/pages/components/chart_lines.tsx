import type { ComponentChildren, JSX } from "preact";
import type { Status } from "./status_chip.tsx";
import { FIELD } from "./chart_shapes.ts";
import type { DrawnLines } from "./chart_shapes.ts";

/** What a line is called, and by which colour it is known; `dashed` tells it apart without colours. */
export interface LineLook {
  name: string;
  status: Status;
  dashed?: boolean;
}

interface LinesProps {
  drawn: DrawnLines;
  looks: readonly LineLook[];
  /** The point that is looked at. */
  active: number | null;
  /** From one point to another: the part that is being chosen. */
  chosen: readonly [number, number] | null;
  children?: ComponentChildren;
}

/** Lines over time, stretched to their place; the scales are text and keep their size. */
export function Lines({ drawn, looks, active, chosen, children }: LinesProps): JSX.Element {
  return (
    <div class="chart" aria-hidden="true">
      <div class="chart-y">
        {drawn.yTicks.map((tick) => <span key={tick.label} style={{ top: `${tick.at}%` }}>{tick.label}
        </span>)}
      </div>
      <div class="chart-field">
        <svg
          class="chart-lines"
          viewBox={`0 0 ${FIELD} ${FIELD}`}
          preserveAspectRatio="none"
          width="100%"
          height="100%"
        >
          {drawn.yTicks.map(({ at }) => (
            <path key={at} class="chart-grid" d={`M0,${at * (FIELD / 100)}H${FIELD}`} />
          ))}
          {looks.map((look, index) => (
            <path
              key={look.name}
              class="chart-line"
              data-status={look.status}
              data-dashed={look.dashed ? "" : undefined}
              d={drawn.paths[index] ?? ""}
            />
          ))}
        </svg>
        {looks.map((look, index) => (
          <Lone key={look.name} look={look} xs={drawn.xs} ys={drawn.ys[index] ?? []} />
        ))}
        {chosen ? <Chosen drawn={drawn} between={chosen} /> : null}
        {active === null ? null : <Marks drawn={drawn} looks={looks} at={active} />}
        {children}
      </div>
      <div class="chart-x">
        {uncrowded(drawn.xTicks).map((tick) => (
          <span key={tick.at} style={{ left: `${tick.at}%` }} data-edge={edgeOf(tick.at)}>{tick.label}</span>
        ))}
      </div>
    </div>
  );
}

/** A point with nothing on either side makes no line. */
function Lone(
  { look, xs, ys }: { look: LineLook; xs: readonly number[]; ys: readonly (number | null)[] },
): JSX.Element {
  const isThere = (index: number): boolean => (ys[index] ?? null) !== null;
  return (
    <>
      {ys.map((top, index) =>
        top === null || isThere(index - 1) || isThere(index + 1) ? null : (
          <div
            key={index}
            class="chart-dot"
            data-status={look.status}
            style={{ left: `${xs[index]}%`, top: `${top}%` }}
          />
        )
      )}
    </>
  );
}

/** Labels near an end would stick out. */
function edgeOf(at: number): "start" | "end" | undefined {
  return at < 4 ? "start" : at > 96 ? "end" : undefined;
}

/** Less of the width than this between two labels, and a narrow chart writes one over the other. */
const APART = 14;

/** A label that is moved in from an end gives way to the next. */
export function uncrowded<T extends { at: number }>(ticks: readonly T[]): T[] {
  return ticks.filter(({ at }, i) => {
    const next = ticks[edgeOf(at) === "start" ? i + 1 : i - 1];
    return edgeOf(at) === undefined || next === undefined || Math.abs(next.at - at) >= APART;
  });
}

function Chosen(
  { drawn, between }: { drawn: DrawnLines; between: readonly [number, number] },
): JSX.Element {
  const [from, to] = between;
  const left = Math.min(drawn.xs[from] ?? 0, drawn.xs[to] ?? 0);
  const right = Math.max(drawn.xs[from] ?? 0, drawn.xs[to] ?? 0);
  return <div class="chart-chosen" style={{ left: `${left}%`, width: `${right - left}%` }} />;
}

function Marks(
  { drawn, looks, at }: { drawn: DrawnLines; looks: readonly LineLook[]; at: number },
): JSX.Element {
  const left = `${drawn.xs[at] ?? 0}%`;
  return (
    <>
      <div class="chart-rule" style={{ left }} />
      {looks.map(({ name, status }, index) => {
        const top = drawn.ys[index]?.[at] ?? null;
        return top === null
          ? null
          : <div key={name} class="chart-dot" data-status={status} style={{ left, top: `${top}%` }} />;
      })}
    </>
  );
}

/** Which line is which. */
export function LineLegend({ looks }: { looks: readonly LineLook[] }): JSX.Element {
  return (
    <ul class="flex flex-wrap gap-x-4 text-sm text-soft">
      {looks.map(({ name, status, dashed }) => (
        <li key={name} class="flex items-center gap-1.5" data-status={status}>
          <svg width="18" height="8" aria-hidden="true">
            <path class="chart-line" data-status={status} data-dashed={dashed ? "" : undefined} d="M1,4H17" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
