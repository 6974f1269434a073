import { nextRun, type When } from "../../engine/core/schedule.ts";
import { localDate, localToUtc } from "../../engine/core/zone.ts";
import type { Schedule, ScheduleDefinition } from "../../engine/schemas/schedule.ts";
import { nameOf } from "../../islands/scheduling/fire_words.ts";
import type { Week, WeekDay, WeekLine } from "../../islands/scheduling/week.ts";

const DAYS = 7;
const TIMES_SHOWN = 3;
/** More in a day than once an hour is only said to be often. */
const MOST_COUNTED = 24;

/** The zone in which most of them fire. */
export function zoneOfMost(schedules: readonly Schedule[]): string {
  const counts = new Map<string, number>();
  for (const { timezone } of schedules) counts.set(timezone, (counts.get(timezone) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "Europe/Zurich";
}

/** What comes from now on in seven days, today first, by the days of that zone. `cutAt`: there are more schedules. */
export function weekOf(
  schedules: readonly Schedule[],
  { zone, now, cutAt }: { zone: string; now: number; cutAt: number | null },
): Week {
  const active = schedules.filter(({ state }) => state === "active");
  return { zone, cutAt, days: Array.from({ length: DAYS }, (_, i) => dayOf(active, zone, now, i)) };
}

function dayOf(schedules: readonly Schedule[], zone: string, now: number, ahead: number): WeekDay {
  const [start, end] = [startOfDay(zone, now, ahead), startOfDay(zone, now, ahead + 1)];
  const date = localDate(start, zone);
  const lines = schedules.flatMap((schedule) => lineOf(schedule, zone, Math.max(start - 1, now), end) ?? []);
  return {
    date: date.toISOString().slice(0, 10),
    title: new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    }).format(date),
    lines: lines.sort((a, b) => (a.times[0] ?? "").localeCompare(b.times[0] ?? "")),
  };
}

/** The first moment of the day that lies so many days ahead on the zone's clock. */
function startOfDay(zone: string, now: number, ahead: number): number {
  const today = localDate(now, zone);
  const day = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + ahead));
  return localToUtc(
    { y: day.getUTCFullYear(), m: day.getUTCMonth() + 1, d: day.getUTCDate(), h: 0, min: 0, s: 0 },
    zone,
  );
}

/** One schedule between two moments, the first exclusive; null: it does not fire then. */
function lineOf(schedule: Schedule, zone: string, after: number, end: number): WeekLine | null {
  const when = whenOf(schedule);
  const times: string[] = [];
  let count = 0;
  for (let at = nextRun(when, after); at !== null && at < end; at = nextRun(when, at)) {
    if (times.length < TIMES_SHOWN) times.push(localDate(at, zone).toISOString().slice(11, 16));
    if (++count > MOST_COUNTED) break;
  }
  if (count === 0) return null;
  const { id, workflowId, nodeId, timezone } = schedule;
  const inZone = `, ${timezone}`;
  const description = schedule.description.endsWith(inZone)
    ? schedule.description.slice(0, -inZone.length)
    : schedule.description;
  return {
    scheduleId: id,
    name: nameOf(schedule),
    workflowId,
    nodeId,
    times,
    count: count > MOST_COUNTED ? null : count,
    description,
  };
}

/** What decides when it fires. An interval counts from its coming run, which is one of its own. */
function whenOf(schedule: Schedule): When {
  const { enabled, input, config, timezone, nextRun: coming } = schedule;
  const shared = { enabled, input, config, timezone };
  const definition: ScheduleDefinition = schedule.kind === "cron"
    ? { ...shared, kind: "cron", cron: schedule.cron ?? "" }
    : schedule.kind === "dates"
    ? { ...shared, kind: "dates", at: schedule.at ?? [] }
    : { ...shared, kind: "interval", every: schedule.every ?? { value: 1, unit: "weeks" } };
  return { definition, timezone, anchor: coming === null ? 0 : Date.parse(coming) };
}
