import type { ApprovalFacts } from "./approval.ts";
import type { Failure, Reason, WaitingFor } from "./execution.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Message } from "./message.ts";

/** How a rendered template is encoded: chosen by the field, never by the person who writes it. */
export type Encoding = "text" | "html" | "url" | "json" | "header" | "value";

export interface Port {
  id: string;
  label: string;
}

/**
 * The ports of a node type: fixed ones, or one for each text at `from` in its config (a list's own path, or a pattern
 * such as `cases.*.name`), followed by those that it always has.
 */
export type Ports = Port[] | PortsFrom;

export interface PortsFrom {
  from: string;
  and?: Port[];
}

export type Category = "triggers" | "messages" | "people" | "time" | "logic" | "data" | "code";

/** What templates and conditions may read. Own properties only. */
export interface View {
  trigger: JsonObject;
  lead: JsonObject | null;
  steps: { [nodeId: string]: { output: Json } };
  execution: JsonObject;
  messages: JsonObject;
  /** ISO 8601 UTC. */
  now: string;
}

/** What an attempt returned. A value, not an exception: a throw is an accident and becomes a failure. */
export type Outcome = Done | Wait | Fail;

export interface Done {
  kind: "done";
  output?: Json;
  /** The port to leave by; default `out`. */
  port?: string;
  reason?: Reason;
  /** The answer for a webhook caller that waits for this node. */
  response?: WebhookResponse;
  /** Stored with the step's own commit. */
  message?: Message;
}

export interface Wait {
  kind: "wait";
  for: WaitingFor;
  /** Epoch ms at which the wait ends by itself. */
  until?: number;
  /** The port to leave by when `until` comes; default `out`. */
  untilPort?: string;
  reason: Reason;
  /** People are asked for their votes; what their mails became follows in attempts of their own. */
  approval?: ApprovalFacts;
  /** Stored with the step's own commit. */
  message?: Message;
}

export interface Fail {
  kind: "fail";
  failure: Failure;
  /** What was sent and what was answered, for the person who mends it. */
  output?: Json;
  /** A message that was refused, or whose fate is unknown. */
  message?: Message;
  /** The send left the house and nobody knows whether it arrived. */
  uncertain?: boolean;
}

export interface WebhookResponse {
  status: number;
  headers: { name: string; value: string }[];
  body: Json;
}
