import { parseMoment } from "../../engine/core/zone.ts";
import { METRICS_RANGES } from "../../engine/schemas/metrics.ts";
import type { Issue } from "../../engine/schemas/workflow.ts";
import type { DashboardView } from "./components/metric_words.ts";

const DEFAULT = "24h";

/**
 * What the address asks to see. Times without an offset are by the zone's clock; what is not acceptable becomes an
 * issue, and the last 24 hours are shown.
 */
export function readView(query: URLSearchParams, zone: string): { view: DashboardView; issues: Issue[] } {
  const workflowId = query.get("workflowId")?.trim().slice(0, 64) ?? "";
  const given = query.get("range")?.trim() ?? "";
  const range = METRICS_RANGES.find((one) => one === given);
  const issues: Issue[] = [];
  const from = momentOf("from", query, zone, issues);
  const to = momentOf("to", query, zone, issues);
  if (given !== "" && !range) {
    issues.push({
      path: "range",
      message: `"${given.slice(0, 80)}" is no range`,
      accepted: METRICS_RANGES.join(", "),
    });
  }
  if (from !== "" && to !== "" && from >= to) {
    issues.push({
      path: "to",
      message: `"${to}" is not after "${from}"`,
      accepted: "a moment after the beginning",
    });
  }
  if (from === "" || range || issues.length > 0) {
    return { view: { range: range ?? DEFAULT, from: "", to: "", workflowId }, issues };
  }
  return { view: { range: null, from, to, workflowId }, issues };
}

function momentOf(name: "from" | "to", query: URLSearchParams, zone: string, issues: Issue[]): string {
  const text = query.get(name)?.trim() ?? "";
  if (text === "") return "";
  const at = parseMoment(text, zone);
  if (at !== null) return new Date(at).toISOString();
  issues.push({
    path: name,
    message: `"${text.slice(0, 80)}" is no moment`,
    accepted: "a moment such as 2026-11-20T09:00",
  });
  return "";
}
