import { EngineError } from "../../engine/errors.ts";

/** Delivery ids that senders of webhooks give: the same delivery is the same execution. */
const DELIVERY_HEADERS = ["webhook-id", "x-github-delivery", "x-shopify-webhook-id"];

/** `Idempotency-Key` of a creating request; 400 when it is no key. */
export function idempotencyKey(headers: Headers): string | undefined {
  return checked("Idempotency-Key", headers.get("idempotency-key"));
}

/** What a creating route declares in its `headers`. */
export const IDEMPOTENT = {
  "Idempotency-Key": "The same key and body within 72 h is the same resource; another body is 422",
};

/** The key as a creating call of the engine takes it. */
export function createOptions(headers: Headers): { idempotencyKey?: string } {
  const key = idempotencyKey(headers);
  return key === undefined ? {} : { idempotencyKey: key };
}

/** The same for a webhook, where a known sender's delivery id stands in. */
export function deliveryKey(headers: Headers): string | undefined {
  const key = idempotencyKey(headers);
  if (key !== undefined) return key;
  for (const name of DELIVERY_HEADERS) {
    const id = checked(name, headers.get(name));
    // Named by its header: two senders may count alike.
    if (id !== undefined) return `${name}:${id}`;
  }
  return undefined;
}

function checked(name: string, value: string | null): string | undefined {
  if (value === null) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(value)) return value;
  const detail = `${name} has ${value.length} characters; accepted: 1 to 255 printable ones without spaces`;
  throw new EngineError("bad-idempotency-key", 400, "Idempotency key not accepted", detail);
}
