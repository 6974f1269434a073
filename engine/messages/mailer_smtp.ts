import type { Readable } from "node:stream";
import type { Failure } from "../schemas/execution.ts";
import type { Message } from "../schemas/message.ts";

/** A mail that is under way this long is given up: its fate is then decided by whether the hand-over had begun. */
const SEND_TIMEOUT_MS = 120_000;
const QUIET_TIMEOUT_MS = 30_000;

export interface Sent {
  status: "sent" | "refused" | "uncertain";
  /** With `sent`: some recipients were refused. */
  failure?: Failure;
}

export interface Smtp {
  send(message: Message): Promise<Sent>;
  close(): void;
}

/** One pooled connection to the mail server of `url` (`smtp://user:password@host:587`, `smtps://…`). */
export async function openSmtp(url: string): Promise<Smtp> {
  const host = URL.parse(url)?.hostname ?? "";
  // Loaded at the first mail: a cold start that only answers a webhook does not pay for it.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    url,
    pool: true,
    // A message goes to a second connection only when an idle one turned out dead before a byte of it was read.
    maxRequeues: 1,
    connectionTimeout: QUIET_TIMEOUT_MS,
    greetingTimeout: QUIET_TIMEOUT_MS,
    socketTimeout: QUIET_TIMEOUT_MS,
    dnsTimeout: QUIET_TIMEOUT_MS,
    idleTimeout: 60_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const streams = new Map<string, Readable[]>();
  // The body is read only once the server has answered DATA with 354: whether it was tells lost from uncertain.
  transport.use("stream", (mail, done) => {
    const node = mail.message;
    const create = node.createReadStream.bind(node);
    node.createReadStream = (options): Readable => {
      const stream = create(options);
      streams.get(String(mail.data.messageId))?.push(stream);
      return stream;
    };
    done();
  });
  // Errors of idle connections are no mail's failure; each mail gets its own.
  transport.on("error", () => {});

  async function send(message: Message): Promise<Sent> {
    const begun: Readable[] = [];
    streams.set(message.messageId, begun);
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(timedOut()), SEND_TIMEOUT_MS);
    try {
      const info = await transport.sendMail({ ...mailOf(message), signal: aborter.signal });
      return info.rejected.length === 0
        ? { status: "sent" }
        : { status: "sent", failure: partly(info.rejected.map(String), host) };
    } catch (error) {
      return classify(error, { host, begun: begun.some((stream) => stream.readableDidRead) });
    } finally {
      clearTimeout(timer);
      streams.delete(message.messageId);
    }
  }
  return { send, close: (): void => transport.close() };
}

function timedOut(): Error {
  return Object.assign(new Error("The mail server took too long"), { code: "ETIMEDOUT" });
}

function mailOf(message: Message): MailFields {
  return {
    from: message.from,
    to: message.to.map(asAddress),
    cc: message.cc.map(asAddress),
    bcc: message.bcc.map(asAddress),
    ...(message.replyTo === null ? {} : { replyTo: asAddress(message.replyTo) }),
    subject: message.subject,
    text: message.text,
    html: message.html,
    messageId: message.messageId,
    date: new Date(message.createdAt),
    // RFC 3834: keeps holiday notices from answering a machine.
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

interface Address {
  name: string;
  address: string;
}
interface MailFields {
  from: string;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  replyTo?: Address;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  date: Date;
  headers: { [name: string]: string };
}

/** As an object an address is taken as it is and never parsed for names and lists. */
function asAddress(address: string): Address {
  return { name: "", address };
}

function partly(rejected: readonly string[], host: string): Failure {
  return {
    code: "smtp_partly_refused",
    message: `${host} refused ${rejected.length === 1 ? "one recipient" : `${rejected.length} recipients`}: ${
      rejected.join(", ")
    }`.slice(0, 1_000),
    host,
    retryable: false,
    details: { rejected: [...rejected] },
  };
}

/** What became of a mail whose sending threw. `begun`: its body had begun to leave. */
function classify(error: unknown, about: { host: string; begun: boolean }): Sent {
  const { host, begun } = about;
  const seen = readError(error);
  // An answer is an answer, also to the whole message: the server said that it did not take it.
  if (seen.responseCode !== undefined) {
    const failure: Failure = {
      code: `smtp_${seen.responseCode}`,
      message: `${seen.message} (${host})`.slice(0, 1_000),
      status: seen.responseCode,
      host,
      retryable: seen.responseCode < 500,
    };
    return { status: "refused", failure };
  }
  const failure: Failure = { code: seen.code, message: `${seen.message} (${host})`.slice(0, 1_000), host };
  if (begun) return { status: "uncertain", failure: { ...failure, retryable: false } };
  return { status: "refused", failure: { ...failure, retryable: !LASTING.has(seen.code) } };
}

/** Trying again cannot mend these. */
const LASTING = new Set(["EAUTH", "ENOAUTH", "EENVELOPE", "EMESSAGE", "EREQUIRETLS", "ECONFIG"]);

/** Codes of the mail library in the words of the system, as the retry policy knows them. */
const CODES = new Map([["EDNS", "ENOTFOUND"], ["ECONNECTION", "ECONNRESET"], ["ESOCKET", "ECONNRESET"], [
  "ABORT_ERR",
  "ETIMEDOUT",
]]);

function readError(error: unknown): { message: string; code: string; responseCode?: number } {
  if (!(error instanceof Error)) return { message: String(error), code: "smtp_failed" };
  const { code, originalCode, responseCode } = error as Error & {
    code?: unknown;
    originalCode?: unknown;
    responseCode?: unknown;
  };
  const own = typeof originalCode === "string" && /^E[A-Z_]+$/.test(originalCode) ? originalCode : code;
  const named = typeof own === "string" ? CODES.get(own) ?? own : "smtp_failed";
  const answered = typeof responseCode === "number" && responseCode >= 400;
  return { message: error.message, code: named, ...(answered ? { responseCode } : {}) };
}
