import type { GraphNode } from "../core/graph.ts";
import type { SignalFact } from "../core/state.ts";
import type { NodeType } from "../nodes/define.ts";
import type { Ballot } from "../schemas/approval.ts";
import type { CollectionAct, CollectionAnswer } from "../schemas/collection.ts";
import type { JsonObject } from "../schemas/json.ts";
import type { Message } from "../schemas/message.ts";
import type { HttpRequest, HttpResponse, MailAbout, MailRequest, MailResult } from "../schemas/outbound.ts";
import type { Limits, WorkflowGraph } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import type { Key } from "../store/keys.ts";
import type { Tracing } from "./tracing.ts";

/** One JSON line of the log. */
export type Log = (
  level: "info" | "warn" | "error",
  event: string,
  fields?: { [name: string]: unknown },
) => void;

export interface LeadFacts {
  /** What templates and conditions read as `lead`. */
  view: JsonObject;
  timezone: string;
}

/** What a lead's signals are, and what a commit must check so that none slips in between. */
export interface Heard {
  signals: readonly SignalFact[];
  /** Null: the lead never had a signal. */
  clock: string | null;
}

/** What the worker is handed by engine.ts: everything that its nodes may do to the world. */
export interface Services {
  nodeType(type: string): NodeType | undefined;
  /** The number of a workflow's live version; null while it has none. */
  liveVersion(workflowId: string): Promise<number | null>;
  /** What the workflow's live version says of how many may run at once; null: nothing. */
  limits(workflowId: string): Promise<Limits | null>;
  loadVersion(workflowId: string, version: number): Promise<WorkflowGraph & { name: string }>;
  http(request: HttpRequest, options: { signal: AbortSignal; depth: number }): Promise<HttpResponse>;
  /** Does what this node does leave the house? Mail that stays in the outbox does not. */
  leaves(node: Pick<GraphNode, "type" | "config">): boolean;
  mail(request: MailRequest, about: MailAbout): Promise<MailResult>;
  /** Address of the page where an approver answers; null while the house has no public address. */
  voteLink(ballot: Ballot): string | null;
  /** A lead's newest signals, oldest first, and the versionstamp of its clock as it was before they were read. */
  signals(leadId: string): Promise<Heard>;
  /** Reads or writes the team's own records; a write happens once for its key. Throws StepError. */
  collections(act: CollectionAct, idempotencyKey: string): Promise<CollectionAnswer>;
  secret(name: string, host: string | null): Promise<string>;
  lead(leadId: string): Promise<LeadFacts | null>;
  /** What stores a message: with its step's commit, and (a very long text) before it. */
  messageWrite(
    message: Message,
  ): { sets: readonly { key: Key; value: Uint8Array }[]; before: readonly Write[] };
  log: Log;
  trace: Tracing;
}
