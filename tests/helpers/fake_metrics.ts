import type { Engine } from "../../engine/contract.ts";
import { notFound } from "../../engine/errors.ts";
import type { MetricsTotals } from "../../engine/schemas/metrics.ts";

const NONE: MetricsTotals = {
  executions: 0,
  success: 0,
  failed: 0,
  cancelled: 0,
  reopened: 0,
  avgDuration: null,
  p50: null,
  p95: null,
  successRate: null,
  active: 0,
};
const [FROM, TO] = ["2026-11-21T00:00:00.000Z", "2026-11-22T00:00:00.000Z"];

/** Metrics of a house in which nothing has run. */
export function fakeMetrics(): Engine["metrics"] {
  return {
    read: ({ workflowId, timezone = "UTC" }) =>
      workflowId === undefined
        ? Promise.resolve({
          ...{ from: FROM, to: TO, interval: "1d", timezone },
          totals: NONE,
          previous: { ...NONE, from: "2026-11-20T00:00:00.000Z", to: FROM },
          points: [{
            ...{ timestamp: FROM, executions: 0, success: 0, failed: 0, cancelled: 0 },
            ...{ avgDuration: null, p50: null, p95: null },
          }],
          errors: [],
          workflows: [],
        })
        : Promise.reject(notFound("workflow", workflowId)),
    funnel: (workflowId) => Promise.resolve({ workflowId, version: null, nodes: [] }),
    figures: () => Promise.resolve({ items: [] }),
    measured: () => Promise.resolve([]),
  };
}
