import type { Accepted, WebhookAnswer } from "../engine/contract.ts";
import { EngineError } from "../engine/errors.ts";

/** Types that a browser shows without running anything; all others become downloads (SECURITY, rule 10). */
const PASSIVE = /^(application\/([\w.-]+\+)?json|text\/(plain|csv)|image\/(png|jpeg|gif|webp))$/;
/** Framing belongs to the server, cookies and policies of this origin to nobody's workflow. */
const OURS = new Set([
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "upgrade",
  "trailer",
  "te",
  "set-cookie",
  "content-security-policy",
  "x-content-type-options",
  "strict-transport-security",
  "clear-site-data",
  "service-worker-allowed",
]);
const EMPTY = new Set([204, 205, 304]);

/** The body of the 200 that says: the lead may not enter now, and why. */
export function notEnrolled({ executionId, refused }: Accepted): object {
  return { executionId, enrolled: false, reason: refused };
}

/**
 * What a workflow answers to its webhook's caller: a text body as it is, anything else as JSON.
 * A status or header that cannot be sent is 500 `bad-response`, naming it; the execution stands.
 */
export function webhookResponse({ executionId, response }: WebhookAnswer): Response {
  if (response === undefined) throw new Error("A webhook answer without a response has nothing to send");
  const { status, body } = response;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw unsendable(`the status ${status}; accepted: 200 to 599`);
  }
  const headers = new Headers();
  for (const { name, value } of response.headers) {
    if (OURS.has(name.toLowerCase())) {
      throw unsendable(`the header ${name.toLowerCase()}, which the server sets`);
    }
    try {
      headers.append(name, value);
    } catch {
      throw unsendable(
        `the header ${JSON.stringify(name.slice(0, 100))} with a name or value that HTTP does not allow`,
      );
    }
  }
  if (!headers.has("content-type")) {
    headers.set("content-type", typeof body === "string" ? "text/plain; charset=utf-8" : "application/json");
  }
  const type = (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!PASSIVE.test(type)) headers.set("content-disposition", "attachment");
  headers.set("content-security-policy", "default-src 'none'; sandbox");
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-leadflow-execution", executionId);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(EMPTY.has(status) ? null : text, { status, headers });
}

function unsendable(what: string): EngineError {
  return new EngineError("bad-response", 500, "Answer not sendable", `The workflow answers with ${what}`);
}
