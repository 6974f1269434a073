import { nextRun, type When } from "../../engine/core/schedule.ts";
import { localDate, localToUtc } from "../../engine/core/zone.ts";
import type { Schedule, ScheduleDefinition } from "../../engine/schemas/schedule.ts";
import { nameOf } from "../../islands/scheduling/fire_words.ts";
import type { Week, WeekDay, WeekLine } from "../../islands/scheduling/week.ts";

const DAYS = 7;
const TIMES_SHOWN = 3;
/** More in a day than once an hour is only said to be often. */
const MOST_COUNTED = 24;
/** So many schedules are looked at before others have their turn. */
const AT_ONCE = 20;

/** The zone in which most of them fire. */
export function zoneOfMost(schedules: readonly Schedule[]): string {
  const counts = new Map<string, number>();
  for (const { timezone } of schedules) counts.set(timezone, (counts.get(timezone) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "Europe/Zurich";
}

/** What comes from now on in seven days, today first, by the days of that zone. `cutAt`: there are more schedules. */
export async function weekOf(
  schedules: readonly Schedule[],
  { zone, now, cutAt }: { zone: string; now: number; cutAt: number | null },
): Promise<Week> {
  const starts = Array.from({ length: DAYS + 1 }, (_, i) => startOfDay(zone, now, i));
  const days = starts.slice(0, DAYS).map((start): WeekDay => dayAt(start, zone));
  let looked = 0;
  for (const schedule of schedules) {
    if (schedule.state !== "active") continue;
    for (const [day, line] of linesOf(schedule, { zone, now, starts })) days[day]?.lines.push(line);
    // A long list must not keep others waiting, the firing of schedules among them.
    if (++looked % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  for (const { lines } of days) lines.sort((a, b) => (a.times[0] ?? "").localeCompare(b.times[0] ?? ""));
  return { zone, cutAt, days };
}

function dayAt(start: number, zone: string): WeekDay {
  const date = localDate(start, zone);
  const title = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  }).format(date);
  return { date: date.toISOString().slice(0, 10), title, lines: [] };
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

interface Span {
  zone: string;
  now: number;
  /** Of each day, and of the one behind the last. */
  starts: readonly number[];
}

/** One schedule by the number of the day; days on which it does not fire are missing. */
function linesOf(schedule: Schedule, { zone, now, starts }: Span): Map<number, WeekLine> {
  const when = whenOf(schedule);
  const lines = new Map<number, WeekLine>();
  const end = starts[DAYS] ?? now;
  let at = nextRun(when, now);
  while (at !== null && at < end) {
    const day = dayOf(at, starts);
    const line = lines.get(day) ?? emptyLine(schedule);
    lines.set(day, line);
    if (line.times.length < TIMES_SHOWN) line.times.push(localDate(at, zone).toISOString().slice(11, 16));
    const count = (line.count ?? 0) + 1;
    line.count = count > MOST_COUNTED ? null : count;
    // Enough is known of this day: on with the next.
    at = nextRun(when, line.count === null ? (starts[day + 1] ?? end) - 1 : at);
  }
  return lines;
}

function dayOf(at: number, starts: readonly number[]): number {
  return starts.findLastIndex((start) => start <= at);
}

function emptyLine(schedule: Schedule): WeekLine {
  const { id, workflowId, nodeId, timezone } = schedule;
  const inZone = `, ${timezone}`;
  const description = schedule.description.endsWith(inZone)
    ? schedule.description.slice(0, -inZone.length)
    : schedule.description;
  return { scheduleId: id, name: nameOf(schedule), workflowId, nodeId, times: [], count: 0, description };
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
