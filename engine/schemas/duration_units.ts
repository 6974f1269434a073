// Apart from the schemas, so that the browser can have it without them.

export const DURATION_UNITS = ["seconds", "minutes", "hours", "days", "weeks"] as const;
export type Duration = { value: number; unit: (typeof DURATION_UNITS)[number] };

const UNIT_MS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 604_800_000 };
export const MAX_DURATION_MS = 730 * 86_400_000;

/** The duration in milliseconds; a day is 24 hours. */
export function durationMs(duration: Duration): number {
  return Math.round(duration.value * UNIT_MS[duration.unit]);
}
