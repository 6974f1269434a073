import type { Access, Secrets } from "./contract_access.ts";
import type { Alerts } from "./contract_alerts.ts";
import type { Inbox } from "./contract_inbox.ts";
import type { Messages } from "./contract_messages.ts";
import type { Metrics } from "./contract_metrics.ts";
import type { Scheduling } from "./contract_scheduling.ts";
import type { Triggers } from "./contract_triggers.ts";
import type { NodeDescriptor } from "./nodes/define.ts";
import type { ApprovalLink } from "./schemas/approval.ts";
import type { Execution, ExecutionFilter, ExecutionSummary, Reason } from "./schemas/execution.ts";
import type { CollectionInfo, CollectionRecord, IndexValue, PutInput } from "./schemas/collection.ts";
import type { ExecutionEvent } from "./schemas/event.ts";
import type { ImportAnswer, ImportInput, ImportPreview } from "./schemas/import.ts";
import type { Json } from "./schemas/json.ts";
import type { Lead, LeadInput, LeadPatch, Signal, SignalInput } from "./schemas/lead.ts";
import type {
  BulkCount,
  BulkInput,
  BulkJob,
  MigrateInput,
  ReplayInput,
  ReplayPlan,
  Running,
} from "./schemas/mending.ts";
import type { Page, Paging } from "./schemas/problem.ts";
import type { NodeCount } from "./schemas/node_counts.ts";
import type { PublishPreview } from "./schemas/preview.ts";
import type { Samples } from "./schemas/sample.ts";
import type { Simulated, SimulateRequest } from "./schemas/simulation.ts";
import type {
  Issue,
  Refusals,
  VersionChange,
  Workflow,
  WorkflowGraph,
  WorkflowInput,
  WorkflowSummary,
  WorkflowVersion,
} from "./schemas/workflow.ts";

export type { Scheduling } from "./contract_scheduling.ts";
export type { Inbox } from "./contract_inbox.ts";
export type { Messages } from "./contract_messages.ts";
export type { RefusedCall, Triggers, WebhookAnswer, WebhookRequest } from "./contract_triggers.ts";
export type { Access, Role, SecretInfo, Secrets, User } from "./contract_access.ts";

/** Who asks: shown in histories and audits. */
export interface Actor {
  userId: string;
  name: string;
  /** By which approvers are known. */
  email?: string;
}

/** Of a creating call: the same key and input within 72 h is the same resource, another input 422. */
export interface CreateOptions {
  idempotencyKey?: string;
  /** Of a workflow: begun empty in the editor; absent: made by a program. */
  origin?: "canvas" | "import" | "api" | "template";
}

/** Every method throws EngineError with a problem that names the field; bad input changes nothing. */
export interface Workflows {
  list(paging: Paging & { q?: string }): Promise<Page<WorkflowSummary>>;
  /** 422 when it is no graph; an unfinished config is kept and listed in `issues`. */
  create(input: WorkflowInput, actor: Actor, options?: CreateOptions): Promise<Workflow>;
  /** A new workflow from a file of ours or of n8n, with what became of each node; `save` false: it is only shown. */
  import(
    input: ImportInput,
    actor: Actor,
    options?: CreateOptions,
  ): Promise<ImportAnswer | ImportPreview>;
  get(id: string): Promise<Workflow>;
  /** 412 when `revision` is not the stored one. `name` and any part of the graph may be absent: kept as it is. */
  save(id: string, revision: number, change: Partial<WorkflowInput>, actor: Actor): Promise<Workflow>;
  /** 409 naming the count while executions are unsettled, unless `running` says what becomes of them. */
  remove(id: string, options: { running?: "cancel" | "finish" }, actor: Actor): Promise<void>;
  /** 422 with issues per node when it cannot run. */
  publish(
    id: string,
    options: { note?: string; revision?: number },
    actor: Actor,
  ): Promise<{ version: number }>;
  versions(id: string): Promise<WorkflowVersion[]>;
  /** `live`: the one that runs now; 404 while there is none. */
  version(id: string, version: number | "live"): Promise<WorkflowVersion & WorkflowGraph>;
  /** Gives a version a name, or another note. */
  nameVersion(id: string, version: number, change: VersionChange, actor: Actor): Promise<WorkflowVersion>;
  /** The version's graph becomes the draft; 412 when `revision` is not the stored one. */
  restore(
    id: string,
    version: number,
    revision: number,
    actor: Actor,
  ): Promise<Workflow & { previousRevision: number }>;
  /** Who was not enrolled, and why. */
  refusals(id: string): Promise<Refusals>;
  /** What keeps a graph from running. */
  check(graph: WorkflowGraph, workflowId?: string): Promise<Issue[]>;
}

