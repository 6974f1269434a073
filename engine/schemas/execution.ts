import { z } from "zod";
import { Approval } from "./approval.ts";
import { CallFacts } from "./call.ts";
import { ConditionGroup } from "./condition.ts";
import { Json } from "./json.ts";

const EXECUTION_STATUSES = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
] as const;
export const ExecutionStatus = z.enum(EXECUTION_STATUSES);
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

const STEP_STATUSES = [
  "pending",
  "queued",
  "running",
  "waiting",
  "retrying",
  "completed",
  "failed",
  "skipped",
  "cancelled",
] as const;
export const StepStatus = z.enum(STEP_STATUSES);
export type StepStatus = z.infer<typeof StepStatus>;

/** Why something is as it is, as data and in words. */
export const Reason = z.object({ code: z.string(), text: z.string(), data: Json.optional() }).meta({
  id: "Reason",
});
export type Reason = z.infer<typeof Reason>;

/** An error at rest. `code` groups causes: `http_401`, `smtp_550`, `timeout`, `template`, … */
export const Failure = z.object({
  code: z.string(),
  message: z.string(),
  /** HTTP status or SMTP code, where there was one. */
  status: z.number().int().optional(),
  /** Host that answered or did not. */
  host: z.string().optional(),
  /** Can trying again help? Absent: the retry policy decides by status and message. */
  retryable: z.boolean().optional(),
  /** The other side asked to wait so long. */
  retryAfterMs: z.number().optional(),
  details: Json.optional(),
}).meta({ id: "Failure" });
export type Failure = z.infer<typeof Failure>;

/** What a waiting step waits for. */
export const WaitingFor = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("time") }),
  /** The workflow's send window is closed. */
  z.object({ kind: z.literal("window") }),
  /** Its turn under a rate is still to come. */
  z.object({ kind: z.literal("rate") }),
  z.object({
    kind: z.literal("person"),
    title: z.string(),
    /** What to say or do; plain text. */
    description: z.string().optional(),
    /** What can be answered; each is a port. */
    outcomes: z.array(z.string()).optional(),
    /** Epoch ms. */
    dueAt: z.number().optional(),
    /** It is a call: what whoever makes it needs. */
    call: CallFacts.optional(),
  }),
  /** A join that has some of its inputs and waits for more, until its deadline. */
  z.object({ kind: z.literal("join"), arrived: z.array(z.string()), needed: z.number() }),
  /** Signals of the lead: one of them or all. `since` is epoch ms; `got` has what came already. */
  z.object({
    kind: z.literal("signal"),
    signals: z.array(z.string()),
    mode: z.enum(["any", "all"]),
    since: z.number(),
    filter: ConditionGroup.optional(),
    got: z.array(z.object({ id: z.string(), type: z.string(), data: Json, at: z.string() })).optional(),
  }),
  /** Child executions: rounds of a loop, or another workflow. All before `low` have settled. */
  z.object({
    kind: z.literal("children"),
    how: z.enum(["for_each", "repeat", "sub_workflow"]),
    total: z.number().int(),
    created: z.number().int(),
    low: z.number().int(),
    lowFailed: z.number().int(),
    done: z.number().int(),
    failed: z.number().int(),
    concurrency: z.number().int(),
    onError: z.enum(["stop", "continue"]),
    /** How often it was gone on with after a round had not completed. */
    again: z.number().int().optional(),
    /** repeat: no further round once this holds. */
    until: ConditionGroup.optional(),
    /** sub_workflow: which one, with what, and is it waited for? */
    workflowId: z.string().optional(),
    awaited: z.boolean().optional(),
  }),
  /** A send whose result nobody knows: a person decides. */
  z.object({ kind: z.literal("uncertain"), title: z.string() }),
]);
export type WaitingFor = z.infer<typeof WaitingFor>;

