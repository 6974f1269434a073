/** What charts are drawn from; how it comes about is `chart_geometry.ts`, which browsers load when they need it. */

/** Charts are drawn on a field of this size and stretched to their place. */
export const FIELD = 1_000;

/** A line of a scale, in percent of the field from the left or the top. */
export interface Tick {
  at: number;
  label: string;
}

export interface DrawnLines {
  /** Path data of each line, on the field. */
  paths: string[];
  /** Of each point: percent from the left. */
  xs: number[];
  /** Of each line, each point: percent from the top; null: nothing there. */
  ys: (number | null)[][];
  xTicks: Tick[];
  yTicks: Tick[];
}

export interface Slice {
  /** Path data around the middle of a field of 100 × 100. */
  path: string;
  label: string;
  count: number;
  /** Which cause of `metrics.errors`; null: all that have no slice of their own. */
  cause: number | null;
}

/** Everything that the dashboard draws. */
export interface Drawn {
  trend: DrawnLines;
  durations: DrawnLines;
  slices: Slice[];
}
