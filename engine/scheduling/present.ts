import { cronPhrase } from "../core/schedule_phrase.ts";
import { dstAt, nextOccurrence, nextRun } from "../core/schedule.ts";
import { isActive } from "../core/schedule_state.ts";
import { scheduleProblems } from "../core/schedule_check.ts";
import { scheduleWords } from "../core/schedule_words.ts";
import { formatLocal } from "../core/zone.ts";
import { invalid } from "../errors.ts";
import type { Backfill, Fire, Schedule, ScheduleDefinition, SchedulePreview } from "../schemas/schedule.ts";
import { keys } from "../store/keys.ts";
import type { HeadRecord } from "../store/records.ts";
import type { BackfillState, FireRecord, ScheduleRecord } from "../store/schedules.ts";
import type { Store } from "../store/store.ts";

/** Schedules with the names of their workflows and what became of their last runs. */
export async function toSchedules(
  store: Store,
  records: readonly ScheduleRecord[],
  now: number,
): Promise<Schedule[]> {
  const ids = [...new Set(records.map(({ workflowId }) => workflowId))];
  const workflows = await store.getMany<{ name: string }>(ids.map(keys.workflow), { broken: "pass" });
  const names = new Map(ids.map((id, i) => [id, workflows[i]?.value.name ?? id]));
  const statuses = await statusesOf(store, records.flatMap(({ last }) => last ?? []));
  return records.map((record) => ({
    id: record.id,
    workflowId: record.workflowId,
    workflowName: names.get(record.workflowId) ?? record.workflowId,
    nodeId: record.nodeId,
    label: record.label,
    state: stateOf(record),
    description: scheduleWords({ ...record.definition, timezone: record.timezone }, cronPhrase),
    ...record.definition,
    timezone: record.timezone,
    lastRun: record.last && toFire(record.last, record.timezone, statuses),
    nextRun: isActive(record) && record.nextAt !== null ? comingRun(record, now) : null,
    waiting: record.pending.length,
    backfill: record.backfill && toBackfill(record.backfill),
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.editedAt),
    updatedBy: record.by,
  }));
}

function stateOf(record: ScheduleRecord): Schedule["state"] {
  if (!record.live) return "unpublished";
  if (!record.definition.enabled) return "paused";
  return record.nextAt === null && record.pending.length === 0 ? "ended" : "active";
}

/** The stored one, unless it falls on a holiday. */
function comingRun(record: ScheduleRecord, now: number): string | null {
  const before = (record.nextAt ?? now) - 1;
  const at = nextRun(record, before);
  return at === null ? null : iso(at);
}

function toBackfill({ from, to, count, done, failed, by, lookAt }: BackfillState): Backfill {
  return { from: iso(from), to: iso(to), count, done, failed, by, running: lookAt !== null };
}

/** Statuses of the executions that were started, by id; forgotten ones are missing. */
export async function statusesOf(
  store: Store,
  fires: readonly FireRecord[],
): Promise<Map<string, HeadRecord["status"]>> {
  const ids = fires.flatMap(({ executionId }) => executionId ?? []);
  const heads = await store.getMany<HeadRecord>(ids.map(keys.execution), { broken: "pass" });
  return new Map(heads.flatMap((head) => head ? [[head.value.id, head.value.status]] : []));
}

/** A line of the history. */
export function toFire(record: FireRecord, timezone: string, statuses: ReadonlyMap<string, string>): Fire {
  const { id, at, until, count, outcome, decidedAt, executionId, reason } = record;
  return {
    id,
    at: iso(at),
    local: formatLocal(at, timezone),
    ...until === undefined ? {} : { until: iso(until) },
    count,
    outcome,
    decidedAt: iso(decidedAt),
    ...executionId === undefined ? {} : { executionId, status: statuses.get(executionId) ?? null },
    ...reason === undefined ? {} : { reason },
  };
}

/** The next occurrences of an expression. Throws 422 naming the field. */
export function previewOf(
  { cron, timezone, count }: { cron: string; timezone?: string | undefined; count: number },
  now: number,
): SchedulePreview {
  const definition: ScheduleDefinition = {
    kind: "cron",
    cron,
    enabled: true,
    input: {},
    config: { missed: "last", overlap: "allow" },
  };
  const zone = timezone || "UTC";
  const issues = scheduleProblems({ ...definition, timezone: zone });
  if (issues[0]) throw invalid(issues[0].message, issues);
  const when = { definition, timezone: zone, anchor: now };
  const items: SchedulePreview["items"] = [];
  let before: number | null = null;
  let at = nextOccurrence(when, now);
  while (at !== null && items.length < count) {
    const dst = dstAt(when, at, before);
    items.push({ at: iso(at), local: formatLocal(at, zone), ...dst ? { dst } : {} });
    before = at;
    at = nextOccurrence(when, at);
  }
  return { items, description: scheduleWords({ ...definition, timezone: zone }, cronPhrase), timezone: zone };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
