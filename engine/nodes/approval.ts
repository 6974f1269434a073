import { z } from "zod";
import type { ApprovalFacts } from "../schemas/approval.ts";
import { Duration, durationMs } from "../schemas/duration.ts";
import { Email } from "../schemas/lead.ts";
import { StepError } from "../errors.ts";
import { defineNode } from "./define.ts";
import type { MailRequest, Outcome, StepContext } from "./define.ts";

const MOST = 20;

const config = z.strictObject({
  title: z.string().max(300).meta({
    title: "Title",
    description: "What is to be approved, such as 20 % off for {{ lead.company }}.",
  }),
  description: z.string().max(4_000).default("").meta({
    title: "Description",
    description: "What whoever decides should know.",
    format: "multiline",
  }),
  approvers: z.string().max(6_000).default("").meta({
    title: "Approvers",
    description:
      "Addresses, separated by commas; each gets a mail with two links. Empty: anybody in the inbox.",
  }),
  needed: z.number().int().min(1).max(MOST).default(1).meta({
    title: "Approvals needed",
    description: "So many different people have to approve.",
  }),
  veto: z.boolean().default(true).meta({
    title: "One decline is enough",
    description: "Off: it is declined once the number cannot be reached any more.",
  }),
  deadline: Duration.optional().meta({
    title: "Deadline",
    description: "Then it goes on by its timeout port. Without it, it waits as long as it takes.",
    format: "duration",
  }),
  reminder: Duration.optional().meta({
    title: "Remind after",
    description: "Approvers who have not answered by then get one more mail.",
    format: "duration",
  }),
});
type Config = z.infer<typeof config>;

function bad(message: string, field: string): never {
  throw new StepError({ code: "bad_approvers", message, retryable: false, details: { field } });
}

function split(text: string): string[] {
  // Only blanks are cut off: a line break in an address is an attack, not a typing slip.
  const parts = text.split(",").map((part) => part.replace(/^[ \t]+|[ \t]+$/g, "").toLowerCase());
  return [...new Set(parts.filter((part) => part !== ""))];
}

/** Checked after rendering, because a lead's data may hold anything. */
function factsOf(config: Config, now: number): ApprovalFacts {
  const approvers = split(config.approvers);
  const wrong = approvers.find((address) => !Email.safeParse(address).success);
  if (wrong !== undefined) {
    const shown = JSON.stringify(wrong.slice(0, 100));
    bad(`approvers holds ${shown}, an address such as ann@example.com is accepted`, "approvers");
  }
  if (approvers.length > MOST) {
    bad(`approvers holds ${approvers.length} addresses, ${MOST} are accepted`, "approvers");
  }
  if (approvers.length > 0 && approvers.length < config.needed) {
    bad(`${config.needed} approvals are needed, and there are ${approvers.length} approvers`, "needed");
  }
  return {
    title: config.title.trim() || "Approval",
    description: config.description,
    approvers,
    needed: config.needed,
    veto: config.veto,
    ...(config.deadline ? { deadlineAt: now + durationMs(config.deadline) } : {}),
    ...(config.reminder && approvers.length > 0 ? { remindAt: now + durationMs(config.reminder) } : {}),
  };
}

function inWords(at: number, zone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone: zone });
  return `${format.format(at)} (${zone})`;
}

function rules({ needed, approvers, veto, deadlineAt }: ApprovalFacts, zone: string): string {
  const counted = approvers.length === 1 ? [] : [
    `${needed} of ${approvers.length} people have to approve.`,
    ...(veto ? ["One who declines is enough."] : []),
  ];
  const until = deadlineAt === undefined ? [] : [`Please answer before ${inWords(deadlineAt, zone)}.`];
  return [...counted, ...until].join(" ");
}

