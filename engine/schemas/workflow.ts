import { z } from "zod";
import { ConditionGroup } from "./condition.ts";
import { Duration } from "./duration.ts";
import { Reason } from "./execution.ts";
import { Json, NodeId } from "./json.ts";
import { SignalType } from "./lead.ts";
import { Rates } from "./rate.ts";
import { RetryOverrides } from "./retry.ts";
import { Window } from "./window.ts";

/** A node as React Flow stores it. `data.config` is checked against its node type at publish. */
export const WorkflowNode = z.looseObject({
  id: NodeId,
  type: z.string().min(1).max(64),
  position: z.object({ x: z.number(), y: z.number() }),
  data: z.looseObject({
    label: z.string().max(200).default(""),
    config: z.record(z.string(), Json).default({}),
    retry: RetryOverrides.optional(),
    timeout: Duration.optional(),
  }),
});
export type WorkflowNode = z.infer<typeof WorkflowNode>;

export const WorkflowEdge = z.looseObject({
  id: z.string().min(1).max(200),
  source: NodeId,
  sourceHandle: z.string().max(100).nullish(),
  target: NodeId,
  targetHandle: z.string().max(100).nullish(),
});
export type WorkflowEdge = z.infer<typeof WorkflowEdge>;

/** Ends an execution in mid-wait: when the signal comes, when the condition holds, or both where both are given. */
export const EndRule = z.strictObject({
  name: z.string().trim().min(1).max(100),
  signal: SignalType.optional(),
  when: ConditionGroup.optional(),
}).refine((rule) => rule.signal !== undefined || rule.when !== undefined, "a signal, a condition, or both")
  .meta({
    id: "EndRule",
  });
export type EndRule = z.infer<typeof EndRule>;

/** How often one lead may enter. Absent: always. */
export const Enrolment = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.enum(["always", "once", "once_after_exit"]) }),
  z.strictObject({ mode: z.literal("every"), days: z.number().int().min(1).max(3_650) }),
]).meta({ id: "Enrolment" });
export type Enrolment = z.infer<typeof Enrolment>;

/** How many executions may be unsettled at once (those beyond are queued), and how often their steps may act. */
export const Limits = z.strictObject({
  maxConcurrent: z.number().int().min(1).max(10_000).optional(),
  /** Absent: true. False: an execution that only waits does not count. */
  countWaiting: z.boolean().optional(),
  /** How often steps may act, for each host or key; those beyond wait for their turn. */
  rates: Rates.optional(),
}).meta({ id: "Limits" });
export type Limits = z.infer<typeof Limits>;

export const WorkflowSettings = z.strictObject({
  description: z.string().max(2_000).optional(),
  timezone: z.string().max(64).optional(),
  /** Outside it, steps that reach a person are held. */
  sendWindow: Window.optional(),
  timeout: Duration.optional(),
  retry: RetryOverrides.optional(),
  /** Reached: the execution is completed. */
  goals: z.array(EndRule).max(20).optional(),
  /** Met: the execution is cancelled. */
  exits: z.array(EndRule).max(20).optional(),
  enrolment: Enrolment.optional(),
  limits: Limits.optional(),
});
export type WorkflowSettings = z.infer<typeof WorkflowSettings>;

/** Who was not enrolled, and why: all are counted, the last twenty are told, newest first. */
export const Refusals = z.object({
  total: z.number().int(),
  items: z.array(z.object({
    at: z.string(),
    lead: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
    /** The execution that stands in the way. */
    executionId: z.string(),
    reason: Reason,
  })),
}).meta({ id: "Refusals" });
export type Refusals = z.infer<typeof Refusals>;

const NOTE_TONES = ["grey", "amber", "green", "blue", "violet", "red"] as const;

/** What people write beside the nodes, or draw around them: nothing runs it. */
export const Note = z.looseObject({
  id: NodeId,
  kind: z.enum(["note", "group"]),
  position: z.object({ x: z.number(), y: z.number() }),
  width: z.number().positive().max(100_000),
  height: z.number().positive().max(100_000),
  text: z.string().max(5_000).default(""),
  tone: z.enum(NOTE_TONES).default("grey"),
});
export type Note = z.infer<typeof Note>;

/** What a draft and a version hold. */
export const WorkflowGraph = z.object({
  nodes: z.array(WorkflowNode).max(1_000).default([]),
  edges: z.array(WorkflowEdge).max(5_000).default([]),
  settings: WorkflowSettings.default({}),
  /** Absent when there are none: what was stored before there were notes keeps its hash. */
  notes: z.array(Note).max(200).refine(
    (notes) => new Set(notes.map((note) => note.id)).size === notes.length,
    "notes whose ids differ from each other",
  ).optional(),
});
export type WorkflowGraph = z.infer<typeof WorkflowGraph>;

export const WorkflowName = z.string().trim().min(1, "1 to 200 characters").max(200, "1 to 200 characters");

/** Body of `POST /api/workflow` and of an import. */
export const WorkflowInput = z.object({ name: WorkflowName, ...WorkflowGraph.shape });
export type WorkflowInput = z.infer<typeof WorkflowInput>;

/** Something that keeps a workflow from running, and where. */
export const Issue = z.object({
  /** Dotted path into the document, such as `nodes.mail.config.to`. */
  path: z.string(),
  nodeId: z.string().optional(),
  message: z.string(),
  /** What would be accepted. */
  accepted: z.string().optional(),
});
export type Issue = z.infer<typeof Issue>;

/** A line of the workflow list. Times are ISO 8601. */
export const WorkflowSummary = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.number().int(),
  /** The live version, or null while never published. */
  version: z.number().int().nullable(),
  /** Does the draft differ from the live version? */
  draftChanged: z.boolean(),
  nodeCount: z.number().int(),
  /** Where its webhooks listen, as `/hooks/<path>`; from the live version, else the draft. */
  webhooks: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
  publishedAt: z.string().nullable(),
}).meta({ id: "WorkflowSummary" });
export type WorkflowSummary = z.infer<typeof WorkflowSummary>;

export const Workflow = WorkflowSummary.extend({ ...WorkflowGraph.shape, issues: z.array(Issue) }).meta({
  id: "Workflow",
});
export type Workflow = z.infer<typeof Workflow>;

export const WorkflowVersion = z.object({
  workflowId: z.string(),
  version: z.number().int(),
  /** Its own name; empty until somebody gives it one. */
  name: z.string(),
  /** What the workflow was called when it was published. */
  workflowName: z.string(),
  publishedAt: z.string(),
  publishedBy: z.string(),
  note: z.string().optional(),
}).meta({ id: "WorkflowVersion" });
export type WorkflowVersion = z.infer<typeof WorkflowVersion>;

/** What people call a version, and say of it; what is absent stays, empty text takes it away. */
export const VersionChange = z.strictObject({
  name: z.string().trim().max(200, "at most 200 characters").optional(),
  note: z.string().trim().max(2_000, "at most 2,000 characters").optional(),
}).meta({ id: "VersionChange" });
export type VersionChange = z.infer<typeof VersionChange>;
