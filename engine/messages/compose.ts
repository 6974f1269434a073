import { Email } from "../schemas/lead.ts";
import type { Failure } from "../schemas/execution.ts";
import type { Message } from "../schemas/message.ts";
import type { MailAbout, MailRequest } from "../schemas/outbound.ts";
import type { Links } from "./links.ts";
import { textToHtml, tracked } from "./tracking_html.ts";

const MAX_RECIPIENTS = 50;

/** The record of a mail, exactly as it is or would be sent; `transport` and `status` are set by the mailer. */
export function composeMessage(
  request: MailRequest,
  options: { about: MailAbout; from: string; links: Links },
): Message {
  const { about, from, links } = options;
  const html = request.html?.trim() ? request.html : textToHtml(request.text);
  return {
    id: about.id,
    channel: "email",
    transport: "outbox",
    status: "held",
    test: about.test,
    workflowId: about.workflowId,
    executionId: about.executionId,
    nodeId: about.nodeId,
    leadId: request.internal ? null : about.leadId,
    from,
    to: [...request.to],
    cc: [...request.cc],
    bcc: [...request.bcc],
    replyTo: request.replyTo ?? null,
    subject: request.subject,
    text: request.text,
    html: request.internal ? html : tracked(html, about.id, links),
    messageId: messageIdOf(about.id, from),
    createdAt: new Date(about.at).toISOString(),
    openedAt: null,
    clickedAt: null,
    opens: 0,
    clicks: 0,
  };
}

/** The same for every attempt, so that a mail server that sees two can tell. */
function messageIdOf(id: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? "leadflow.invalid";
  return `<${id.replace(/[^A-Za-z0-9._-]/g, "-")}@${domain}>`;
}

/** What keeps a mail from being handed to anybody, or null. The last look before the wire. */
export function refusal(request: MailRequest): Failure | null {
  const fields = {
    to: request.to,
    cc: request.cc,
    bcc: request.bcc,
    replyTo: request.replyTo === undefined ? [] : [request.replyTo],
  };
  for (const [field, list] of Object.entries(fields)) {
    const wrong = list.find((address) => !Email.safeParse(address).success);
    if (wrong !== undefined) {
      return bad("bad_address", field, `${field} holds ${JSON.stringify(wrong.slice(0, 100))}`);
    }
  }
  const count = request.to.length + request.cc.length + request.bcc.length;
  if (request.to.length === 0) return bad("bad_address", "to", "to is empty");
  if (count > MAX_RECIPIENTS) {
    return bad("bad_address", "to", `${count} recipients, ${MAX_RECIPIENTS} are accepted`);
  }
  if (/[\r\n\0]/.test(request.subject)) return bad("bad_subject", "subject", "subject holds a line break");
  return null;
}

function bad(code: string, field: string, message: string): Failure {
  return { code, message: `Cannot send: ${message}`, retryable: false, details: { field } };
}
