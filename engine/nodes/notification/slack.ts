import { StepError } from "../../errors.ts";
import type { Failure } from "../../schemas/execution.ts";
import type { JsonObject } from "../../schemas/json.ts";

export const PRIORITIES = ["low", "normal", "high"] as const;
export type Priority = (typeof PRIORITIES)[number];

const COLOURS: { readonly [priority in Priority]: string } = {
  low: "#94a3b8",
  normal: "#2563eb",
  high: "#dc2626",
};
/** Of one section block. */
const SECTION = 2_900;

/** What stands before a message, so that its weight is read and not only seen. */
export function prefixOf(priority: Priority): string {
  return priority === "high" ? "High priority: " : priority === "low" ? "For information: " : "";
}

/**
 * The body for a Slack-compatible incoming webhook: plain text for what shows no blocks, and the message in sections beside
 * a bar in the priority's colour. `&`, `<` and `>` are escaped, so that a lead's data can neither call the whole channel nor
 * hide an address behind other words.
 */
export function slackBody(message: string, priority: Priority): JsonObject {
  const text = escaped(`${prefixOf(priority)}${message.trim()}`);
  const blocks = sectionsOf(text).map((part) => ({ type: "section", text: { type: "mrkdwn", text: part } }));
  return { text, attachments: [{ color: COLOURS[priority], fallback: text.slice(0, 300), blocks }] };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Cut at the last line or word that fits; never inside of what was escaped. */
function sectionsOf(text: string): string[] {
  const sections: string[] = [];
  let rest = text;
  while (rest.length > SECTION) {
    const head = rest.slice(0, SECTION);
    const found = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" "));
    const end = found > SECTION / 2 ? found : Math.max(head.lastIndexOf("&"), SECTION - 10);
    sections.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return rest === "" ? sections : [...sections, rest];
}

/** Failures that came before anything was handed over: nobody can have read the message. */
const BEFORE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "breaker_open",
  "tls",
  "egress_off",
  "egress_private",
  "egress_port",
  "egress_scheme",
  "egress_url",
  "egress_method",
]);

/** May somebody have read it, though no answer came? */
export function mayHaveArrived(failure: Failure): boolean {
  return !BEFORE.has(failure.code);
}

/** The address in a secret, which must be of the host that the secret was asked for. Throws `bad_slack_webhook`. */
export function addressOf(value: string, host: string): string {
  const url = URL.parse(value.trim());
  if (url && /^https?:$/.test(url.protocol) && url.hostname === host) return url.href;
  const message = `Cannot send: the secret holds no address at ${host}, https://${host}/… is accepted`;
  throw new StepError({
    code: "bad_slack_webhook",
    message,
    retryable: false,
    details: { field: "webhook" },
  });
}
