import type { Failure } from "../schemas/execution.ts";
import type { GraphNode } from "./graph.ts";

/** Why steps failed, so that what is mended together lies on one card. */
export interface FailedCause {
  /** Type of the node. */
  type: string;
  code: string;
  status: number | null;
  /** Which host answered so; null: none did, and the cause is this one node's. */
  host: string | null;
  at: { workflowId: string; nodeId: string } | null;
}

const START = "cause";
const MOST_TEXT = 100;

/**
 * Names the cause of a step's failure. The same answer of one host is one cause, whatever workflow asked; where no host
 * was asked, each node has causes of its own, because each is mended by itself.
 */
export function causeId(
  node: Pick<GraphNode, "id" | "type">,
  { code, status, host }: Failure,
  workflowId: string,
): string {
  const from = host ? [host] : ["", workflowId, node.id];
  return [START, node.type, code, status === undefined ? "" : String(status), ...from]
    .map((part) => encodeURIComponent(part.slice(0, MOST_TEXT).toWellFormed())).join(":");
}

/** What `causeId` named; null for any other text. */
export function readCause(id: string): FailedCause | null {
  const parts = id.split(":");
  if (parts[0] !== START || (parts.length !== 5 && parts.length !== 7)) return null;
  try {
    const [, type = "", code = "", status = "", host = "", workflowId = "", nodeId = ""] = parts.map(
      decodeURIComponent,
    );
    return {
      type,
      code,
      status: status === "" ? null : Number(status),
      host: host === "" ? null : host,
      at: host === "" ? { workflowId, nodeId } : null,
    };
  } catch {
    return null;
  }
}

/** What the codes of a connection mean for whoever reads them first. */
const HOST_WORDS: { readonly [code: string]: (host: string) => string } = {
  ECONNREFUSED: (host) => `${host} refuses connections`,
  ECONNRESET: (host) => `${host} broke the connection off`,
  ENOTFOUND: (host) => `No address is known for ${host}`,
  ETIMEDOUT: (host) => `No connection to ${host} in time`,
  egress_timeout: (host) => `No answer from ${host} in time`,
  breaker_open: (host) => `${host} failed too often and was not asked`,
};

/** "401 from api.example.com", "No answer from hooks.slack.com in time", "template"; other codes as the failure has them. */
export function causeInWords({ code, status, host }: Pick<FailedCause, "code" | "status" | "host">): string {
  if (host === null) return code;
  if (status !== null) return `${status} from ${host}`;
  return Object.hasOwn(HOST_WORDS, code) ? HOST_WORDS[code]!(host) : `${code} at ${host}`;
}
