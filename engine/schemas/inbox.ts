import { z } from "zod";
import { Approval } from "./approval.ts";
import { CallFacts } from "./call.ts";
import { Lead } from "./lead.ts";

/** Who looks after a card. */
export const CardOwner = z.object({ userId: z.string(), name: z.string() }).meta({ id: "CardOwner" });
export type CardOwner = z.infer<typeof CardOwner>;

/** Something that needs a person. */
export const InboxItem = z.object({
  /** `<executionId>.<nodeId>.<visit>` */
  id: z.string(),
  kind: z.enum(["task", "uncertain", "failed"]),
  title: z.string(),
  /** What to say or do; plain text. */
  description: z.string(),
  /** What can be answered; each is a port of the step, or sent / again / skip for an uncertain send. */
  outcomes: z.array(z.object({ id: z.string(), label: z.string() })),
  executionId: z.string(),
  workflowId: z.string(),
  workflowName: z.string(),
  nodeId: z.string(),
  lead: Lead.nullable(),
  createdAt: z.string(),
  dueAt: z.string().nullable(),
  /** It is answered by several people: each outcome is one vote. */
  approval: Approval.optional(),
  /** It is a call: the number, who should make it, and when. */
  call: CallFacts.optional(),
  /** Absent: nobody has taken it. */
  owner: CardOwner.optional(),
  /** Of a failure: the card of all that failed for the same cause. */
  cause: z.string().optional(),
}).meta({ id: "InboxItem" });
export type InboxItem = z.infer<typeof InboxItem>;

/** Failures are counted up to here; `more` says that there are others. */
export const MOST_COUNTED = 1_000;

/** All that failed for one cause: the same answer of one host, or the same code at one node. */
export const CauseCard = z.object({
  /** `cause:…` */
  id: z.string(),
  kind: z.literal("cause"),
  /** "401 from api.example.com", or "Greeting failed" where no host was asked. */
  title: z.string(),
  /** What the newest failure says. */
  description: z.string(),
  /** Type of the node that failed. */
  type: z.string(),
  code: z.string(),
  status: z.number().int().nullable(),
  host: z.string().nullable(),
  /** How many steps, at most 1,000. */
  count: z.number().int(),
  more: z.boolean(),
  /** Where they failed, most first; ten at most. */
  where: z.array(z.object({
    workflowId: z.string(),
    workflowName: z.string(),
    nodeId: z.string(),
    label: z.string(),
    count: z.number().int(),
  })),
  /** Secrets that these nodes name. */
  secrets: z.array(z.string()),
  /** The newest that failed: it stands for all. */
  newest: z.object({ executionId: z.string(), nodeId: z.string() }),
  /** When the first of them failed, and the last. */
  createdAt: z.string(),
  lastAt: z.string(),
  owner: CardOwner.optional(),
  /** It was ignored, and has come back. */
  returned: z.object({ by: z.string(), at: z.string() }).optional(),
}).meta({ id: "CauseCard" });
export type CauseCard = z.infer<typeof CauseCard>;

/** The inbox as cards: failures by cause, then all else that needs a person. */
export const InboxCards = z.object({
  /** On the first page. */
  causes: z.array(CauseCard),
  items: z.array(InboxItem),
  nextCursor: z.string().nullable(),
}).meta({ id: "InboxCards" });
export type InboxCards = z.infer<typeof InboxCards>;

/** Body of `PUT /api/inbox/:id/owner`: `me`, a person's id, or null for nobody. */
export const OwnerInput = z.strictObject({ userId: z.string().min(1).max(64).nullable() }).meta({
  id: "OwnerInput",
});
export type OwnerInput = z.infer<typeof OwnerInput>;

export const CompleteInput = z.strictObject({
  outcome: z.string().min(1).max(100),
  note: z.string().max(5_000).optional(),
}).meta({ id: "CompleteInput" });
export type CompleteInput = z.infer<typeof CompleteInput>;
