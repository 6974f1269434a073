import { z } from "zod";
import { Duration, durationMs } from "../schemas/duration.ts";
import { Outcomes } from "../schemas/outcomes.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const config = z.strictObject({
  title: z.string().max(500).meta({
    title: "Title",
    description: "What is to be done, such as Call {{ lead.firstName }}.",
  }),
  description: z.string().max(20_000).default("").meta({
    title: "Description",
    description: "What to say or do, and what helps to know.",
    format: "multiline",
  }),
  outcomes: Outcomes.meta({
    title: "Outcomes",
    description: "One button each; the run goes on by the one that is pressed.",
    uniqueItems: true,
  }),
  due: Duration.optional().meta({
    title: "Due after",
    description: "When the inbox shows it as late. It waits on.",
    format: "duration",
  }),
});

/** Asks a person to do something and waits until an outcome is picked; the outcome is the port. */
export default defineNode({
  type: "task",
  version: 1,
  kind: "pure",
  title: "Task",
  description: "Asks a person to do something and pick an outcome.",
  help: [
    "Puts a card into the inbox and waits until somebody presses one of its outcomes. Each outcome is a port.",
    "Example: title “Check the offer for {{ lead.company }}”, outcomes “Good” and “To be changed”, due after 1 day.",
    "For calls there is a node of its own, with the phone number and what to say.",
  ].join("\n\n"),
  category: "people",
  keywords: ["todo", "reminder", "linkedin", "person"],
  icon: "list-checks",
  config,
  example: { title: "Call {{ lead.firstName }}", description: "", outcomes: ["Reached", "Not reached"] },
  ports: { from: "outcomes" },
  summary: "{{ title | truncate: 60 }}",
  templates: { title: "text", description: "text" },
  check: ({ title }) => title.trim() === "" ? [{ path: "title", message: "The task needs a title" }] : [],
  run({ title, description, outcomes, due }, context): Outcome {
    const named = title.trim() || "Task";
    const dueAt = due ? context.now + durationMs(due) : undefined;
    return {
      kind: "wait",
      for: { kind: "person", title: named, description, outcomes, ...(dueAt === undefined ? {} : { dueAt }) },
      reason: { code: "task", text: `Waiting for a person — ${named}`, data: { outcomes } },
    };
  },
});
