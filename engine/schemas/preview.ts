import { z } from "zod";
import { Issue } from "./workflow.ts";

/** What publishing the draft would begin: everything that one wants to know before. */
export const PublishPreview = z.object({
  /** Of the draft that was looked at: what publishing names. */
  revision: z.number().int(),
  /** The number that it would get. */
  version: z.number().int(),
  /** What keeps it from being published. */
  issues: z.array(Issue),
  startedBy: z.array(z.object({
    nodeId: z.string(),
    label: z.string(),
    /** Its node type, and what it does in words: `POST /hooks/new-lead`. */
    kind: z.string(),
    words: z.string(),
    /** Where it listens, where that is an address. */
    url: z.string().optional(),
  })),
  /** Leads that its triggers, else its first decisions, mean now; null: they say nothing of leads alone. */
  matchingLeads: z.object({
    count: z.number().int(),
    /** There are more leads than could be looked at: at least `count` match. */
    more: z.boolean(),
    /** What was asked of them, in words. */
    words: z.string(),
  }).nullable(),
  /** The first mail as it would read; null: none would be sent, and `notes` say why. */
  firstMessage: z.object({
    nodeId: z.string(),
    label: z.string(),
    to: z.array(z.string()),
    subject: z.string(),
    text: z.string(),
    /** When it would go out. */
    at: z.string(),
    /** As clocks in the lead's zone show it. */
    local: z.string().nullable(),
    /** For whom: the newest lead, or a made-up one where there is none. */
    lead: z.object({ name: z.string(), email: z.string(), sample: z.boolean() }),
  }).nullable(),
  /** Executions that are under way; they stay with their version. */
  running: z.object({ total: z.number().int(), more: z.boolean() }),
  notes: z.array(z.string()),
}).meta({ id: "PublishPreview" });
export type PublishPreview = z.infer<typeof PublishPreview>;
