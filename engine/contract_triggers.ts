import type { Accepted, Actor } from "./contract.ts";
import type { ExecuteInput } from "./schemas/execution.ts";
import type { HookState } from "./schemas/hook.ts";
import type { WebhookResponse } from "./schemas/node.ts";

/** A request at `/hooks/<path>`; the body has been read and bounded (1 MiB). */
export interface WebhookRequest {
  method: string;
  path: string;
  rawBody: Uint8Array;
  /** Lower-case names. */
  headers: { [name: string]: string };
  query: { [name: string]: string };
  idempotencyKey?: string;
  /** Depth of calls through our own webhooks; refused at 5. */
  depth?: number;
  /** The sender's address, asked for when the call is refused. */
  from?(): string;
}

/** A call that was refused before it could be read. */
export interface RefusedCall extends Pick<WebhookRequest, "method" | "path" | "from"> {
  contentType: string | null;
  /** Bytes of its body as it announced them; null: it did not. */
  size: number | null;
}

export interface WebhookAnswer extends Accepted {
  /** What a `respond` node (or the finished execution) answers; absent: 202 with the id. */
  response?: WebhookResponse;
}

export interface Triggers {
  /**
   * 404 unknown path, 405 wrong method, 401 bad signature or key, 400 malformed JSON, 422 key reused with another body,
   * 429 over the webhook's rate. A refusal is noted for the webhook's owner.
   */
  webhook(request: WebhookRequest): Promise<WebhookAnswer>;
  /** Notes a call that was refused before it came so far. */
  refused(call: RefusedCall, error: unknown): void;
  /** The workflow's webhooks, live ones first: when the last call came, and what was refused lately. 404. */
  hooks(workflowId: string): Promise<HookState[]>;
  /** Start by hand or over the API. */
  execute(input: ExecuteInput, options: { idempotencyKey?: string }, actor: Actor): Promise<Accepted>;
}
