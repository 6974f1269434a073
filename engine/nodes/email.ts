import { z } from "zod";
import { Email } from "../schemas/lead.ts";
import { StepError } from "../errors.ts";
import { defineNode } from "./define.ts";
import type { MailRequest, Outcome, StepContext } from "./define.ts";

const MAX_RECIPIENTS = 50;

const addresses = (title: string, description: string): z.ZodString =>
  z.string().max(10_000).meta({ title, description });

const config = z.strictObject({
  to: addresses("To", "One or more addresses, separated by commas; may hold {{ }}."),
  cc: addresses("Copy to", "Everybody sees these addresses.").optional(),
  bcc: addresses("Blind copy to", "Nobody sees these addresses.").optional(),
  replyTo: addresses("Reply to", "Where answers go; empty: to the sender.").optional(),
  subject: z.string().max(10_000).meta({ title: "Subject", description: "One line; may hold {{ }}." }),
  text: z.string().max(200_000).meta({
    title: "Text",
    description: "What the mail says; links become clickable and are counted.",
    format: "multiline",
  }),
  html: z.string().max(200_000).optional().meta({
    title: "HTML",
    description: "Empty: made from the text. Values from {{ }} are escaped.",
    format: "code",
  }),
});
type Config = z.infer<typeof config>;

function bad(code: string, field: string, message: string): never {
  throw new StepError({ code, message, retryable: false, details: { field } });
}

/** The addresses in a rendered field. Checked here, after rendering, because a lead's data may hold anything. */
function readAddresses(text: string | undefined, field: string): string[] {
  const list: string[] = [];
  for (const part of (text ?? "").split(",")) {
    // Only blanks are cut off: a line break in an address is an attack, not a typing slip.
    const address = part.replace(/^[ \t]+|[ \t]+$/g, "");
    if (address === "") continue;
    if (!Email.safeParse(address).success) {
      bad(
        "bad_address",
        field,
        `Cannot send: ${field} holds ${
          JSON.stringify(address.slice(0, 100))
        }, an address such as ann@example.com is accepted`,
      );
    }
    list.push(address);
  }
  return list;
}

function request(config: Config): MailRequest {
  const to = readAddresses(config.to, "to");
  const cc = readAddresses(config.cc, "cc");
  const bcc = readAddresses(config.bcc, "bcc");
  const replyTo = readAddresses(config.replyTo, "replyTo");
  if (to.length === 0) {
    bad("bad_address", "to", "Cannot send: to is empty, an address such as ann@example.com is accepted");
  }
  if (replyTo.length > 1) {
    bad("bad_address", "replyTo", "Cannot send: replyTo holds several addresses, one is accepted");
  }
  const count = to.length + cc.length + bcc.length;
  if (count > MAX_RECIPIENTS) {
    const field = to.length > MAX_RECIPIENTS
      ? "to"
      : cc.length > MAX_RECIPIENTS
      ? "cc"
      : bcc.length > MAX_RECIPIENTS
      ? "bcc"
      : "to";
    bad(
      "bad_address",
      field,
      `Cannot send: ${field} and its copies make ${count} recipients, ${MAX_RECIPIENTS} are accepted`,
    );
  }
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(config.subject)) {
    bad("bad_subject", "subject", "Cannot send: subject holds a line break or control character");
  }
  return {
    to,
    cc,
    bcc,
    ...(replyTo[0] === undefined ? {} : { replyTo: replyTo[0] }),
    subject: config.subject,
    text: config.text,
    ...(config.html?.trim() ? { html: config.html } : {}),
  };
}

async function run(config: Config, context: StepContext): Promise<Outcome> {
  const mail = request(config);
  const { status, message, failure } = await context.mail(mail);
  if (status === "sent") {
    const output = {
      messageId: message.id,
      to: mail.to,
      subject: mail.subject,
      transport: message.transport,
    };
    return { kind: "done", output, message };
  }
  const known = failure ?? { code: "mail_failed", message: `The mail was ${status} without a reason` };
  return { kind: "fail", failure: known, message, ...(status === "uncertain" ? { uncertain: true } : {}) };
}

/**
 * Sends a mail, or lays it into the outbox. Fails with `bad_address` naming the field, `smtp_<code>`, or a connection's
 * code; a mail whose fate is unknown is `uncertain` and never repeated by itself.
 */
export default defineNode({
  type: "email",
  version: 1,
  kind: "effect",
  ledger: true,
  reaches: true,
  title: "Send mail",
  description: "Sends an e-mail and notices when it is opened and clicked.",
  help: [
    "Sends a mail to the lead, or to anybody. Values in {{ }} come from the lead, the trigger and earlier steps; openings and clicks are noticed.",
    "Example: to {{ lead.email }}, subject “A question, {{ lead.firstName }}”.",
    "While the workflow's send window is closed it is held, and says until when. A mail that may have been sent when the machine died is never sent twice: it waits in the inbox for your decision.",
  ].join("\n\n"),
  category: "messages",
  keywords: ["mail", "message", "outreach", "newsletter", "follow-up"],
  icon: "mail",
  config,
  example: {
    to: "{{ lead.email }}",
    subject: "Hello {{ lead.firstName }}",
    text: 'Hello {{ lead.firstName | default: "there" }},\n\n',
  },
  ports: [{ id: "out", label: "Sent" }, { id: "error", label: "Failed" }],
  summary: "“{{ subject | truncate: 40 }}” to {{ to | truncate: 40 }}",
  templates: {
    to: "header",
    cc: "header",
    bcc: "header",
    replyTo: "header",
    subject: "header",
    text: "text",
    html: "html",
  },
  check({ to, subject, text, html }): { path: string; message: string; accepted?: string }[] {
    const problems = [];
    if (to.trim() === "") {
      problems.push({
        path: "to",
        message: "The mail needs somebody to go to",
        accepted: "addresses, or {{ lead.email }}",
      });
    }
    if (subject.trim() === "") problems.push({ path: "subject", message: "The mail needs a subject" });
    if (text.trim() === "" && !html?.trim()) {
      problems.push({ path: "text", message: "The mail says nothing" });
    }
    return problems;
  },
  run,
});
