import { z } from "zod";
import { CALL_PRIORITIES } from "../schemas/call.ts";
import type { CallFacts } from "../schemas/call.ts";
import { Duration, durationMs } from "../schemas/duration.ts";
import { Outcomes } from "../schemas/outcomes.ts";
import { Hours } from "../schemas/window.ts";
import { defineNode } from "./define.ts";
import type { Outcome, StepContext } from "./define.ts";

/** Kept in the draft, refused at publish: an imported workflow says what it lacks instead of calling nobody. */
const ONLY_TASK =
  "Calls by a machine (twilio, vapi) are not offered here; accepted: task, which puts the call into the inbox";

const config = z.strictObject({
  mode: z.literal("task", ONLY_TASK).default("task").meta({
    title: "Who calls",
    description: "task: a person, from the inbox.",
  }),
  title: z.string().max(500).default("").meta({
    title: "Title",
    description: "Empty: Call and the lead's name.",
  }),
  phone: z.string().max(200).default("").meta({
    title: "Phone",
    description: "Empty: the lead's own, {{ lead.phone }}.",
  }),
  script: z.string().max(20_000).default("").meta({
    title: "What to say",
    description: "Shown to whoever calls, with the lead's values filled in.",
    format: "multiline",
  }),
  outcomes: Outcomes.meta({
    title: "Outcomes",
    description: "One button each; the run goes on by the one that is pressed.",
    uniqueItems: true,
  }),
  bestTime: Hours.optional().meta({
    title: "Best time",
    description:
      "When the lead is reached best, on the lead's own clock. It is a hint: the card is there before.",
    format: "window",
  }),
  due: Duration.optional().meta({
    title: "Due after",
    description: "When the inbox shows it as late. It waits on.",
    format: "duration",
  }),
  owner: z.string().max(200).default("").meta({
    title: "Who should call",
    description: "A name or address; empty: anybody.",
  }),
  priority: z.enum(CALL_PRIORITIES).default("normal").meta({
    title: "Priority",
    description: "high stands out in the inbox.",
  }),
});
type Config = z.infer<typeof config>;

function known(context: StepContext, field: "name" | "phone"): string {
  const value = context.view.lead?.[field];
  return typeof value === "string" ? value.trim() : "";
}

function run(config: Config, context: StepContext): Promise<Outcome> {
  const { script, outcomes, bestTime, due, owner, priority } = config;
  const title = config.title.trim() || `Call ${known(context, "name") || "the lead"}`;
  const call: CallFacts = {
    phone: config.phone.trim() || known(context, "phone"),
    owner: owner.trim(),
    priority,
    ...(bestTime ? { bestTime: { hours: bestTime, zone: context.timezone } } : {}),
  };
  const dueAt = due ? { dueAt: context.now + durationMs(due) } : {};
  return Promise.resolve({
    kind: "wait",
    for: { kind: "person", title, description: script, outcomes, call, ...dueAt },
    reason: { code: "call", text: `Waiting for a call — ${title}`, data: { outcomes, phone: call.phone } },
  });
}

/**
 * Asks a person to call, and waits until an outcome is picked; the outcome is the port. What was picked also happens to the
 * lead as the signal `call.completed`.
 */
export default defineNode({
  type: "call",
  version: 1,
  kind: "effect",
  ledger: false,
  reaches: true,
  title: "Call",
  description: "Asks a person to call, with the number and what to say.",
  help: [
    "Puts a call into the inbox: the number to press, what to say, and one button for each outcome. The workflow goes on by the outcome that was picked, and the lead gets the signal call.completed with it.",
    "Example: script “Ask how {{ lead.company }} follows up today.”, outcomes “Interested”, “Not now” and “Not reached”, due after 1 day.",
    "While the workflow's send window is closed it is held, so that nobody is called at night.",
  ].join("\n\n"),
  category: "people",
  keywords: ["phone", "dial", "ring"],
  icon: "phone",
  config,
  example: {
    mode: "task",
    script: "Ask how {{ lead.company }} follows up today.",
    outcomes: ["Interested", "Not now", "Not reached"],
  },
  ports: { from: "outcomes" },
  summary:
    '{{ title | default: "Call the lead" | truncate: 40 }}: {{ outcomes | join: ", " | truncate: 60 }}',
  templates: { title: "text", phone: "text", script: "text", owner: "text" },
  zoned: true,
  check: ({ bestTime }, calendar) =>
    bestTime
      ? calendar.problems(bestTime).map(({ path, ...rest }) => ({ path: `bestTime.${path}`, ...rest }))
      : [],
  run,
});
