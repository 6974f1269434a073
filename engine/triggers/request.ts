import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { z } from "zod";
import type { WebhookRequest } from "../contract.ts";
import { parseJson } from "../core/bounded_json.ts";
import { EngineError } from "../errors.ts";
import { SecretRef } from "../schemas/json.ts";
import type { Json, JsonObject } from "../schemas/json.ts";

/** What of a webhook's config the intake goes by; the node type has parsed and filled it. */
export const HookConfig = z.object({
  method: z.string(),
  respond: z.enum(["accepted", "finished", "node"]),
  auth: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("none") }),
    z.object({ kind: z.literal("header"), header: z.string(), secret: SecretRef.optional() }),
    z.object({ kind: z.literal("hmac"), header: z.string(), secret: SecretRef.optional() }),
  ]),
});
export type HookConfig = z.infer<typeof HookConfig>;

/** Headers that say who calls: they open doors and are not stored. */
const CREDENTIALS = new Set(["authorization", "cookie", "proxy-authorization"]);

/** What templates see as `trigger`: the body by its content type, query and headers. 400 for malformed JSON. */
export function readRequest(request: WebhookRequest, auth: HookConfig["auth"]): JsonObject {
  const headers: JsonObject = {};
  const secretHeader = auth.kind === "none" ? null : auth.header.toLowerCase();
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

/**
 * No signature, no secret, no run: throws 401 when the caller cannot prove itself. The HMAC is SHA-256 over the raw
 * body, as hex or base64, with or without `sha256=` before it.
 */
export function verifyCaller(request: WebhookRequest, auth: HookConfig["auth"], secret: string | null): void {
  if (auth.kind === "none") return;
  const given = request.headers[auth.header.toLowerCase()] ?? "";
  if (!secret) throw refused("This webhook's secret is not set, so it accepts nobody");
  if (!given) throw refused(`The header "${auth.header}" is missing`);
  if (auth.kind === "header") {
    if (!sameBytes(Buffer.from(given), Buffer.from(secret))) {
      throw refused(`The key in "${auth.header}" is not right`);
    }
    return;
  }
  const expected = createHmac("sha256", secret).update(request.rawBody).digest();
  const signature = given.replace(/^sha256=/i, "").trim();
  const bytes = /^[0-9a-f]{64}$/i.test(signature)
    ? Buffer.from(signature, "hex")
    : Buffer.from(signature, "base64");
  if (!sameBytes(bytes, expected)) throw refused(`The signature in "${auth.header}" does not fit the body`);
}

/** In constant time for equal lengths: hashes first, so that lengths tell nothing either. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const digest = (bytes: Uint8Array): Uint8Array => createHmac("sha256", "compare").update(bytes).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function refused(detail: string): EngineError {
  return new EngineError("caller-not-accepted", 401, "Caller not accepted", detail);
}
