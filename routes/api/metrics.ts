import { Figures, Funnel, Metrics, MetricsQuery } from "../../engine/schemas/metrics.ts";
import { define, json } from "./define.ts";
import type { ApiRoute } from "./define.ts";

/** What was counted: for the dashboard, the funnel and the figures. */
export const metricsRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/monitoring/metrics",
    action: "execution.see",
    summary:
      "Executions counted over a range that ends now (1h, 24h, 7d, 30d), or from and to: totals, the time before, points, errors by cause, workflows; 422 for what cannot be counted",
    query: MetricsQuery,
    answers: { 200: { description: "What was counted", schema: Metrics } },
    handle: async ({ engine, query }) => json(await engine.metrics.read(query)),
  }),
  define({
    method: "get",
    path: "/api/monitoring/figures",
    action: "execution.see",
    summary: "The promises of the plan, each from real counts, or null while there are none",
    answers: { 200: { description: "Every figure", schema: Figures } },
    handle: async ({ engine }) => json(await engine.metrics.figures()),
  }),
  define({
    method: "get",
    path: "/api/workflow/:id/funnel",
    action: "execution.see",
    summary: "How many executions came how far, by node: the same numbers as /api/workflow/:id/counts",
    answers: { 200: { description: "Nodes in the order of the edges", schema: Funnel } },
    handle: async ({ engine, param }) => json(await engine.metrics.funnel(param("id"))),
  }),
];
