import type { Reason } from "../../engine/schemas/execution.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import type {
  BackfillCount,
  BackfillInput,
  Fire,
  Schedule,
  SchedulePreview,
} from "../../engine/schemas/schedule.ts";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { type Answer, callApi } from "../shared/api.ts";
import type { Week } from "./week.ts";

/** Calls of schedules; every one answers with data or the problem to show. */
const ROOT = "/api/scheduling";

function pathOf(id: string, rest = ""): string {
  return `${ROOT}/${encodeURIComponent(id)}${rest}`;
}

export interface Listed {
  limit: number;
  cursor?: string | undefined;
  workflowId?: string | undefined;
}

export function listSchedules({ limit, cursor, workflowId }: Listed): Promise<Answer<Page<Schedule>>> {
  const query = new URLSearchParams({
    limit: String(limit),
    ...cursor === undefined ? {} : { cursor },
    ...workflowId === undefined ? {} : { workflowId },
  });
  return callApi("GET", `${ROOT}?${query}`);
}

export function getSchedule(id: string): Promise<Answer<Schedule>> {
  return callApi("GET", pathOf(id));
}

/** A new one; with the same key it is made once, however often it is sent. */
export function createSchedule(body: unknown, key: string): Promise<Answer<Schedule>> {
  return callApi("POST", ROOT, { body, headers: { "idempotency-key": key } });
}

export function updateSchedule(id: string, body: unknown): Promise<Answer<Schedule>> {
  return callApi("PUT", pathOf(id), { body });
}

export function removeSchedule(id: string): Promise<Answer<null>> {
  return callApi("DELETE", pathOf(id));
}

export function switchSchedule(id: string, how: "pause" | "resume"): Promise<Answer<Schedule>> {
  return callApi("POST", pathOf(id, `/${how}`), { body: {} });
}

/** What was started; not enrolled: the execution that stands in the way, and why. */
export interface RunAnswer {
  executionId: string;
  enrolled?: false;
  reason?: Reason;
}

/** Starts it now; one key per press, so that a repeated request starts nothing twice. */
export function runSchedule(id: string): Promise<Answer<RunAnswer>> {
  return callApi("POST", pathOf(id, "/run"), {
    body: {},
    headers: { "idempotency-key": crypto.randomUUID() },
  });
}

export function previewCron(cron: string, timezone: string, count: number): Promise<Answer<SchedulePreview>> {
  const query = new URLSearchParams({ cron, timezone, count: String(count) });
  return callApi("GET", `${ROOT}/preview?${query}`);
}

export function scheduleHistory(id: string, cursor?: string): Promise<Answer<Page<Fire>>> {
  const query = new URLSearchParams({ limit: "50", ...cursor === undefined ? {} : { cursor } });
  return callApi("GET", pathOf(id, `/history?${query}`));
}

/** How many occurrences of the range have not run. */
export function countBackfill(
  id: string,
  { from, to }: Pick<BackfillInput, "from" | "to">,
): Promise<Answer<BackfillCount>> {
  return callApi("POST", pathOf(id, "/backfill"), { body: { from, to } });
}

/** Runs them; 409 when `count` is another by now. */
export function startBackfill(id: string, input: Required<BackfillInput>): Promise<Answer<Schedule>> {
  return callApi("POST", pathOf(id, "/backfill"), { body: input });
}

export function stopBackfill(id: string): Promise<Answer<Schedule>> {
  return callApi("DELETE", pathOf(id, "/backfill"));
}

/** The coming week over all schedules, by the days of that zone. */
export function fetchWeek(zone: string): Promise<Answer<Week>> {
  return callApi("GET", `/scheduling/week?zone=${encodeURIComponent(zone)}`);
}

/** The workflows that a new schedule may belong to. */
export function listWorkflows(): Promise<Answer<Page<WorkflowSummary>>> {
  return callApi("GET", "/api/workflow?limit=200");
}
