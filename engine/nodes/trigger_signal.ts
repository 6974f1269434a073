import { z } from "zod";
import { ConditionGroup } from "../schemas/condition.ts";
import { SignalType } from "../schemas/lead.ts";
import { defineNode } from "./define.ts";

const config = z.strictObject({
  signal: SignalType.meta({
    title: "Signal",
    description:
      "What has to happen to a lead, such as lead.created or email.opened, or a signal of your own.",
  }),
  filter: ConditionGroup.optional().meta({
    title: "Only if",
    description: "Starts only when this holds; it may read the lead and trigger.body, the signal's data.",
    format: "condition",
  }),
});

/** Starts when a signal happens to a lead. `trigger.body` is the signal's data. */
export default defineNode({
  type: "trigger_signal",
  version: 1,
  kind: "trigger",
  title: "Signal",
  description: "Starts when something happens to a lead.",
  help: [
    "Starts when something happens to a lead: it was created, opened a mail, clicked a link, or a signal that your own programs send.",
    "Example: signal email.clicked, only if lead.score is at least 50.",
    "The signal's data is {{ trigger.body }}.",
  ].join("\n\n"),
  category: "triggers",
  keywords: ["event", "new", "lead", "created", "opened", "clicked", "replied"],
  icon: "zap",
  config,
  example: { signal: "lead.created" },
  ports: [{ id: "out", label: "Happened" }],
  summary: "When {{ signal }}",
  templates: {},
  conditions: ["filter"],
});