export interface Accepted {
  executionId: string;
  /** False: this delivery was accepted before and is the same execution. */
  fresh: boolean;
  /** The lead may not enter now: nothing was started, `executionId` is the execution that stands in the way. */
  refused?: Reason;
}

/** An event with its cursor: `<seq>` in one execution's stream, `<versionstamp>.<index>` in the stream of all. */
export interface Followed {
  id: string;
  event: ExecutionEvent;
}

/** What all executions did, for whoever watches them. */
export interface Watched {
  /** The cursor behind it. */
  at: string;
  /** Null: more than can be shown, or too long ago. What is on the screen must be read again. */
  events: readonly Followed[] | null;
  /** Lists are read again no sooner than so many ms after the last time, so that all who watch together can. */
  readMs: number;
}

export interface Executions {
  /** `payloads` false: text is not searched in inputs and outputs, which the person may not see. */
  list(
    filter: ExecutionFilter & Paging,
    see?: { payloads: boolean },
  ): Promise<Page<ExecutionSummary>>;
  get(id: string): Promise<Execution>;
  /** How many executions of the workflow stand where, by node: exactly those that the list finds. 404. */
  nodeCounts(workflowId: string): Promise<NodeCount[]>;
  /** What a test of the workflow can be pinned to: its newest executions, and what the steps of one put out. */
  samples(workflowId: string, executionId?: string): Promise<Samples>;
  events(id: string, paging: { after?: number; limit?: number }): Promise<Followed[]>;
  /** History after `after` (exclusive), then live; ends after the execution's last event. */
  follow(id: string, after: number, signal: AbortSignal): AsyncIterable<Followed>;
  /** All executions; `cursor` exclusive, absent: from now. A cursor older than the feed yields `{ id, reset: true }`. */
  followAll(
    cursor: string | null,
    signal: AbortSignal,
  ): AsyncIterable<Followed | { id: string; reset: true }>;
  /** The same for screens: put together once for all who watch, and passed over where it is more than one can read. */
  watch(cursor: string | null, signal: AbortSignal): AsyncIterable<Watched>;
  cancel(
    id: string,
    options: { reason?: string },
    actor: Actor,
  ): Promise<{ status: "cancelled" | "cancelling" }>;
  /** Reopens a failed execution at its failed steps. 409 when it is not failed. */
  retry(id: string, options: { nodeId?: string }, actor: Actor): Promise<{ steps: string[] }>;
}

export interface Mending {
  /**
   * Runs an execution again as a new one: from a step (default: the trigger), with the same or another version and an
   * edited input. 422 names what cannot be mapped. Not bound by enrolment.
   */
  replay(
    id: string,
    input: ReplayInput,
    options: { idempotencyKey?: string },
    actor: Actor,
  ): Promise<Accepted>;
  /** What that would take over and run; the same refusals. */
  planReplay(id: string, input: ReplayInput): Promise<ReplayPlan>;
  /** Which executions an action on all that a filter finds would reach. */
  count(input: BulkInput): Promise<BulkCount>;
  /** Starts it, ten a second, surviving restarts. 409 when `expect` is not the count by now. */
  startBulk(input: BulkInput, options: { idempotencyKey?: string }, actor: Actor): Promise<BulkJob>;
  bulkJobs(paging: Paging): Promise<Page<BulkJob>>;
  /** Where unsettled executions of other versions stand, and whether they can move; partial, with `nextCursor`. 404. */
  running(workflowId: string, options: { to?: number; cursor?: string }): Promise<Running>;
  /**
   * Moves executions to a version (`migrate`), or starts them anew in it and cancels the old ones (`restart`), as a bulk
   * action. 409 when `count` is not the count by now or nothing is live, 422 for a version that there is not.
   */
  startMigration(
    workflowId: string,
    input: MigrateInput,
    options: { idempotencyKey?: string },
    actor: Actor,
  ): Promise<BulkJob>;
  bulkJob(id: string): Promise<BulkJob>;
  /** What has been done stays done. 409 when it has ended by itself. */
  cancelBulk(id: string, actor: Actor): Promise<BulkJob>;
}

