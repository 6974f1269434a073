import { isActive, redefined, takeUp } from "../core/schedule_state.ts";
import type { Lost, ScheduleState } from "../core/schedule_state.ts";
import { anchorOf, fireAt, nextOccurrence } from "../core/schedule.ts";
import type { FIRE_OUTCOMES } from "../schemas/schedule.ts";
import type { Json } from "../schemas/json.ts";
import type { Write } from "./commit.ts";
import { keys, shardOf } from "./keys.ts";
import type { Key } from "./keys.ts";
import { EMPTY, encode } from "./store.ts";
import type { Entry, Store } from "./store.ts";

/** Histories are kept so long; so are schedules that are gone, so that none that comes back fires twice. */
export const FIRES_KEPT_MS = 400 * 86_400_000;

/** `["schedule", id]`. Times are epoch ms. */
export interface ScheduleRecord extends ScheduleState {
  v: 1;
  workflowId: string;
  nodeId: string;
  label: string;
  /** Executions that it started and that may not have settled; none are kept where overlap allows all. */
  running: string[];
  /** What waits for a former run is looked at again. */
  lookAt: number | null;
  backfill: BackfillState | null;
  last: FireRecord | null;
  /** Its one due entry; null: nothing will come by itself. */
  dueAt: number | null;
  createdAt: number;
  by: string;
}

/** Occurrences of the past that are run now, one after another. */
export interface BackfillState {
  from: number;
  to: number;
  /** The last one that was taken. */
  cursor: number;
  count: number;
  done: number;
  failed: number;
  by: string;
  /** Null: it has ended. */
  lookAt: number | null;
}

/** `["fire", schedule, id]`: a line of the history. */
export interface FireRecord {
  v: 1;
  id: string;
  at: number;
  until?: number;
  count: number;
  outcome: (typeof FIRE_OUTCOMES)[number];
  decidedAt: number;
  executionId?: string;
  reason?: { code: string; text: string; data?: Json };
}

/** `["occurrence", schedule, utcMs]`: it has begun, and never begins again. */
export interface OccurrenceRecord {
  v: 1;
  executionId: string;
}

type Parts = Required<Pick<Write, "checks" | "sets" | "deletes" | "bells">>;

/** The id that follows from workflow and node. */
export function scheduleId(workflowId: string, nodeId: string): string {
  return `${workflowId}.${nodeId}`;
}

function dueOf(id: string, at: number): Key {
  return keys.due(shardOf(id), 0, at, "schedule", id);
}

/** When it has to be looked at, from what it holds. */
function dueAtOf(record: ScheduleRecord, now: number): number | null {
  if (record.goneAt !== undefined) return record.goneAt + FIRES_KEPT_MS;
  const times = [
    ...isActive(record) && record.nextAt !== null ? [fireAt(record.id, record, record.nextAt)] : [],
    ...record.pending.length > 0 ? [record.lookAt ?? now] : [],
    ...record.live && typeof record.backfill?.lookAt === "number" ? [record.backfill.lookAt] : [],
  ];
  return times.length > 0 ? Math.min(...times) : null;
}

/** What a commit that changes a schedule carries: the record under its check, its due entry and lines of its history. */
export function scheduleWrite(
  before: Entry<ScheduleRecord> | null,
  changed: ScheduleRecord,
  about: { now: number; lines?: readonly FireRecord[] },
): Parts {
  const { id } = changed;
  const { now, lines = [] } = about;
  const dueAt = dueAtOf(changed, now);
  const next: ScheduleRecord = { ...changed, dueAt, last: lines.at(-1) ?? changed.last };
  const key = keys.schedule(id);
  const old = before?.value.dueAt ?? null;
  const trouble = troubleParts(next, lines.at(-1));
  return {
    checks: [{ key, versionstamp: before?.versionstamp ?? null }],
    sets: [
      { key, value: encode(next) },
      ...trouble.sets,
      ...dueAt === null ? [] : [{ key: dueOf(id, dueAt), value: EMPTY }],
      ...lines.map((line) => ({ key: keys.fire(id, line.id), value: encode(line) })),
    ],
    deletes: [...old === null || old === dueAt ? [] : [dueOf(id, old)], ...trouble.deletes],
    bells: dueAt === null ? [] : [dueAt],
  };
}

/** `["schedule_trouble", schedule]`: its newest run should have happened and did not. */
export interface TroubleRecord {
  v: 1;
  workflowId: string;
  text: string;
}

/** Noted with the line that says so, and gone with the next run that begins, or when nothing is to begin any more. */
function troubleParts(next: ScheduleRecord, line: FireRecord | undefined): Pick<Parts, "sets" | "deletes"> {
  const key = keys.scheduleTrouble(next.id);
  if (!isActive(next)) return { sets: [], deletes: [key] };
  switch (line?.outcome) {
    case "missed":
    case "refused":
    case "failed": {
      const at = new Date(line.until ?? line.at).toISOString().slice(0, 16).replace("T", " ");
      const text = `Planned for ${at} UTC: ${line.reason?.text ?? line.outcome}`;
      const record: TroubleRecord = { v: 1, workflowId: next.workflowId, text };
      return { sets: [{ key, value: encode(record) }], deletes: [] };
    }
    case "fired":
    case "made_up":
    case "backfilled":
    case "by_hand":
      return { sets: [], deletes: [key] };
    // Somebody wants it so.
    case "skipped":
    case "held":
    case undefined:
      return { sets: [], deletes: [] };
  }
}

/** A line for what did not begin. */
export function lineOf(lost: Lost, id: string, now: number): FireRecord {
  const { at, until, count, outcome, reason } = lost;
  return { v: 1, id, at, ...(count > 1 ? { until } : {}), count, outcome, reason, decidedAt: now };
}

