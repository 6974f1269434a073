import type { Figures, Funnel, Metrics as Counted, MetricsQuery } from "./schemas/metrics.ts";

/** One thing that is measured, as Prometheus names and types it. */
export interface Measured {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  /** `suffix`: which series of a histogram. */
  samples: {
    labels?: { readonly [name: string]: string };
    value: number;
    suffix?: "bucket" | "sum" | "count";
  }[];
}

/** What was counted in the commits of what happened: reading costs as much as there are intervals and workflows. */
export interface Metrics {
  /** 404 unknown workflow, 422 naming the field. */
  read(query: MetricsQuery): Promise<Counted>;
  /** How many executions came how far, by node. 404. */
  funnel(workflowId: string): Promise<Funnel>;
  /** The promises of the plan, measured. */
  figures(): Promise<Figures>;
  /** What a monitor asks every few seconds: executions of the whole database, and how this process fares. */
  measured(): Promise<Measured[]>;
}
