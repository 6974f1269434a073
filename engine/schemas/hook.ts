import { z } from "zod";
import { Duration, durationMs } from "./duration.ts";

const DAY_MS = 86_400_000;

/** How many calls a webhook takes in any period (SECURITY, rule 12); absent: as many as the house can hold. */
export const HookRate = z.strictObject({
  calls: z.number().int().min(1).max(100_000).meta({
    title: "Calls",
    description: "So many are taken in any period, 1 to 100,000.",
  }),
  per: Duration.refine(
    (per) => durationMs(per) >= 1_000 && durationMs(per) <= DAY_MS,
    "1 second to 1 day",
  ).default({ value: 1, unit: "minutes" }).meta({
    title: "Period",
    description: "1 second to 1 day; 1 minute unless set.",
    format: "duration",
  }),
});
export type HookRate = z.infer<typeof HookRate>;

/** Calls of a webhook that were refused alike. Nothing of their bodies and header values is in it. */
export const HookRefusal = z.object({
  /** What kind of refusal: the problem's slug, or more exactly who could not prove itself, and why. */
  code: z.string(),
  status: z.number().int(),
  /** The reason as the caller was told it. */
  text: z.string(),
  method: z.string(),
  /** `type/subtype` of the newest one; null: it named none. */
  contentType: z.string().nullable(),
  /** Bytes of the newest one's body, or what it announced; null: not known. */
  size: z.number().int().nullable(),
  /** The sender's network: the address without its last part. */
  from: z.string(),
  count: z.number().int(),
  firstAt: z.string(),
  lastAt: z.string(),
}).meta({ id: "HookRefusal" });
export type HookRefusal = z.infer<typeof HookRefusal>;

/** One address of a workflow: what came there, and what was refused. */
export const HookState = z.object({
  nodeId: z.string(),
  label: z.string(),
  path: z.string(),
  method: z.string(),
  /** False: only drawn; nothing listens there until it is published. */
  live: z.boolean(),
  rate: HookRate.nullable(),
  /** The newest call that started an execution which is still stored. */
  accepted: z.object({ at: z.string(), executionId: z.string() }).nullable(),
  refused: z.object({
    /** How often a call was refused, also for kinds whose row had to go; 0 once no row is told any more. */
    total: z.number().int(),
    /** The newest kinds, newest first. */
    items: z.array(HookRefusal),
  }),
  /** Calls that came while nothing was live there, as far as this process remembers; they are not stored. */
  unheard: z.object({ count: z.number().int(), lastAt: z.string() }).nullable(),
}).meta({ id: "HookState" });
export type HookState = z.infer<typeof HookState>;
