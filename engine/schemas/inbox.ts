import { z } from "zod";
import { Approval } from "./approval.ts";
import { CallFacts } from "./call.ts";
import { Lead } from "./lead.ts";

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
}).meta({ id: "InboxItem" });
export type InboxItem = z.infer<typeof InboxItem>;

export const CompleteInput = z.strictObject({
  outcome: z.string().min(1).max(100),
  note: z.string().max(5_000).optional(),
}).meta({ id: "CompleteInput" });
export type CompleteInput = z.infer<typeof CompleteInput>;
