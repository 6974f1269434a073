import type { HttpRequest, HttpResponse, MailRequest, MailResult, NodeType } from "../nodes/define.ts";
import type { JsonObject } from "../schemas/json.ts";
import type { Message } from "../schemas/message.ts";
import type { WorkflowGraph } from "../schemas/workflow.ts";
import type { Key } from "../store/keys.ts";

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

/** What the worker is handed by engine.ts: everything that its nodes may do to the world. */
export interface Services {
  nodeType(type: string): NodeType | undefined;
  loadVersion(workflowId: string, version: number): Promise<WorkflowGraph & { name: string }>;
  http(request: HttpRequest, options: { signal: AbortSignal; depth: number }): Promise<HttpResponse>;
  /** Does mail leave the house? */
  mailLeaves(): boolean;
  mail(request: MailRequest, about: MailAbout): Promise<MailResult>;
  secret(name: string, host: string | null): Promise<string>;
  lead(leadId: string): Promise<LeadFacts | null>;
  messageSets(message: Message): readonly { key: Key; value: Uint8Array }[];
  log: Log;
}

export interface MailAbout {
  /** The same for every attempt of a step's visit. */
  id: string;
  executionId: string;
  workflowId: string;
  nodeId: string;
  leadId: string | null;
  test: boolean;
  /** Epoch ms. */
  at: number;
}
