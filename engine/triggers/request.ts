import { z } from "zod";
import type { WebhookRequest } from "../contract.ts";
import { parseJson } from "../core/bounded_json.ts";
import { HookRate } from "../schemas/hook.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import { WebhookAuth } from "../schemas/webhook_auth.ts";

/** What of a webhook's config the intake goes by; the node type has parsed and filled it. */
export const HookConfig = z.object({
  method: z.string(),
  respond: z.enum(["accepted", "finished", "node"]),
  auth: WebhookAuth,
  rate: HookRate.optional(),
});
export type HookConfig = z.infer<typeof HookConfig>;

/** Headers that say who calls: they open doors and are not stored. */
const CREDENTIALS = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "webhook-signature",
  "x-hub-signature",
  "x-hub-signature-256",
  "stripe-signature",
  "x-slack-signature",
  "x-shopify-hmac-sha256",
]);

/** What templates see as `trigger`: the body by its content type, query and headers. 400 for malformed JSON. */
export function readRequest(request: WebhookRequest, auth: WebhookAuth): JsonObject {
  const headers: JsonObject = {};
  const secretHeader = "header" in auth ? auth.header.toLowerCase() : null;
  for (const name of Object.keys(request.headers)) {
    if (!CREDENTIALS.has(name) && name !== secretHeader) headers[name] = request.headers[name]!;
  }
  return { body: readBody(request), query: { ...request.query }, headers };
}

function readBody({ rawBody, headers }: WebhookRequest): Json {
  if (rawBody.byteLength === 0) return null;
  const type = (headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  if (type === "application/json" || type.endsWith("+json")) return parseJson(rawBody);
  const text = new TextDecoder().decode(rawBody);
  if (type !== "application/x-www-form-urlencoded") return text;
  const form: JsonObject = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) form[name] = value;
  return form;
}
