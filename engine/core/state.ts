import type { ChildrenWait, Spawn } from "./children.ts";
import type { Cause } from "./metrics.ts";
import type { EventType } from "../schemas/event.ts";
import type { ExecutionStatus, Failure, Reason, StepStatus, WaitingFor } from "../schemas/execution.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import type { Message } from "../schemas/message.ts";
import type { Approval } from "../schemas/approval.ts";
import type { CallFacts } from "../schemas/call.ts";
import type { WebhookResponse } from "../schemas/node.ts";
import type { RetryOverrides } from "../schemas/retry.ts";
import type { Turn } from "./turn.ts";
import type { ApprovalState } from "./votes.ts";

/** A value in a record, or a reference to a body that was too large for it. */
export type Stored = { json: Json } | { ref: string; bytes: number };

/** One failed attempt. Times are epoch ms. */
export interface Try {
  number: number;
  startedAt: number;
  endedAt: number;
  failure: Failure;
}

/** What is known of one node within one execution, beyond its status. */
export interface StepState {
  /** 1, or higher when a person asked for it again: part of the idempotency key. */
  visit: number;
  /** Attempts begun, over all visits. */
  attempt: number;
  /** Attempts that an earlier retry by hand or visit has used up: the policy counts from here. */
  spent?: number;
  startedAt?: number;
  endedAt?: number;
  port?: string;
  input?: Stored;
  output?: Stored;
  reason?: Reason;
  failure?: Failure;
  tries?: Try[];
  /** A wait or a retry ends by itself at this time. */
  wakeAt?: number;
  wakePort?: string;
  waitingFor?: WaitingFor;
  warnings?: string[];
  /** Processes that ended while it ran: from the first on it is a suspect (suspect.ts). */
  deaths?: number;
  /** Those of them in which nothing else ran. */
  deathsAlone?: number;
  /** This attempt has its process for itself. */
  alone?: true;
  /** This attempt runs beside a few suspects of one death, and nothing else. */
  few?: true;
  /** This attempt may reach somebody outside: it is never repeated by itself. */
  outside?: boolean;
  /** The execution that it ran in, where a replay took over its result. */
  takenOver?: string;
  /** Its place under a rate, until it begins. */
  turn?: Turn;
  /** The children that it waited for when it failed or was stopped: it goes on with them (rounds.ts). */
  rounds?: ChildrenWait;
  /** What people are to approve, from the moment they are asked. */
  approval?: ApprovalState;
}

export interface Lease {
  owner: string;
  until: number;
}

/** The whole truth about one execution, as its head record holds it. Times are epoch ms. */
export interface ExecutionState {
  id: string;
  workflowId: string;
  version: number;
  status: ExecutionStatus;
  /** `retry`: what the schedule that started it changes of the workflow's policy. */
  trigger: { nodeId: string; kind: "manual" | "webhook" | "signal" | "schedule"; retry?: RetryOverrides };
  leadId: string | null;
  test: boolean;
  /** Calls through our own webhooks that led here. */
  depth: number;
  /** The execution that this one replays. */
  replayOf?: string;
  /** Idempotency record that names it: trigger and key. */
  delivery: readonly [string, string] | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** 0–100; never falls. */
  progress: number;
  /** Sequence of the newest event. */
  seq: number;
  /** By node index. */
  statuses: StepStatus[];
  steps: ReadonlyMap<string, StepState>;
  /** What became of the mails its nodes sent: conditions read it. */
  messages: { readonly [nodeId: string]: MessageMarks };
  /** Rises with every new holder; part of body references, so that a zombie overwrites nothing. */
  fence: number;
  lease: Lease | null;
  /** Its one due entry. */
  due: { at: number; kind: "execution" | "forget" } | null;
  /** The execution whose step waits for this one, and as which of its children. */
  parent: (Spawn & { executionId: string }) | null;
  /** Generations above it. */
  nesting: number;
  cancelling: Cancelling | null;
  /** Signals that a wait has taken: one signal satisfies one wait. */
  consumed: readonly string[];
  /** Must hear of its lead's signals: a step waits for one, or a goal or exit may be met. */
  listening: boolean;
  reason: Reason | null;
  timeoutAt: number | null;
  /** Where it stands with its workflow's limit; null: it does not count. */
  limit: Place | null;
  /** Which counters it is in (`COUNTED`): not in those that there were not yet when it was last written. */
  counted?: number;
  /** When it failed first, of one that was reopened since. */
  failedAt?: number;
  /** It is to go on in another version as soon as none of its steps runs. */
  migrating?: Migrating | null;
  /** Versions that it has left, oldest first. */
  moves?: readonly Move[];
  /** Nodes that ran in a version which it has left, and that its present version does not have. */
  left?: { readonly [nodeId: string]: LeftNode };
}

