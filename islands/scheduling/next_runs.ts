import { formatLocal, isZone, parseMoment } from "../../engine/core/zone.ts";
import { durationMs } from "../../engine/schemas/duration_units.ts";
import type { DstMark } from "../../engine/schemas/schedule.ts";
import { partsOf } from "../workflow/typed.ts";
import type { TypedLength } from "./schedule_values.ts";

/** An occurrence that is ahead. */
export interface NextRun {
  /** ISO 8601, UTC. */
  at: string;
  /** As clocks in the schedule's zone show it. */
  local: string;
  dst?: DstMark | undefined;
}

/** What the mark beside an occurrence says. */
export const DST_WORDS: { readonly [mark in DstMark]: { text: string; title: string } } = {
  moved: { text: "moved", title: "Clocks go forward over this time: it fires right after the gap" },
  repeated: { text: "shown twice", title: "Clocks go back that day and show this time twice" },
  changed: { text: "clocks changed", title: "Between the one before and this one the clocks were changed" },
};

/** The next of an interval: after `start`, which is the coming one of a schedule that runs, or now. */
export function intervalRuns(
  every: TypedLength,
  { timezone, now, coming, count }: { timezone: string; now: number; coming: number | null; count: number },
): NextRun[] {
  const step = durationMs({ value: Number(every.value), unit: every.unit });
  if (!isZone(timezone) || !Number.isFinite(step) || step < 60_000) return [];
  // As the engine counts: from the full minute in which it is made.
  const first = coming ?? now - now % 60_000 + step;
  return Array.from({ length: count }, (_, i) => runAt(first + i * step, timezone));
}

/** Those of the typed dates that are ahead, in their order. */
export function dateRuns(
  typed: string,
  { timezone, now, count }: { timezone: string; now: number; count: number },
): NextRun[] {
  if (!isZone(timezone)) return [];
  return partsOf(typed).map((text) => parseMoment(text, timezone))
    .filter((at) => at !== null)
    .filter((at) => at > now)
    .sort((a, b) => a - b)
    .slice(0, count)
    .map((at) => runAt(at, timezone));
}

/** Typed dates that are none, by their line. */
export function badDates(typed: string): string[] {
  return partsOf(typed).filter((text) => parseMoment(text, "UTC") === null);
}

function runAt(at: number, timezone: string): NextRun {
  return { at: new Date(at).toISOString(), local: formatLocal(at, timezone) };
}
