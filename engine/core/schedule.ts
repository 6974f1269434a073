import type { ScheduleDefinition } from "../schemas/schedule.ts";
import { DAY_MS, durationMs, MINUTE_MS } from "../schemas/duration_units.ts";
import { cronNext } from "./schedule_cron.ts";
import { localDate, offsetAt, parseMoment } from "./zone.ts";

/** A definition whose zone is known, and where an interval counts from. */
export interface When {
  definition: ScheduleDefinition;
  timezone: string;
  /** Epoch ms. */
  anchor: number;
}

const MOST_JITTER_MS = 3_600_000;
/** Holidays in a row that are passed over before it counts as never. */
const MOST_HELD_DAYS = 4_000;

/** From when on an interval counts that was made now: its first occurrence is one interval later. */
export function anchorOf(definition: ScheduleDefinition, timezone: string, now: number): number {
  const { from } = definition.config;
  const start = from === undefined ? null : parseMoment(from, timezone);
  return start ?? now - now % MINUTE_MS;
}

/** The first occurrence strictly after `after`, holidays among them; null: none is left. Epoch ms. */
export function nextOccurrence(when: When, after: number): number | null {
  const { definition, timezone } = when;
  const { from, until } = definition.config;
  const first = from === undefined ? null : parseMoment(from, timezone);
  const last = until === undefined ? null : parseMoment(until, timezone);
  const start = first !== null && after < first ? first - 1 : after;
  const next = rawNext(when, start);
  return next === null || last !== null && next > last ? null : next;
}

function rawNext({ definition, timezone, anchor }: When, after: number): number | null {
  switch (definition.kind) {
    case "cron":
      // It counts in seconds: what is within one must not be skipped.
      return cronNext(definition.cron, timezone, Math.floor(after / 1_000) * 1_000);
    case "interval": {
      const every = durationMs(definition.every);
      return anchor + (Math.floor((after - anchor) / every) + 1) * every;
    }
    case "dates": {
      const moments = definition.at.map((text) => parseMoment(text, timezone));
      const ahead = moments.filter((at) => at !== null).filter((at) => at > after);
      return ahead.length > 0 ? Math.min(...ahead) : null;
    }
    default:
      return definition satisfies never;
  }
}

/** The holiday that an occurrence falls on, as it was written; null: none. */
export function holidayAt({ definition, timezone }: When, at: number): string | null {
  const { holidays = [] } = definition.config;
  if (holidays.length === 0) return null;
  const date = localDate(at, timezone).toISOString().slice(0, 10);
  return holidays.find((day) => day === date || day === date.slice(5)) ?? null;
}

/** The first occurrence after `after` that is on no holiday; null: none is left. */
export function nextRun(when: When, after: number): number | null {
  let at = nextOccurrence(when, after);
  for (let days = 0; at !== null && holidayAt(when, at) !== null; days++) {
    if (days > MOST_HELD_DAYS) return null;
    // To the end of that day on the zone's clock, with room for a change of it: looked at from there.
    const local = localDate(at, when.timezone);
    const left = DAY_MS - local.getTime() % DAY_MS;
    at = nextOccurrence(when, Math.max(at, at + left - 3 * 3_600_000 - 1));
  }
  return at;
}

/** When an occurrence fires: at its time, or later by a length that follows from schedule and occurrence. */
export function fireAt(id: string, when: When, at: number): number {
  const { jitter } = when.definition.config;
  if (jitter === undefined) return at;
  const most = Math.min(MOST_JITTER_MS, durationMs(jitter));
  const next = nextOccurrence(when, at);
  // Before the next one, so that they stay in order.
  const room = next === null ? most : Math.min(most, next - at - 1_000);
  return at + Math.floor(Math.max(0, room) * share(`${id} ${at}`));
}

/** 0 ≤ x < 1, the same for the same text: FNV-1a, mixed once more. */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return ((hash ^ hash >>> 16) >>> 0) / 2 ** 32;
}

/** What clocks do at an occurrence: `moved` out of a gap, shown twice (`repeated`), or `changed` since the one before. */
export function dstAt(
  when: When,
  at: number,
  before: number | null,
): "moved" | "repeated" | "changed" | null {
  const { timezone } = when;
  const here = offsetAt(timezone, at);
  const [earlier, later] = [offsetAt(timezone, at - DAY_MS / 4), offsetAt(timezone, at + DAY_MS / 4)];
  if (later < here && offsetAt(timezone, at + (here - later)) === later) return "repeated";
  if (earlier > here && offsetAt(timezone, at - (earlier - here)) === earlier) return "repeated";
  const justBefore = offsetAt(timezone, at - 1);
  if (justBefore < here && when.definition.kind === "cron" && isMoved(when, at, justBefore)) return "moved";
  if (before !== null && offsetAt(timezone, before) !== here) return "changed";
  return null;
}

/** At the end of a gap: asked for by itself, it would be there on other days too. */
function isMoved({ definition, timezone }: When, at: number, offsetBefore: number): boolean {
  if (definition.kind !== "cron") return false;
  const shown = at + offsetAt(timezone, at);
  const asIfUtc = cronNext(definition.cron, "UTC", shown - MINUTE_MS);
  return offsetBefore !== shown - at && asIfUtc !== shown;
}