/** A schedule that nobody knew. Its first occurrence is after now. */
export function freshSchedule(
  about: Pick<ScheduleRecord, "workflowId" | "nodeId" | "label" | "definition" | "timezone" | "live" | "by">,
  now: number,
): ScheduleRecord {
  const anchor = anchorOf(about.definition, about.timezone, now);
  const record: ScheduleRecord = {
    v: 1,
    id: scheduleId(about.workflowId, about.nodeId),
    ...about,
    anchor,
    editedAt: now,
    lastAt: null,
    nextAt: null,
    pending: [],
    running: [],
    lookAt: null,
    backfill: null,
    last: null,
    dueAt: null,
    createdAt: now,
  };
  return isActive(record) ? { ...record, nextAt: nextOccurrence(record, now) } : record;
}

/** Everything that has come is taken up under the old definition, then the new one counts; what a pause leaves is told. */
export function changedSchedule(
  record: ScheduleRecord,
  change: Partial<Pick<ScheduleRecord, "definition" | "timezone" | "live" | "label">> & { by: string },
  { now, newId }: { now: number; newId(): string },
): { next: ScheduleRecord; lines: FireRecord[] } {
  const lines: FireRecord[] = [];
  let taken = record;
  for (let more = true; more;) {
    const found = takeUp(taken, now, { spread: false });
    lines.push(...found.lost.map((lost) => lineOf(lost, newId(), now)));
    taken = found.state;
    more = found.more;
  }
  const { definition, timezone, live, label, by } = { ...taken, ...change };
  const next = { ...redefined(taken, { definition, timezone, live }, now), label, by };
  const dropped = taken.pending.filter(({ at }) => next.pending.every((kept) => kept.at !== at));
  const reason = { code: "paused", text: "Skipped — the schedule was paused before it could begin" };
  for (const { at } of dropped) {
    lines.push({ v: 1, id: newId(), at, count: 1, outcome: "skipped", reason, decidedAt: now });
  }
  return { next, lines };
}

/** Keys of one workflow's schedules, and of what lies under them. */
function rangeOf(
  kind: "schedule" | "schedule_trouble" | "occurrence" | "fire",
  workflowId: string,
): { start: Key; end: Key } {
  // "/" follows ".": every id of the workflow's schedules lies between.
  return { start: [kind, `${workflowId}.`], end: [kind, `${workflowId}/`] };
}

/** The workflow's schedules, those that are gone among them. */
export async function schedulesOf(store: Store, workflowId: string): Promise<Entry<ScheduleRecord>[]> {
  return await Array.fromAsync(
    store.list<ScheduleRecord>({ selector: rangeOf("schedule", workflowId) }),
  );
}

/** What a graph says of a schedule. */
export type Drawn = Pick<ScheduleRecord, "nodeId" | "label" | "definition" | "timezone">;

/** Beside a publish: schedules that are drawn anew begin, those that are changed change, those that are not drawn are gone. */
export async function publishedSchedules(
  store: Store,
  workflowId: string,
  drawn: readonly Drawn[],
  about: { now: number; by: string; newId(): string },
): Promise<Parts> {
  const parts: Parts = { checks: [], sets: [], deletes: [], bells: [] };
  const stored = new Map((await schedulesOf(store, workflowId)).map((each) => [each.value.nodeId, each]));
  const add = (more: Parts): void => {
    parts.checks.push(...more.checks);
    parts.sets.push(...more.sets);
    parts.deletes.push(...more.deletes);
    parts.bells.push(...more.bells);
  };
  const { now, by } = about;
  for (const each of drawn) {
    const known = stored.get(each.nodeId) ?? null;
    if (!known) {
      add(scheduleWrite(null, freshSchedule({ workflowId, ...each, live: true, by }, now), { now }));
    } else if (!isAsDrawn(known.value, each)) {
      const { next, lines } = changedSchedule(known.value, { ...each, live: true, by }, about);
      add(scheduleWrite(known, next, { now, lines }));
    }
  }
  const wanted = new Set(drawn.map(({ nodeId }) => nodeId));
  for (const entry of stored.values()) {
    if (wanted.has(entry.value.nodeId) || entry.value.goneAt !== undefined) continue;
    add(goneWrite(entry, about));
  }
  return parts;
}

/** It fires no more; for as long as its history is kept it can come back. */
export function goneWrite(
  entry: Entry<ScheduleRecord>,
  about: { now: number; by: string; newId(): string },
): Parts {
  const { next, lines } = changedSchedule(entry.value, { live: false, by: about.by }, about);
  const gone = { ...next, goneAt: about.now, backfill: null, running: [] };
  return scheduleWrite(entry, gone, { now: about.now, lines });
}

function isAsDrawn(record: ScheduleRecord, drawn: Drawn): boolean {
  const { label, definition, timezone } = drawn;
  return record.live && record.goneAt === undefined && record.label === label &&
    record.timezone === timezone && JSON.stringify(record.definition) === JSON.stringify(definition);
}

/** Everything of a workflow's schedules, for whoever purges it. */
export async function scheduleKeysOf(store: Store, workflowId: string): Promise<Key[]> {
  const records = await schedulesOf(store, workflowId);
  const dues = records.flatMap(({ value }) => value.dueAt === null ? [] : [dueOf(value.id, value.dueAt)]);
  const below = await Promise.all(
    (["fire", "occurrence", "schedule", "schedule_trouble"] as const).map((kind) =>
      store.keys({ selector: rangeOf(kind, workflowId) })
    ),
  );
  return [...dues, ...below.flat()];
}
