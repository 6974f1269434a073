import { z } from "zod";
import { CONDITION_OPS, type ConditionOp } from "./condition_ops.ts";
import { Json } from "./json.ts";

export { CONDITION_OPS, type ConditionOp };

export interface ConditionTerm {
  /** A path such as `lead.score` or `messages.mail.opened`, with or without `{{ }}`. */
  field: string;
  op: ConditionOp;
  value?: Json;
}
export type ConditionGroup = { all: ConditionNode[] } | { any: ConditionNode[] };
export type ConditionNode = ConditionTerm | ConditionGroup;

export const ConditionTerm: z.ZodType<ConditionTerm> = z.strictObject({
  field: z.string().min(1).max(500).meta({
    title: "Field",
    description: "What is compared, such as lead.score or trigger.body.plan.",
    format: "lead-field",
  }),
  op: z.enum(CONDITION_OPS).meta({ title: "Comparison", description: "How it is compared." }),
  value: Json.optional().meta({
    title: "Value",
    description: "What it is compared with; texts may hold {{ }}.",
  }),
});

const Node: z.ZodType<ConditionNode> = z.lazy(() => z.union([ConditionTerm, ConditionGroup]));

/** `{ all: [...] }` or `{ any: [...] }`, nested at most 8 deep with 200 terms (checked in core/condition.ts). */
export const ConditionGroup: z.ZodType<ConditionGroup> = z.union([
  z.strictObject({
    all: z.array(Node).min(1).max(200).meta({ title: "All of", description: "Each of these must hold." }),
  }).meta({ title: "All of" }),
  z.strictObject({
    any: z.array(Node).min(1).max(200).meta({ title: "Any of", description: "One of these is enough." }),
  }).meta({ title: "Any of" }),
]);

/** One comparison as it was made: what a skip or a chosen way shows as its reason. */
export interface Comparison {
  field: string;
  op: ConditionOp;
  /** What was asked for. */
  value: Json | null;
  /** What was found (null when missing). */
  actual: Json | null;
  pass: boolean;
}
