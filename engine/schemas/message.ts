import { z } from "zod";

const MESSAGE_STATUSES = ["sent", "held", "refused", "uncertain"] as const;

/** A message as it was, or would have been, sent. */
export const Message = z.object({
  id: z.string(),
  channel: z.literal("email"),
  /** `outbox`: it stayed in the house. `smtp`: it was handed to the mail server. */
  transport: z.enum(["outbox", "smtp"]),
  status: z.enum(MESSAGE_STATUSES),
  test: z.boolean(),
  workflowId: z.string(),
  executionId: z.string(),
  nodeId: z.string(),
  leadId: z.string().nullable(),
  from: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()),
  bcc: z.array(z.string()),
  replyTo: z.string().nullable(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  messageId: z.string(),
  createdAt: z.string(),
  openedAt: z.string().nullable(),
  clickedAt: z.string().nullable(),
  opens: z.number().int(),
  clicks: z.number().int(),
}).meta({ id: "Message" });
export type Message = z.infer<typeof Message>;

export const MessageSummary = Message.omit({ text: true, html: true }).meta({ id: "MessageSummary" });
export type MessageSummary = z.infer<typeof MessageSummary>;
