import type { Failure } from "./execution.ts";
import type { Message } from "./message.ts";

/** One outbound HTTP request through the egress. */
export interface HttpRequest {
  method: string;
  url: string;
  headers: { name: string; value: string }[];
  /** Undefined: no body. */
  body?: string | Uint8Array;
  timeoutMs: number;
}

export interface HttpResponse {
  status: number;
  headers: { name: string; value: string }[];
  body: Uint8Array;
  /** After redirects. */
  url: string;
}

/** A mail as a node asks for it: addresses checked, everything rendered. */
export interface MailRequest {
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo?: string;
  subject: string;
  text: string;
  html?: string;
  /** Goes to a colleague and not to the lead: no pixel, no counted links, not among the lead's messages. */
  internal?: boolean;
  /** Which of several mails of one step: part of the id that it keeps over attempts. */
  part?: string;
}

/** What a mail is about: where it comes from, and the id that it keeps over attempts. */
export interface MailAbout {
  id: string;
  executionId: string;
  workflowId: string;
  nodeId: string;
  leadId: string | null;
  test: boolean;
  /** Epoch ms. */
  at: number;
}

/** `refused` came before anything was handed over; `uncertain` afterwards. */
export interface MailResult {
  status: "sent" | "refused" | "uncertain";
  message: Message;
  failure?: Failure;
}
