import { z } from "zod";

export const DURATION_UNITS = ["seconds", "minutes", "hours", "days", "weeks"] as const;

/** A length of time as people say it. At most two years. */
export const Duration = z.strictObject({
  value: z.number().min(0).max(63_072_000).meta({ title: "Number", description: "How many of the unit." }),
  unit: z.enum(DURATION_UNITS).meta({ title: "Unit", description: "A day is 24 hours." }),
}).refine((d) => durationMs(d) <= MAX_DURATION_MS, "at most 2 years (730 days)").meta({ format: "duration" });
export type Duration = { value: number; unit: (typeof DURATION_UNITS)[number] };

const UNIT_MS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 604_800_000 };
export const MAX_DURATION_MS = 730 * 86_400_000;

/** The duration in milliseconds; a day is 24 hours. */
export function durationMs(duration: Duration): number {
  return Math.round(duration.value * UNIT_MS[duration.unit]);
}
