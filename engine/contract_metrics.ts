import type { Figures, Funnel, Metrics as Counted, MetricsQuery } from "./schemas/metrics.ts";

/** What was counted in the commits of what happened: reading costs as much as there are intervals and workflows. */
export interface Metrics {
  /** 404 unknown workflow, 422 naming the field. */
  read(query: MetricsQuery): Promise<Counted>;
  /** How many executions came how far, by node. 404. */
  funnel(workflowId: string): Promise<Funnel>;
  /** The promises of the plan, measured. */
  figures(): Promise<Figures>;
}
