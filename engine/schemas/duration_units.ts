// Apart from the schemas, so that the browser can have it without them.

export const DURATION_UNITS = ["seconds", "minutes", "hours", "days", "weeks"] as const;
export type Duration = { value: number; unit: (typeof DURATION_UNITS)[number] };

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** 24 hours, also when clocks change. */
export const DAY_MS = 24 * HOUR_MS;
const UNIT_MS = { seconds: 1_000, minutes: MINUTE_MS, hours: HOUR_MS, days: DAY_MS, weeks: 7 * DAY_MS };
export const MAX_DURATION_MS = 730 * DAY_MS;

/** The duration in milliseconds; a day is 24 hours. */
export function durationMs(duration: Duration): number {
  return Math.round(duration.value * UNIT_MS[duration.unit]);
}
