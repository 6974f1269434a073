import type { Failure } from "../schemas/execution.ts";
import type { Message } from "../schemas/message.ts";
import type { MailAbout, MailRequest, MailResult } from "../schemas/outbound.ts";
import { composeMessage, refusal } from "./compose.ts";
import { createLinks } from "./links.ts";
import { openSmtp } from "./mailer_smtp.ts";
import type { Smtp } from "./mailer_smtp.ts";
import type { Tokens } from "./tokens.ts";

export interface MailerOptions {
  /** Absent: mail stays in the built-in outbox. */
  smtpUrl?: string;
  /** `Name <address>` or an address. */
  from: string;
  /** `LEADFLOW_SEND`: when false nothing leaves, whatever the transport. */
  send: boolean;
  /** Public base address for pixels and links; empty: none are put in. */
  publicUrl: () => string;
  tokens: Tokens;
}

export interface Mailer {
  readonly transport: "smtp" | "outbox";
  /**
   * Sends one mail, or lays it into the outbox; never throws for what a mail server does. `refused`: nothing was
   * handed over, with a failure `bad_address`, `smtp_<code>` or a connection's code. `uncertain`: the connection was
   * lost after the hand-over began; it must not be repeated by itself (engine/README.md, promise 3).
   */
  send(request: MailRequest, about: MailAbout): Promise<MailResult>;
  close(): void;
}

/** The house's one way to send mail. The SMTP connection is opened at the first mail. */
export function createMailer(options: MailerOptions): Mailer {
  const { from, send, smtpUrl } = options;
  const links = createLinks(options);
  const transport = smtpUrl !== undefined && send ? "smtp" : "outbox";
  let smtp: Promise<Smtp> | undefined;

  async function deliver(message: Message, smtpUrl: string): Promise<MailResult> {
    const sent = await (await (smtp ??= openSmtp(smtpUrl))).send(message);
    return {
      status: sent.status,
      message: { ...message, transport: "smtp", status: sent.status },
      ...(sent.failure ? { failure: sent.failure } : {}),
    };
  }

  return {
    transport,
    async send(request: MailRequest, about: MailAbout): Promise<MailResult> {
      const message = composeMessage(request, { about, from, links });
      const failure = refusal(request);
      if (failure) return refused(message, failure);
      if (smtpUrl !== undefined && send && !about.test) return await deliver(message, smtpUrl);
      // A test, or a house that must not send, says so; without a mail server the outbox is where mail goes.
      return { status: "sent", message: { ...message, status: send && !about.test ? "sent" : "held" } };
    },
    close(): void {
      smtp?.then((open) => open.close(), () => {});
    },
  };
}

function refused(message: Message, failure: Failure): MailResult {
  return { status: "refused", message: { ...message, status: "refused" }, failure };
}