const Attempt = z.object({
  number: z.number().int(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  failure: Failure.nullable(),
});

export const Step = z.object({
  nodeId: z.string(),
  type: z.string(),
  label: z.string(),
  status: StepStatus,
  attempts: z.number().int(),
  /** Every attempt that ended in a failure, oldest first, and the one under way. */
  tries: z.array(Attempt),
  input: Json.nullable(),
  output: Json.nullable(),
  /** The port it left by. */
  port: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  reason: Reason.nullable(),
  failure: Failure.nullable(),
  /** When a waiting or retrying step goes on by itself. */
  until: z.string().nullable(),
  waitingFor: WaitingFor.nullable(),
  warnings: z.array(z.string()),
  /** The execution that it ran in: this one is a replay and took its result over. */
  takenOver: z.string().optional(),
  /** What people are to approve, and their votes so far. */
  approval: Approval.optional(),
  /** It ran in this version, which the execution has left; the present one has no such node. */
  leftIn: z.number().int().optional(),
}).meta({ id: "Step" });
export type Step = z.infer<typeof Step>;

export const ExecutionSummary = z.object({
  id: z.string(),
  workflowId: z.string(),
  workflowName: z.string(),
  version: z.number().int(),
  status: ExecutionStatus,
  /** Settled steps over steps still reachable, 0–100. */
  progress: z.number(),
  trigger: z.object({ nodeId: z.string(), kind: z.enum(["manual", "webhook", "signal", "schedule"]) }),
  lead: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  /** The execution that this one replays. */
  replayOf: z.string().optional(),
  /** The execution whose step it is a child of. */
  parent: z.object({ executionId: z.string(), nodeId: z.string(), index: z.number().int() }).nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** In words, why it has this status: "Waiting — until …", "Failed — 401 from …". */
  reason: Reason.nullable(),
  /** The next moment something happens by itself. */
  until: z.string().nullable(),
}).meta({ id: "ExecutionSummary" });
export type ExecutionSummary = z.infer<typeof ExecutionSummary>;

export const Execution = ExecutionSummary.extend({
  input: Json.nullable(),
  steps: z.array(Step),
  /** Sequence of the newest event that this picture includes: follow the stream from here. */
  seq: z.number().int(),
  cancelling: z.boolean(),
  /** Versions that it went through, oldest first: who moved it, and when; the last twenty. */
  moves: z.array(
    z.object({ from: z.number().int(), to: z.number().int(), by: z.string(), at: z.string() }),
  ).optional(),
  /** It moves to this version as soon as its running step has ended. */
  movesTo: z.number().int().optional(),
  /** Executions that replay this one, newest first; twenty at most. */
  replayedAs: z.array(z.string()).optional(),
}).meta({ id: "Execution" });
export type Execution = z.infer<typeof Execution>;

/** Where an execution may stand at a node: a step's status, or several of them. */
export const NODE_STATUSES = [...STEP_STATUSES, "entered", "active", "passed"] as const;
export const NodeStatus = z.enum(NODE_STATUSES);
export type NodeStatus = z.infer<typeof NodeStatus>;

/** What the list can be narrowed to; `active` is queued, running or waiting. */
export const LISTED_STATUSES = [...EXECUTION_STATUSES, "active"] as const;
export const ListedStatus = z.enum(LISTED_STATUSES);
export type ListedStatus = z.infer<typeof ListedStatus>;

/** Filter of the executions list. */
export const ExecutionFilter = z.object({
  workflowId: z.string().optional(),
  status: ListedStatus.optional(),
  leadId: z.string().optional(),
  /** With workflowId: those that stand at this node as `nodeStatus` says. */
  nodeId: z.string().max(64).optional(),
  /** Absent: those that entered the node. */
  nodeStatus: NodeStatus.optional(),
  /** Children of this execution; without it only executions that are nobody's children are listed. */
  parentId: z.string().optional(),
  /** Those with a step in the inbox that failed for this cause (`cause:…`), children too; newest failure first. */
  cause: z.string().max(700).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  /** Which moment `from` and `to` are about; absent: when it was created. */
  timeOf: z.enum(["created", "ended"]).optional(),
  /** Failed ones by cause, as metrics name it: each word is a node type, a code, a status or a host. */
  error: z.string().max(300).optional(),
  /** Text in names, ids, reasons, inputs and outputs. */
  q: z.string().max(200).optional(),
});
export type ExecutionFilter = z.infer<typeof ExecutionFilter>;

export const ExecuteInput = z.strictObject({
  workflowId: z.string().min(1).max(64),
  input: Json.optional(),
  leadId: z.string().max(64).optional(),
  version: z.number().int().min(1).optional(),
  trigger: z.string().max(64).optional(),
});
export type ExecuteInput = z.infer<typeof ExecuteInput>;
