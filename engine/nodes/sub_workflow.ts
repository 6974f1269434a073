import { z } from "zod";
import { Json } from "../schemas/json.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const config = z.strictObject({
  workflowId: z.string().max(64).meta({
    title: "Workflow",
    description: "The workflow that is started, in its live version, for the same lead.",
    format: "workflow",
  }),
  input: Json.optional().meta({
    title: "Input",
    description: "What it sees as trigger.body; texts may hold {{ }}.",
  }),
  wait: z.boolean().default(true).meta({
    title: "Wait for its end",
    description: "Off: it is started, and this workflow goes on at once.",
  }),
});

/** Starts another workflow as a child, and waits for its end or does not. */
export default defineNode({
  type: "sub_workflow",
  version: 1,
  kind: "pure",
  title: "Call a workflow",
  description: "Starts another workflow and, if wanted, waits for its end.",
  help: [
    "Starts another workflow's live version for the same lead and, unless you switch it off, waits for its end.",
    "Example: a workflow “Onboarding” that several others call when a deal is won.",
    "What it put out is steps.<this node>.output; when it fails, this step leaves by Failed.",
  ].join("\n\n"),
  category: "logic",
  keywords: ["reuse", "child", "nested"],
  icon: "workflow",
  config,
  example: { workflowId: "", wait: true },
  ports: [{ id: "out", label: "Done" }, { id: "error", label: "Failed" }],
  summary: "Workflow {{ workflowId | truncate: 60 }}",
  templates: { input: "value" },
  check: ({ workflowId }) =>
    workflowId.trim() === ""
      ? [{
        path: "workflowId",
        message: "Say which workflow is called",
        accepted: "the id of a workflow that is live",
      }]
      : [],
  run({ workflowId, wait }): Outcome {
    return {
      kind: "wait",
      for: {
        kind: "children",
        how: "sub_workflow",
        total: 1,
        created: 0,
        low: 0,
        lowFailed: 0,
        done: 0,
        failed: 0,
        concurrency: 1,
        onError: "stop",
        workflowId,
        awaited: wait,
      },
      reason: { code: "children", text: "Waiting — for the workflow that was called", data: { workflowId } },
    };
  },
});
