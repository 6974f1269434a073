import { z } from "zod";
import { addressesIn } from "../schemas/addresses.ts";
import { failureOfAnswer, readAnswer } from "../schemas/http_answer.ts";
import { SecretRef } from "../schemas/json.ts";
import { StepError, toFailure } from "../errors.ts";
import { defineNode } from "./define.ts";
import { addressOf, mayHaveArrived, prefixOf, PRIORITIES, slackBody } from "./notification/slack.ts";
import type { HttpResponse, Outcome, StepContext } from "./define.ts";

const TIMEOUT_MS = 30_000;
const MOST_RECIPIENTS = 20;

const message = z.string().max(10_000).meta({
  title: "Message",
  description: "What the team should know; may hold {{ }}.",
  format: "multiline",
});
const priority = z.enum(PRIORITIES).default("normal").meta({
  title: "Priority",
  description: "high and low are said before the message; in Slack it has a colour too.",
});

const Slack = z.strictObject({
  channel: z.literal("slack"),
  message,
  priority,
  webhook: SecretRef.default({ secret: "slack_webhook" }).meta({
    title: "Webhook",
    description: "The stored secret that holds the whole address of the incoming webhook.",
    format: "secret",
  }),
  host: z.string().trim().min(1).max(253).regex(/^[A-Za-z0-9.-]+$/, "a host such as hooks.slack.com")
    .default("hooks.slack.com").meta({
      title: "Host",
      description:
        "Where that address is. Others that take Slack's messages, such as Mattermost, have their own.",
    }),
}).meta({ title: "Slack" });

const Mail = z.strictObject({
  channel: z.literal("email"),
  message,
  priority,
  to: z.string().max(6_000).default("").meta({
    title: "To",
    description: "Addresses of colleagues, separated by commas.",
  }),
  subject: z.string().max(300).default("").meta({
    title: "Subject",
    description: "Empty: the first line of the message.",
  }),
}).meta({ title: "E-mail" });

const config = z.discriminatedUnion("channel", [Slack, Mail]);
type Config = z.infer<typeof config>;

function bad(code: string, field: string, message: string): never {
  throw new StepError({ code, message, retryable: false, details: { field } });
}

async function bySlack(config: z.infer<typeof Slack>, context: StepContext): Promise<Outcome> {
  const host = config.host.toLowerCase();
  const url = addressOf(await context.secret(config.webhook.secret, host), host);
  let response: HttpResponse;
  try {
    response = await context.http({
      method: "POST",
      url,
      headers: [{ name: "content-type", value: "application/json" }],
      body: JSON.stringify(slackBody(config.message, config.priority)),
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    const failure = toFailure(error);
    return { kind: "fail", failure, ...(mayHaveArrived(failure) ? { uncertain: true } : {}) };
  }
  const { headers, body, status } = readAnswer(response);
  if (status < 400) return { kind: "done", output: { channel: "slack", host, status } };
  const failure = failureOfAnswer(response, headers, context.now);
  const said = typeof body === "string" && body !== "" ? `: ${body.slice(0, 200)}` : "";
  return { kind: "fail", failure: { ...failure, message: `${failure.message}${said}` } };
}

async function byMail(config: z.infer<typeof Mail>, context: StepContext): Promise<Outcome> {
  const { addresses, wrong } = addressesIn(config.to);
  if (wrong !== null || addresses.length === 0) {
    const found = wrong === null ? "is empty" : `holds ${JSON.stringify(wrong.slice(0, 100))}`;
    bad("bad_address", "to", `Cannot send: to ${found}, an address such as ann@example.com is accepted`);
  }
  if (addresses.length > MOST_RECIPIENTS) {
    bad(
      "bad_address",
      "to",
      `Cannot send: to holds ${addresses.length} addresses, ${MOST_RECIPIENTS} are accepted`,
    );
  }
  const text = config.message.trim();
  // deno-lint-ignore no-control-regex -- a message may come from a lead, and a subject is one line
  const line = (config.subject.trim() || text).split("\n")[0]!.replace(/[\0-\x1f\x7f]+/g, " ").slice(0, 150);
  const { status, message, failure } = await context.mail({
    to: addresses,
    cc: [],
    bcc: [],
    subject: `${prefixOf(config.priority)}${line}`,
    text,
    internal: true,
  });
  if (status === "sent") {
    return { kind: "done", output: { channel: "email", to: addresses, messageId: message.id }, message };
  }
  const known = failure ?? { code: "mail_failed", message: `The mail was ${status} without a reason` };
  return { kind: "fail", failure: known, message, ...(status === "uncertain" ? { uncertain: true } : {}) };
}

/**
 * Tells the team, by Slack or by mail. Fails with `bad_slack_webhook`, `bad_address`, `secret_…`, `http_<status>` or a
 * connection's code; what may have been read is `uncertain` and never repeated by itself. It goes to colleagues and not
 * to the lead, so that no send window holds it.
 */
export default defineNode({
  type: "notification",
  version: 1,
  kind: "effect",
  ledger: true,
  byHttp: (given) => given.channel === "slack",
  hosts: (given) => given.channel === "slack" ? [given.host.toLowerCase()] : [],
  title: "Notification",
  description: "Tells the team, in Slack or by e-mail.",
  help: [
    "Tells colleagues that something happened: in a Slack channel, or by e-mail. It goes out at any hour, because the workflow's send window is there for leads.",
    "Example: channel slack, message “{{ lead.company }} asks for an offer”, priority high.",
    "For Slack, make an incoming webhook there and store its whole address as the secret slack_webhook for the host hooks.slack.com. A message that may have arrived when the machine died is not sent twice: it waits in the inbox.",
  ].join("\n\n"),
  category: "messages",
  keywords: ["slack", "alert", "team", "ping"],
  icon: "bell",
  config,
  example: { channel: "slack", message: "{{ lead.company }} is interested", priority: "normal" },
  ports: [{ id: "out", label: "Told" }, { id: "error", label: "Failed" }],
  summary: '{{ channel | replace: "email", "mail" | capitalize }}: {{ message | truncate: 60 }}',
  templates: { message: "text", to: "header", subject: "header" },
  check(given): { path: string; message: string; accepted?: string }[] {
    const problems = [];
    if (given.message.trim() === "") {
      problems.push({ path: "message", message: "The notification says nothing" });
    }
    if (given.channel === "email" && given.to.trim() === "") {
      problems.push({
        path: "to",
        message: "The notification needs somebody to go to",
        accepted: "addresses such as ann@example.com",
      });
    }
    return problems;
  },
  run: (given: Config, context) =>
    given.channel === "slack" ? bySlack(given, context) : byMail(given, context),
});