function mailOf(asking: NonNullable<StepContext["asking"]>, context: StepContext): MailRequest {
  const { ask, facts, workflowName } = asking;
  const approve = context.voteLink(ask.to, "approved");
  const decline = context.voteLink(ask.to, "declined");
  const ways = approve && decline
    ? `Approve: ${approve}\nDecline: ${decline}\n\nEach link opens a page that asks once more; opening it changes nothing.`
    : "Answer in the inbox of LeadFlow.";
  const reminder = ask.kind === "reminder" ? "This is a reminder. " : "";
  const text = [
    `${reminder}The workflow "${workflowName}" asks for your approval.`,
    facts.title,
    facts.description.trim(),
    ways,
    rules(facts, context.timezone),
  ].filter((part) => part !== "").join("\n\n");
  // deno-lint-ignore no-control-regex -- a title may come from a lead, and a subject is one line
  const subject = facts.title.replace(/[\0-\x1f\x7f]+/g, " ").slice(0, 200);
  return {
    to: [ask.to],
    cc: [],
    bcc: [],
    subject: `${ask.kind === "reminder" ? "Reminder: approval needed" : "Approval needed"}: ${subject}`,
    text,
    internal: true,
    part: `${ask.to}.${ask.kind}${ask.again ? `.${ask.again}` : ""}`,
  };
}

async function run(config: Config, context: StepContext): Promise<Outcome> {
  const { asking } = context;
  const waiting = { kind: "person" as const, title: config.title };
  if (!asking) {
    const approval = factsOf(config, context.now);
    const reason = { code: "approval", text: `Waiting — for approval: ${approval.title}` };
    return { kind: "wait", for: waiting, reason, approval };
  }
  const { status, message, failure } = await context.mail(mailOf(asking, context));
  if (status === "sent") {
    return { kind: "wait", for: waiting, reason: { code: "asked", text: `Asked ${asking.ask.to}` }, message };
  }
  const known = failure ?? { code: "mail_failed", message: `The mail was ${status} without a reason` };
  return { kind: "fail", failure: known, message, ...(status === "uncertain" ? { uncertain: true } : {}) };
}

/**
 * Asks people for their approval and waits until enough have answered. Fails with `bad_approvers` naming the field, or
 * with the mail server's answer when nobody could be mailed. Its output is `{ approved, votes }`.
 */
export default defineNode({
  type: "approval",
  version: 1,
  kind: "effect",
  ledger: true,
  votes: true,
  title: "Approval",
  description: "Asks people to approve or decline, in the inbox and by mail.",
  help: [
    "Asks people to approve or decline before the workflow goes on. Whoever is named gets a mail with two links; everybody sees it in the inbox.",
    "Example: title “20 % off for {{ lead.company }}”, approvers “ann@example.com, bob@example.com”, two approvals needed, a deadline of 2 days.",
    "With a deadline, draw the third port too: it is taken when nobody decided in time.",
  ].join("\n\n"),
  category: "people",
  keywords: ["review", "confirm", "ask", "sign-off"],
  icon: "user-check",
  config,
  example: {
    title: "20 % off for {{ lead.company }}",
    description: "",
    approvers: "",
    needed: 1,
    veto: true,
  },
  ports: [
    { id: "approved", label: "Approved" },
    { id: "declined", label: "Declined" },
    { id: "timeout", label: "Nobody decided in time" },
  ],
  summary: "{{ title | truncate: 60 }}",
  templates: { title: "text", description: "text", approvers: "header" },
  check(
    { title, approvers, needed, deadline, reminder },
  ): { path: string; message: string; accepted?: string }[] {
    const problems = [];
    if (title.trim() === "") problems.push({ path: "title", message: "The approval needs a title" });
    const listed = split(approvers);
    if (listed.length > 0 && !approvers.includes("{{") && listed.length < needed) {
      problems.push({
        path: "needed",
        message: `${needed} approvals are needed, and there are ${listed.length} approvers`,
        accepted: `at most ${listed.length}`,
      });
    }
    if (reminder && listed.length === 0) {
      problems.push({ path: "reminder", message: "A reminder needs approvers that it can be mailed to" });
    }
    if (reminder && deadline && durationMs(reminder) >= durationMs(deadline)) {
      problems.push({ path: "reminder", message: "The reminder comes after the deadline" });
    }
    return problems;
  },
  run,
});
