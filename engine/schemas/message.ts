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

/**
 * Has nobody but this house got the mail, as without a mail server? Then reading it in the outbox counts as the lead's
 * opening, and a click in it as the lead's, so that a workflow can be tried to its end. Otherwise it counts nothing.
 */
export function countsInOutbox(
  { transport, status, test }: Pick<MessageSummary, "transport" | "status" | "test">,
): boolean {
  return transport === "outbox" && !test && (status === "sent" || status === "held");
}
