import { z } from "zod";
import { defineNode } from "../engine/nodes/define.ts";
import type { NodeType } from "../engine/nodes/define.ts";

/** An effect that does nothing: every step is its own attempt and its own commit, and only the engine is measured. */
export const noOp: NodeType = defineNode({
  type: "bench_no_op",
  version: 1,
  kind: "effect",
  ledger: false,
  title: "No-op",
  description: "Does nothing.",
  category: "data",
  icon: "braces",
  config: z.strictObject({}),
  example: {},
  ports: [{ id: "out", label: "Then" }],
  summary: "Nothing",
  templates: {},
  run: () => Promise.resolve({ kind: "done", output: {} }),
});
