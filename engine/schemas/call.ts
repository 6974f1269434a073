import { z } from "zod";
import { Hours } from "./window.ts";

export const CALL_PRIORITIES = ["low", "normal", "high"] as const;

/** What whoever makes a call needs beside the script. */
export const CallFacts = z.object({
  /** As it is known, to be read; empty: unknown. */
  phone: z.string(),
  /** Who should call; empty: anybody. */
  owner: z.string(),
  priority: z.enum(CALL_PRIORITIES),
  /** When the lead is reached best, on the clock of `zone`. */
  bestTime: z.object({ hours: Hours, zone: z.string() }).optional(),
}).meta({ id: "CallFacts" });
export type CallFacts = z.infer<typeof CallFacts>;
