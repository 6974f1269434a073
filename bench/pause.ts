import { z } from "zod";
import { defineNode } from "../engine/nodes/define.ts";
import type { NodeType, Outcome } from "../engine/nodes/define.ts";

const PAUSE_MS = 50;

/** An effect that takes 50 ms of a slot and no CPU, as a call to another host does. */
export const pause: NodeType = defineNode({
  type: "bench_pause",
  version: 1,
  kind: "effect",
  ledger: false,
  title: "Pause",
  description: "Takes 50 ms.",
  category: "data",
  icon: "braces",
  config: z.strictObject({}),
  example: {},
  ports: [{ id: "out", label: "Then" }],
  summary: "50 ms",
  templates: {},
  run: () =>
    new Promise<Outcome>((resolve) => setTimeout(() => resolve({ kind: "done", output: {} }), PAUSE_MS)),
});
