import { z } from "zod";
import { ConditionGroup } from "../schemas/condition.ts";
import { Duration, durationMs } from "../schemas/duration.ts";
import { SignalType } from "../schemas/lead.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const config = z.strictObject({
  signals: z.array(SignalType).min(1).max(20)
    .refine((list) => new Set(list).size === list.length, "signals that differ from each other")
    .meta({
      title: "Signals",
      description: "What has to happen to the lead: email.replied, call.completed, or signals of your own.",
      uniqueItems: true,
    }),
  mode: z.enum(["any", "all"]).default("any").meta({
    title: "How many",
    description: "any: one of them is enough. all: each of them.",
  }),
  filter: ConditionGroup.optional().meta({
    title: "Only if",
    description: "A signal counts only when this holds; it may read signal.type and signal.data.",
    format: "condition",
  }),
  timeout: Duration.optional().meta({
    title: "At most",
    description: "Then it goes on by its timeout port. Without it, it waits as long as it takes.",
    format: "duration",
  }),
  lookBack: Duration.optional().meta({
    title: "Look back",
    description: "Signals from so long before count too. Without it: from the start of the execution on.",
    format: "duration",
  }),
});

/** Waits until something happens to the lead. One signal satisfies one wait; none that came in time is missed. */
export default defineNode({
  type: "wait_for_signal",
  version: 1,
  kind: "pure",
  title: "Wait for a signal",
  description: "Waits until something happens to the lead.",
  help: [
    "Waits until something happens to the lead: a reply, a click, a call that was made, or a signal of your own. What comes in time is never missed.",
    "Example: email.replied, at most 3 days; draw the second port for those who did not.",
    "One signal ends one wait. What it brought is steps.<this node>.output.",
  ].join("\n\n"),
  category: "time",
  keywords: ["reply", "replied", "opened", "clicked", "answer", "response", "until"],
  icon: "radio",
  config,
  example: { signals: ["email.replied"], mode: "any", timeout: { value: 3, unit: "days" } },
  ports: [{ id: "received", label: "It happened" }, { id: "timeout", label: "It did not" }],
  summary: 'For {{ signals | join: ", " }}',
  templates: {},
  conditions: ["filter"],
  listens: true,
  run({ signals, mode, filter, timeout, lookBack }, context): Outcome {
    const since = lookBack ? context.now - durationMs(lookBack) : context.startedAt;
    const until = timeout ? context.now + durationMs(timeout) : undefined;
    const what = signals.join(mode === "any" ? " or " : " and ");
    return {
      kind: "wait",
      for: { kind: "signal", signals, mode, since, ...(filter ? { filter } : {}) },
      ...(until === undefined ? {} : { until, untilPort: "timeout" }),
      reason: { code: "signal", text: `Waiting — for ${what}`, data: { signals, mode } },
    };
  },
});
