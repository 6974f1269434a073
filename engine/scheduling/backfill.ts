import { holidayAt, nextOccurrence } from "../core/schedule.ts";
import { parseMoment } from "../core/zone.ts";
import type { Actor } from "../contract.ts";
import { conflict, invalid } from "../errors.ts";
import { MAX_BACKFILL } from "../schemas/schedule.ts";
import type { BackfillCount, BackfillInput } from "../schemas/schedule.ts";
import { keys } from "../store/keys.ts";
import { scheduleWrite } from "../store/schedules.ts";
import type { BackfillState, FireRecord, OccurrenceRecord, ScheduleRecord } from "../store/schedules.ts";
import type { Store } from "../store/store.ts";
import type { SchedulingDeps } from "./deps.ts";
import { MAX_TRIES, readSchedule } from "./deps.ts";
import type { Look } from "./fire.ts";
import { comesBack, failureOf, startFire } from "./start.ts";

/** Ten a second. */
const PACE_MS = 100;
/** While a former run has not ended. */
const WAIT_MS = 15_000;

interface Range {
  from: number;
  to: number;
}

/** Which occurrences of a past range have not run. Throws 404, 422. */
export async function countBackfill(
  { store, worker }: SchedulingDeps,
  id: string,
  input: BackfillInput,
): Promise<BackfillCount> {
  const { value: record } = await readSchedule(store, id);
  return await countOf(store, record, rangeOf(record, input, worker.clock.now()));
}

async function countOf(store: Store, record: ScheduleRecord, { from, to }: Range): Promise<BackfillCount> {
  const found: number[] = [];
  let leftOut = 0;
  const begun = new Set(
    (await store.keys({
      selector: { start: keys.occurrence(record.id, from), end: keys.occurrence(record.id, to + 1) },
    }))
      .map((key) => Number(key[2])),
  );
  for (let at = nextOccurrence(record, from - 1); at !== null && at <= to; at = nextOccurrence(record, at)) {
    if (begun.has(at) || holidayAt(record, at) !== null) leftOut++;
    else found.push(at);
    if (found.length + leftOut > MAX_BACKFILL) {
      const message = `More than ${MAX_BACKFILL.toLocaleString("en")} occurrences are in the range`;
      throw invalid(message, [{ path: "to", message, accepted: "a shorter range" }]);
    }
  }
  const iso = (at: number | undefined): string | null => at === undefined ? null : new Date(at).toISOString();
  return { count: found.length, first: iso(found[0]), last: iso(found.at(-1)), leftOut };
}

function rangeOf(record: ScheduleRecord, input: BackfillInput, now: number): Range {
  const [from, to] = (["from", "to"] as const).map((path) => {
    const at = parseMoment(input[path], record.timezone);
    const accepted = "a date of the past such as 2026-11-01 or 2026-11-01T09:00";
    if (at === null) {
      const message = `Cannot read "${input[path]}" as a date`;
      throw invalid(message, [{ path, message, accepted }]);
    }
    if (at <= now) return at;
    const message = `"${input[path]}" has not come yet`;
    throw invalid(message, [{ path, message, accepted }]);
  });
  if (to! >= from!) return { from: from!, to: to! };
  const message = `"${input.to}" is before "${input.from}"`;
  throw invalid(message, [{ path: "to", message, accepted: "a date after from" }]);
}

/** Starts it. 409 when the count is another by now, nothing is found, one is under way, or the schedule is not live. */
export async function startBackfill(
  { store, worker }: SchedulingDeps,
  id: string,
  input: BackfillInput,
  actor: Actor,
): Promise<void> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const entry = await readSchedule(store, id);
    const { value: record } = entry;
    const now = worker.clock.now();
    const range = rangeOf(record, input, now);
    if (!record.live) throw conflict("not-live", "The schedule is not live: publish its workflow first");
    if (typeof record.backfill?.lookAt === "number") {
      throw conflict("under-way", "A back-fill is under way already");
    }
    const { count } = await countOf(store, record, range);
    if (count !== input.count) {
      throw conflict("count-changed", `The range has ${count} by now, not ${input.count}`);
    }
    const backfill: BackfillState = {
      ...range,
      cursor: range.from - 1,
      count,
      done: 0,
      failed: 0,
      by: actor.name,
      lookAt: now,
    };
    const result = await store.commit({
      name: "schedule",
      ...scheduleWrite(entry, { ...record, backfill }, { now }),
    });
    if (result.ok) return;
  }
  throw conflict("busy", "The schedule is being changed by many at once; try again");
}

/** What has been started goes on. */
export async function stopBackfill({ store, worker }: SchedulingDeps, id: string): Promise<void> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const entry = await readSchedule(store, id);
    const { backfill } = entry.value;
    if (typeof backfill?.lookAt !== "number") return;
    const next = { ...entry.value, backfill: { ...backfill, lookAt: null } };
    const about = { now: worker.clock.now() };
    if ((await store.commit({ name: "schedule", ...scheduleWrite(entry, next, about) })).ok) return;
  }
  throw conflict("busy", "The schedule is being changed by many at once; try again");
}

/** The next one of a back-fill; where a former run stands in the way it waits. False: nothing more to do now. */
export async function backfillOne(deps: SchedulingDeps, look: Look, room: boolean): Promise<boolean> {
  const { store, worker } = deps;
  const { record, entry, now } = look;
  const backfill = record.backfill!;
  const commit = async (changed: Partial<BackfillState>, lines: FireRecord[] = []): Promise<boolean> => {
    const next = { ...record, backfill: { ...backfill, ...changed } };
    const write = scheduleWrite(entry, next, { now, lines: [...look.lines, ...lines] });
    await store.commit({ name: "schedule", ...write });
    return false;
  };
  if (!room) return await commit({ lookAt: now + WAIT_MS });
  const at = await nextUnbegun(store, record, backfill);
  if (at === null) return await commit({ lookAt: null });
  const after = { cursor: at, lookAt: now + PACE_MS };
  const next = { ...record, backfill: { ...backfill, ...after, done: backfill.done + 1 } };
  try {
    await startFire(deps, entry, { at, outcome: "backfilled", next, lines: look.lines });
    return false;
  } catch (error) {
    if (comesBack(error)) throw error;
    const reason = failureOf(error);
    const line = {
      v: 1,
      id: worker.newId(),
      at,
      count: 1,
      outcome: "failed",
      reason,
      decidedAt: now,
    } as const;
    return await commit({ ...after, failed: backfill.failed + 1 }, [line]);
  }
}

async function nextUnbegun(
  store: Store,
  record: ScheduleRecord,
  { cursor, to }: BackfillState,
): Promise<number | null> {
  for (let at = nextOccurrence(record, cursor); at !== null && at <= to; at = nextOccurrence(record, at)) {
    if (holidayAt(record, at) !== null) continue;
    if (!await store.get<OccurrenceRecord>(keys.occurrence(record.id, at))) return at;
  }
  return null;
}
