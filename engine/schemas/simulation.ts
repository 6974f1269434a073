import { z } from "zod";
import { Duration } from "./duration.ts";
import { ExecutionEvent } from "./event.ts";
import { Reason, StepStatus } from "./execution.ts";
import { Json, NodeId } from "./json.ts";
import { SignalType } from "./lead.ts";
import { WorkflowGraph } from "./workflow.ts";

/** What a node would put out, instead of running it. */
export const Pin = z.strictObject({
  output: Json,
  /** By which port it leaves; absent: `out`, else its first. */
  port: z.string().max(100).optional(),
}).meta({ id: "Pin" });

/** What a dry run starts from, and what the world does meanwhile: everything but the graph. */
export const SimulateInput = z.strictObject({
  /** A stored lead; absent: the one that the input names by its e-mail address. */
  leadId: z.string().max(64).optional(),
  /** What arrives at the trigger, as in `POST /api/workflow/execute`. */
  input: Json.optional(),
  /** Absent: the manual trigger, else the first one. */
  trigger: z.string().max(64).optional(),
  version: z.union([z.literal("draft"), z.number().int().min(1)]).default("draft"),
  /** When it starts: ISO 8601; without an offset as clocks in the lead's zone show it. Absent: now. */
  at: z.string().max(40).optional(),
  /** What people answer, by node; null: nobody does. A node that is not named gets its first outcome. */
  answers: z.record(NodeId, z.string().max(100).nullable()).default({}),
  /** Nodes whose mail is opened, a minute after it was sent. */
  opened: z.array(NodeId).max(1_000).default([]),
  /** Nodes in whose mail the first link is clicked, a minute after it was sent. */
  clicked: z.array(NodeId).max(1_000).default([]),
  /** What happens to the lead, counted from the start. */
  signals: z.array(z.strictObject({ after: Duration, type: SignalType, data: Json.optional() })).max(100)
    .default([]),
  /** What other programs answer, by node; absent: 200 with `{}`. */
  http: z.record(
    NodeId,
    z.strictObject({ status: z.number().int().min(100).max(599), body: Json.optional() }),
  ).default({}),
  /** The draft as it is on the canvas, saved or not; absent: the stored one. */
  graph: WorkflowGraph.optional(),
  /** Nodes that are not run, by node: each completes at once. A trigger's is what arrives: body, query, headers. */
  pins: z.record(NodeId, Pin).default({}),
  /** Runs this node alone, over what is known of the nodes before it: pins, and `from`. */
  only: NodeId.optional(),
  /** Runs to this node: what lies on the ways to it. */
  until: NodeId.optional(),
  /** An execution of this workflow: what arrived there, about whom, and with `only` what its steps put out. */
  from: z.string().max(64).optional(),
  /** Nodes whose requests really go out, once each. Nothing is ever sent to a person. */
  call: z.array(NodeId).max(20).default([]),
  /** Lays the mails that would have been sent into the outbox, marked as a test. */
  keep: z.boolean().default(false),
}).meta({ id: "SimulateInput" });
export type SimulateInput = z.infer<typeof SimulateInput>;
/** As it is asked for: what is absent gets its default. */
export type SimulateRequest = z.input<typeof SimulateInput>;

/** What would have left the house; of several attempts the last. */
export const Would = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("mail"),
    to: z.array(z.string()),
    cc: z.array(z.string()),
    bcc: z.array(z.string()),
    subject: z.string(),
    text: z.string(),
  }),
  z.object({
    kind: z.literal("http"),
    method: z.string(),
    url: z.string(),
    /** As text, the first 10,000 characters; null: none, or bytes. */
    body: z.string().nullable(),
    /** It really went out, because that was asked for. */
    called: z.boolean().optional(),
  }),
  /** A record of the team's own that would be written or deleted. */
  z.object({
    kind: z.literal("data"),
    action: z.enum(["put", "delete"]),
    collection: z.string(),
    key: z.string(),
    value: Json.nullable(),
  }),
]).meta({ id: "Would" });
export type Would = z.infer<typeof Would>;

export const SimulatedStep = z.object({
  nodeId: z.string(),
  type: z.string(),
  label: z.string(),
  status: StepStatus,
  /** When it began or was skipped, UTC; null: it was not reached. */
  at: z.string().nullable(),
  /** The same moment as clocks in the dry run's zone show it: "Tue 1 Dec 2026, 09:00". */
  local: z.string().nullable(),
  /** Until when it waited, UTC. */
  until: z.string().optional(),
  endedAt: z.string().nullable(),
  attempts: z.number().int(),
  port: z.string().nullable(),
  input: Json.nullable(),
  output: Json.nullable(),
  reason: Reason.nullable(),
  warnings: z.array(z.string()),
  would: Would.optional(),
}).meta({ id: "SimulatedStep" });
export type SimulatedStep = z.infer<typeof SimulatedStep>;

export const Simulated = z.object({
  workflowId: z.string(),
  /** Of a draft: the number that it would get. */
  version: z.number().int(),
  draft: z.boolean(),
  lead: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  /** The lead's zone, else the workflow's, else UTC. */
  timezone: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  /** Virtual time from start to end, in ms. */
  duration: z.number(),
  /** `waiting`: nothing more comes by itself. `stopped`: a limit of dry runs was met; the reason names it. */
  endedAs: z.enum(["completed", "failed", "cancelled", "waiting", "stopped"]),
  reason: Reason.nullable(),
  /** In the order of time; those that were not reached stand last. */
  steps: z.array(SimulatedStep),
  /** What the dry run assumed by itself, in words. */
  notes: z.array(z.string()),
  /** As in an execution's history. */
  events: z.array(ExecutionEvent),
  /** Ids in the outbox of the messages that were kept. */
  kept: z.array(z.string()),
}).meta({ id: "Simulated" });
export type Simulated = z.infer<typeof Simulated>;
