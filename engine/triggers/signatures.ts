import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { WebhookRequest } from "../contract.ts";
import { EngineError } from "../errors.ts";
import type { WebhookAuth } from "../schemas/webhook_auth.ts";

type Locked = Exclude<WebhookAuth, { kind: "none" }>;

/** What a signed request claims: over which bytes, by which signatures, and when it says that it was made. */
interface Claim {
  /** Where the signature stands, for refusals. */
  header: string;
  /** Before the raw body, in what is signed. */
  before: string;
  signatures: Uint8Array[];
  /** Epoch seconds; null: the scheme has no time. */
  at: string | null;
  /** What the signature itself says of which delivery it is; null: the body. */
  id: string | null;
}

const TOLERANCE_MS = 300_000;

/**
 * No signature, no secret, no run: throws 401 when the caller cannot prove itself by one of the secrets. Gives what the
 * signature vouches for as the delivery's key: an `Idempotency-Key` beside it is not signed, and whoever overheard the
 * call could send it again under another. Null where nothing is signed.
 */
export function verifyCaller(
  request: WebhookRequest,
  auth: WebhookAuth,
  { secrets, now }: { secrets: readonly string[]; now: number },
): string | null {
  if (auth.kind === "none") return null;
  if (secrets.length === 0) {
    throw refused("no-secret", "This webhook's secret is not set, so it accepts nobody");
  }
  if (auth.kind === "header") return verifyKey(request, auth.header, secrets);
  const claim = claimOf(request, auth);
  if (claim.at !== null && !isFresh(claim.at, now)) {
    throw refused("stale", "The call says that it was made more than 5 minutes from now, or not when");
  }
  const fits = secrets.some((secret) => {
    const hmac = createHmac("sha256", keyOf(auth, secret)).update(claim.before).update(request.rawBody);
    const expected = hmac.digest();
    // Each is compared to its end: which of them fits must not show in the time.
    return claim.signatures.filter((given) => sameBytes(given, expected)).length > 0;
  });
  if (!fits) throw refused("signature-wrong", `The signature in "${claim.header}" does not fit the body`);
  return claim.id ?? `signed:${createHash("sha256").update(request.rawBody).digest("hex")}`;
}

function verifyKey({ headers }: WebhookRequest, header: string, secrets: readonly string[]): null {
  const given = headers[header.toLowerCase()] ?? "";
  if (!given) throw missing(header);
  const known = secrets.filter((secret) => sameBytes(Buffer.from(given), Buffer.from(secret)));
  if (known.length === 0) throw refused("key-wrong", `The key in "${header}" is not right`);
  return null;
}

function claimOf(request: WebhookRequest, auth: Exclude<Locked, { kind: "header" }>): Claim {
  const read = (header: string): string => {
    const given = request.headers[header.toLowerCase()]?.trim() ?? "";
    if (!given) throw missing(header);
    return given;
  };
  const plain = { before: "", at: null, id: null };
  switch (auth.kind) {
    case "hmac": {
      const signature = read(auth.header).replace(/^sha256=/i, "").trim();
      const bytes = isHex(signature) ? hex(signature) : base64(signature);
      return { ...plain, header: auth.header, signatures: [bytes] };
    }
    case "github": {
      const header = "x-hub-signature-256";
      return { ...plain, header, signatures: prefixed([read(header)], "sha256=").map(hex) };
    }
    case "shopify": {
      const header = "x-shopify-hmac-sha256";
      return { ...plain, header, signatures: [base64(read(header))] };
    }
    case "stripe": {
      const header = "stripe-signature";
      const parts = read(header).split(",").map((part) => part.trim());
      const [at = ""] = prefixed(parts, "t=");
      return { header, before: `${at}.`, signatures: prefixed(parts, "v1=").map(hex), at, id: null };
    }
    case "slack": {
      const [header, at] = ["x-slack-signature", read("x-slack-request-timestamp")];
      const signatures = prefixed([read(header)], "v0=").map(hex);
      return { header, before: `v0:${at}:`, signatures, at, id: null };
    }
    case "standard": {
      const [id, at] = [read("webhook-id"), read("webhook-timestamp")];
      const header = "webhook-signature";
      const signatures = prefixed(read(header).split(/\s+/), "v1,").map(base64);
      return { header, before: `${id}.${at}.`, signatures, at, id: `webhook-id:${id.slice(0, 255)}` };
    }
  }
}

/** The bytes that a secret stands for: Standard Webhooks writes them in base64 behind `whsec_`. */
function keyOf({ kind }: Locked, secret: string): string | Uint8Array {
  if (kind !== "standard" || !secret.startsWith("whsec_")) return secret;
  const bytes = base64(secret.slice("whsec_".length));
  // Cut or mistyped it would be a key that anybody has.
  return bytes.length >= 16 ? bytes : secret;
}

function isFresh(at: string, now: number): boolean {
  return /^\d{1,12}$/.test(at) && Math.abs(now - Number(at) * 1_000) <= TOLERANCE_MS;
}

/** Of some parts those that begin so, without the beginning; a header that is made longer costs no more than these. */
function prefixed(parts: readonly string[], start: string): string[] {
  return parts.filter((part) => part.startsWith(start)).slice(0, 10).map((part) => part.slice(start.length));
}

function isHex(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}

function hex(text: string): Uint8Array {
  return Buffer.from(isHex(text) ? text : "", "hex");
}

function base64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

/** In constant time for equal lengths: hashes first, so that lengths tell nothing either. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const digest = (bytes: Uint8Array): Uint8Array => createHmac("sha256", "compare").update(bytes).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function missing(header: string): EngineError {
  return refused("proof-missing", `The header "${header}" is missing`);
}

/** A caller who could not prove itself: one problem for all of them, and for the webhook's owner `code` says what it was. */
export class CallerRefused extends EngineError {
  readonly code: string;

  constructor(code: string, detail: string) {
    super("caller-not-accepted", 401, "Caller not accepted", detail);
    this.code = code;
  }
}

function refused(code: string, detail: string): EngineError {
  return new CallerRefused(code, detail);
}