export interface Leads {
  list(paging: Paging & { q?: string }): Promise<Page<Lead>>;
  /** 409 when the e-mail address exists. */
  create(input: LeadInput, options?: CreateOptions): Promise<Lead>;
  get(id: string): Promise<Lead>;
  update(id: string, patch: LeadPatch): Promise<Lead>;
  remove(id: string): Promise<void>;
  signal(id: string, input: SignalInput, options?: CreateOptions): Promise<Signal>;
  signals(id: string, paging: Paging): Promise<Page<Signal>>;
}

export interface Collections {
  list(paging: Paging): Promise<Page<CollectionInfo>>;
  /** 404 when nobody has written to it. */
  get(name: string): Promise<CollectionInfo>;
  /** In the order of their keys. */
  records(name: string, paging: Paging): Promise<Page<CollectionRecord>>;
  /** Those whose field has this value; 422 naming the field when it is not indexed. */
  find(
    name: string,
    by: { field: string; value: IndexValue },
    paging: Paging,
  ): Promise<Page<CollectionRecord>>;
  record(name: string, key: string): Promise<CollectionRecord>;
  /** 422 naming the field; a new collection is made by its first record. */
  put(name: string, key: string, input: PutInput): Promise<{ created: boolean; record: CollectionRecord }>;
  /** 404 when it is not there. */
  remove(name: string, key: string): Promise<void>;
}

export interface Approvals {
  /** What a link from a mail is about; null for a token that we did not sign. Changes nothing. */
  look(token: string): Promise<ApprovalLink | null>;
  /** Votes as the link says, once for each approver; null for a token that we did not sign. */
  vote(token: string, input: { note: string }): Promise<{ cast: boolean; link: ApprovalLink } | null>;
}

export interface Engine {
  readonly workflows: Workflows;
  readonly triggers: Triggers;
  readonly executions: Executions;
  readonly mending: Mending;
  readonly metrics: Metrics;
  readonly leads: Leads;
  readonly messages: Messages;
  readonly inbox: Inbox;
  readonly alerts: Alerts;
  readonly collections: Collections;
  readonly scheduling: Scheduling;
  readonly approvals: Approvals;
  readonly secrets: Secrets;
  readonly access: Access;
  /** A dry run on virtual time: stores nothing, and nothing leaves the house. 404, 422 naming the node or field, 503 busy. */
  simulate(workflowId: string, input: SimulateRequest): Promise<Simulated>;
  /** What publishing the draft would begin, within a second. 404. */
  previewPublish(workflowId: string): Promise<PublishPreview>;
  nodeTypes(): NodeDescriptor[];
  /** Reads the store once and asks the loop when it last looked. */
  ready(): Promise<{ ok: boolean; checks: { name: string; ok: boolean; detail: string }[] }>;
  /** Public base address for links in mails, without a slash at the end. */
  publicUrl(): string;
  /** Learnt from a request when none is configured. */
  learnUrl(origin: string): void;
  start(): Promise<void>;
  /** Looks for due work until the minute's end; what `Deno.cron` calls. */
  sweep(): Promise<void>;
  /** Takes nothing new, lets steps finish for 3 s, gives back leases; at most 5 s. */
  stop(): Promise<void>;
}

export type { Json };
