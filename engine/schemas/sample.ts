import { z } from "zod";
import { ExecutionStatus, StepStatus } from "./execution.ts";
import { Json } from "./json.ts";

/** An execution that a test may take its payload and lead from. */
export const Sample = z.object({
  executionId: z.string(),
  version: z.number().int(),
  status: ExecutionStatus,
  at: z.string(),
  lead: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  /** Where it came in. */
  trigger: z.object({ nodeId: z.string(), kind: z.string() }),
  /** What arrived there, body, query and headers, as a pin takes it; null where it is over 64 KiB. */
  payload: Json.nullable(),
}).meta({ id: "Sample" });
export type Sample = z.infer<typeof Sample>;

/** What a step put out, ready to be pinned. */
export const SampleStep = z.object({
  nodeId: z.string(),
  type: z.string(),
  status: StepStatus,
  port: z.string().nullable(),
  /** Null where there is none, or where `bytes` says that it is too large. */
  output: Json.nullable(),
  /** Set where the output is over 256 KiB and is not read. */
  bytes: z.number().int().optional(),
}).meta({ id: "SampleStep" });
export type SampleStep = z.infer<typeof SampleStep>;

export const Samples = z.object({
  /** The newest, at most five; children of loops and other workflows are none. */
  items: z.array(Sample),
  /** Of the execution that was asked for, by node; null: none was. */
  steps: z.array(SampleStep).nullable(),
}).meta({ id: "Samples" });
export type Samples = z.infer<typeof Samples>;
