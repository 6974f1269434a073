import { z } from "zod";

/** What a person can answer: one button and one port each. */
export const Outcomes = z.array(
  z.string().trim().min(1, "1 to 100 characters").max(100, "1 to 100 characters"),
).min(1, "1 to 10 outcomes").max(10, "1 to 10 outcomes")
  .refine((list) => new Set(list).size === list.length, "outcomes that differ from each other");
