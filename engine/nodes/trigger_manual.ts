import { z } from "zod";
import { defineNode } from "./define.ts";

/** Starts by hand, from the browser or `POST /api/workflow/execute`. The input is `trigger.body`. */
export default defineNode({
  type: "trigger_manual",
  version: 1,
  kind: "trigger",
  title: "Start by hand",
  description: "Starts when somebody presses Run, or a program calls the API.",
  help: [
    "Starts when somebody presses Run, or when a program posts to /api/workflow/execute.",
    "Example: run it for one lead to try the workflow. What is given as input is read as {{ trigger.body }}.",
  ].join("\n\n"),
  category: "triggers",
  keywords: ["button", "click", "manual"],
  icon: "mouse-pointer-click",
  config: z.strictObject({}),
  example: {},
  ports: [{ id: "out", label: "Started" }],
  summary: "Started by hand",
  templates: {},
});
