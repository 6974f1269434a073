import { z } from "zod";
import { ConditionGroup } from "../schemas/condition.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const config = z.strictObject({
  times: z.number().int().min(1).max(1_000).default(10).meta({
    title: "At most",
    description: "So many rounds, one after the other.",
  }),
  until: ConditionGroup.optional().meta({
    title: "Until",
    description: "Looked at after each round; steps.<this>.output.last is what the round put out.",
    format: "condition",
  }),
  onError: z.enum(["stop", "continue"]).default("stop").meta({
    title: "When a round fails",
    description: "stop: the loop fails. continue: the next round begins.",
  }),
});

/** Rounds one after the other, through what is drawn behind `each`, until the condition holds or the number is reached. */
export default defineNode({
  type: "repeat",
  version: 1,
  kind: "pure",
  title: "Repeat",
  description: "Runs the steps behind “each” again and again, until a condition holds.",
  help: [
    "Runs the steps behind Each again and again, one round after the other, until the condition holds or the number is reached.",
    "Example: at most 5 times, until steps.<this node>.output.last.status equals “done”.",
    "Put a wait into the round when there should be time between them.",
  ].join("\n\n"),
  category: "logic",
  keywords: ["loop", "while", "until", "again"],
  icon: "repeat",
  config,
  example: { times: 3 },
  ports: [{ id: "each", label: "Each" }, { id: "out", label: "Done" }, { id: "error", label: "Failed" }],
  summary: "At most {{ times | default: 10 }} times",
  templates: {},
  conditions: ["until"],
  readsItself: true,
  run({ times, until, onError }): Outcome {
    return {
      kind: "wait",
      for: {
        kind: "children",
        how: "repeat",
        total: times,
        created: 0,
        low: 0,
        lowFailed: 0,
        done: 0,
        failed: 0,
        concurrency: 1,
        onError,
        ...(until ? { until } : {}),
      },
      reason: { code: "children", text: `Waiting — for at most ${times} rounds`, data: { total: times } },
    };
  },
});
