import { z } from "zod";

export const METRICS_RANGES = ["1h", "24h", "7d", "30d"] as const;
export const MetricsRange = z.enum(METRICS_RANGES);
export type MetricsRange = z.infer<typeof MetricsRange>;

/** Minutes are known of the last two hours, hours of the last 90 days, days for good. */
export const METRICS_INTERVALS = ["1m", "5m", "1h", "6h", "1d", "7d"] as const;
export const MetricsInterval = z.enum(METRICS_INTERVALS);
export type MetricsInterval = z.infer<typeof MetricsInterval>;

/** What is asked: a range that ends now, or `from` (and `to`); the rest has defaults that fit the length. */
export const MetricsQuery = z.object({
  range: MetricsRange.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  interval: MetricsInterval.optional(),
  workflowId: z.string().min(1).max(64).optional(),
  /** IANA name: intervals of six hours and more begin by its clock. Default: UTC. */
  timezone: z.string().min(1).max(64).optional(),
});
export type MetricsQuery = z.infer<typeof MetricsQuery>;

const count = z.number().int().min(0);
/** Null: nothing has ended, so there is nothing to tell. Milliseconds from start to end, waits included. */
const duration = z.number().min(0).nullable();

const Ended = z.object({
  /** Started in this time; children and tests are not counted. */
  executions: count,
  /** Completed in this time. */
  success: count,
  /** Failed in this time; who is retried and fails again has failed twice. */
  failed: count,
  cancelled: count,
  /** Mean and quantiles over completed and failed; quantiles are exact to 10 %. */
  avgDuration: duration,
  /** The median: what is typical. */
  p50: duration,
  p95: duration,
});

export const MetricsTotals = Ended.extend({
  /** Failed ones that somebody retried in this time. */
  reopened: count,
  /** Completed over completed and failed, 0 to 1; null: none has ended. */
  successRate: z.number().min(0).max(1).nullable(),
  /** Queued, running or waiting at the end of this time: for a range that ends now, at this moment. */
  active: count,
}).meta({ id: "MetricsTotals" });
export type MetricsTotals = z.infer<typeof MetricsTotals>;

/** One interval, which begins at `timestamp` and ends where the next begins. */
export const MetricsPoint = Ended.extend({ timestamp: z.string() }).meta({ id: "MetricsPoint" });
export type MetricsPoint = z.infer<typeof MetricsPoint>;

/** How many executions failed by one cause. All counts together are `failed`. */
export const MetricsError = z.object({
  /** In words, such as `api: 401 from api.example.com`; `other`: all the rest. */
  cause: z.string(),
  count,
  /** Null where the execution failed as a whole (its time-out), and of `other`. */
  nodeType: z.string().nullable(),
  code: z.string(),
  status: z.number().int().nullable(),
  host: z.string().nullable(),
}).meta({ id: "MetricsError" });
export type MetricsError = z.infer<typeof MetricsError>;

/** A workflow with something in this time, or something active now; most executions first. */
export const MetricsRow = z.object({
  workflowId: z.string(),
  name: z.string(),
  executions: count,
  success: count,
  failed: count,
  successRate: z.number().min(0).max(1).nullable(),
  p50: duration,
  p95: duration,
  /** Of the active ones, those that only wait; both at this moment. */
  waiting: count,
  active: count,
  /** When its next schedule fires, ISO 8601 UTC; null: nothing is planned. */
  nextRunAt: z.string().nullable(),
}).meta({ id: "MetricsRow" });
export type MetricsRow = z.infer<typeof MetricsRow>;

/** Answer of `GET /api/monitoring/metrics`. Times are ISO 8601 UTC. */
export const Metrics = z.object({
  /** What was counted, on the borders of whole intervals; `to` lies in the future while the last one runs. */
  from: z.string(),
  to: z.string(),
  interval: MetricsInterval,
  timezone: z.string(),
  totals: MetricsTotals,
  /** The same of the time just before, as long. */
  previous: MetricsTotals.extend({ from: z.string(), to: z.string() }),
  /** Every interval, oldest first, also those with nothing in them. */
  points: z.array(MetricsPoint),
  /** Most frequent first; twelve at most, the rest is `other`, which comes last. */
  errors: z.array(MetricsError),
  /** With `workflowId`: its own row alone. At most 200. */
  workflows: z.array(MetricsRow),
}).meta({ id: "Metrics" });
export type Metrics = z.infer<typeof Metrics>;

/** A node in the funnel: the same numbers as the counts on the canvas and the executions list. */
export const FunnelNode = z.object({
  nodeId: z.string(),
  label: z.string(),
  type: z.string(),
  entered: count,
  active: count,
  waiting: count,
  passed: count,
  failed: count,
  skipped: count,
  cancelled: count,
  /** Of those that passed it, how many reached a goal of the workflow; null: it has no goal. */
  converted: count.nullable(),
}).meta({ id: "FunnelNode" });
export type FunnelNode = z.infer<typeof FunnelNode>;

/** Answer of `GET /api/workflow/:id/funnel`: nodes of the live version (else the draft) from the triggers on. */
export const Funnel = z.object({
  workflowId: z.string(),
  version: z.number().int().nullable(),
  nodes: z.array(FunnelNode),
}).meta({ id: "Funnel" });
export type Funnel = z.infer<typeof Funnel>;

/** One promise of the plan, measured. */
export const Figure = z.object({
  id: z.enum(["success_rate", "built_on_canvas", "first_publish", "mending", "rating"]),
  title: z.string(),
  /** Null: no data yet. */
  value: z.number().nullable(),
  unit: z.enum(["share", "ms", "stars"]),
  target: z.number(),
  better: z.enum(["higher", "lower"]),
  /** How many real cases the value rests on. */
  count,
  /** What was counted, in words. */
  basis: z.string(),
}).meta({ id: "Figure" });
export type Figure = z.infer<typeof Figure>;

/** Answer of `GET /api/monitoring/figures`. */
export const Figures = z.object({ items: z.array(Figure) }).meta({ id: "Figures" });
export type Figures = z.infer<typeof Figures>;
