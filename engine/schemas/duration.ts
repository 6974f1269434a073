import { z } from "zod";
import { DURATION_UNITS, durationMs, MAX_DURATION_MS } from "./duration_units.ts";

export * from "./duration_units.ts";

/** A length of time as people say it. At most two years. */
export const Duration = z.strictObject({
  value: z.number().min(0).max(63_072_000).meta({ title: "Number", description: "How many of the unit." }),
  unit: z.enum(DURATION_UNITS).meta({ title: "Unit", description: "A day is 24 hours." }),
}).refine((d) => durationMs(d) <= MAX_DURATION_MS, "at most 2 years (730 days)").meta({ format: "duration" });