/**
 * `withParent`: told by its parent, with which it goes on; else a person said it, and it stays so. `resumes`: its loop
 * goes on meanwhile, and so does it once all of it has stopped.
 */
export interface Cancelling {
  by: string;
  reason: string;
  at: number;
  as?: "timeout" | "goal" | "exit";
  withParent?: true;
  resumes?: true;
}

export interface Migrating {
  to: number;
  by: string;
  at: number;
}

export interface Move extends Migrating {
  from: number;
}

/** What is known of a node whose version was left; its step is kept as it ended. */
export interface LeftNode {
  label: string;
  type: string;
  status: StepStatus;
  version: number;
}

/** Of one that counts against a limit: it holds a slot, or stands in the queue for one, or needs none now. */
export interface Place {
  /** It counts while it only waits, too. */
  waits: boolean;
  slot: number | null;
  /** Since when it holds the slot, or stands in the queue. */
  since: number | null;
  /** How long it held slots before, ms. */
  held: number;
}

export interface MessageMarks {
  id: string;
  sent?: number;
  opened?: number;
  clicked?: number;
  replied?: number;
}

/** What happened, in its short stored form: label and execution are filled in when it is read. */
export interface StoredEvent {
  type: EventType;
  node?: string;
  message?: string;
  step?: StepStatus;
  attempt?: number;
  port?: string;
  until?: number;
  reason?: Reason;
  failure?: Failure;
  progress: number;
}

/** Something that needs a person. */
export interface Attention {
  kind: "task" | "uncertain" | "failed";
  nodeId: string;
  visit: number;
  title: string;
  description: string;
  outcomes: { id: string; label: string }[];
  dueAt: number | null;
  approval?: Approval;
  call?: CallFacts;
  /** Of a failed step: under which cause it is counted. */
  failed?: FailedAt;
}

/** Where a failed step lies in the index by cause: its cause (cause.ts), and when it failed, epoch ms. */
export interface FailedAt {
  cause: string;
  at: number;
}

/** A signal as the machine sees it. Times are epoch ms. */
export interface SignalFact {
  id: string;
  type: string;
  data: Json;
  at: number;
}

export interface LedgerLine {
  nodeId: string;
  visit: number;
  attempt: number;
  state: "intent" | "sent" | "refused" | "uncertain" | "resolved";
  /** One of several acts of the step. */
  part?: string;
}

/** The pure result of deciding: exactly what one commit writes. */
export interface Transition {
  next: ExecutionState;
  events: StoredEvent[];
  /** Steps that this commit says are running: whoever commits it runs them. */
  started: string[];
  /** Steps that may begin once they are given a turn: asked for, it is decided again. */
  asks: string[];
  /** Attention put (record) or taken away (null), by `<node>.<visit>`; `was`: the failure that is taken away. */
  attention: { nodeId: string; visit: number; record: Attention | null; was?: FailedAt }[];
  ledger: LedgerLine[];
  messages: Message[];
  response: WebhookResponse | null;
  /** `started`, `completed`, `failed`, `cancelled`, `reopened`: counted in the same commit. */
  counts: string[];
  /** Why it failed, by the first step that did. */
  cause?: Cause;
  /** Children to be created before this commit, under its execution's fence. */
  spawn: Spawn[];
  /** Children that are told to stop. */
  dismiss: Spawn[];
  /** Children that are told to go on. */
  resume: (Spawn & { again: number; called?: true })[];
  /** It was retried by hand, and its parent must know. */
  reopened?: true;
  /** A child's result for its parent, once it has settled. */
  result: Stored | null;
}

export const SETTLED: ReadonlySet<ExecutionStatus> = new Set(["completed", "failed", "cancelled"]);

export function isSettled(state: { status: ExecutionStatus }): boolean {
  return SETTLED.has(state.status);
}

export const LEASE_MS = 15_000;

export type { Json, JsonObject };
export type { Mail } from "./mail.ts";

/** A third of it has passed; or the clock went back, and the end lies further away than any lease. */
export function mustRenew(lease: { until: number }, now: number): boolean {
  return lease.until - now < LEASE_MS * 2 / 3 || lease.until - now > LEASE_MS;
}
