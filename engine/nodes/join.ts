import { z } from "zod";
import { Duration, durationMs } from "../schemas/duration.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const config = z.strictObject({
  mode: z.enum(["all", "any", "count"]).default("all").meta({
    title: "Goes on",
    description:
      "all: when every branch has come or can no longer come. any: at the first. count: at the number below.",
  }),
  count: z.number().int().min(1).max(500).optional().meta({
    title: "How many",
    description: "Branches that must arrive, for count.",
  }),
  deadline: Duration.optional().meta({
    title: "Deadline",
    description: "From the first arrival on; then it goes on by its deadline port.",
    format: "duration",
  }),
});

/** Brings branches together. What arrives after it went on is recorded; a skipped or failed branch never starves it. */
export default defineNode({
  type: "join",
  version: 1,
  kind: "pure",
  title: "Join",
  description: "Waits for all, any or some of its branches.",
  help: [
    "Brings branches together. Several edges into any other node wait for all of them already: use a join when the first one is enough, or some number.",
    "Example: mode “any” behind a mail that was opened and a call that was made: whichever comes first goes on.",
    "Branches that were skipped or failed never hold it up.",
  ].join("\n\n"),
  category: "logic",
  keywords: ["merge", "combine", "together"],
  icon: "merge",
  config,
  example: { mode: "all" },
  ports: [{ id: "out", label: "Joined" }, { id: "deadline", label: "Deadline" }],
  summary: 'Join {{ mode | default: "all" }} {{ count }}',
  templates: {},
  check: ({ mode, count }) =>
    mode === "count" && count === undefined
      ? [{
        path: "count",
        message: "Say how many branches must arrive",
        accepted: "a whole number from 1 to 500",
      }]
      : [],
  joins: ({ mode, count, deadline }) => ({
    mode,
    count: count ?? 1,
    deadlineMs: deadline ? durationMs(deadline) : null,
  }),
  run(): Outcome {
    return { kind: "done" };
  },
});
