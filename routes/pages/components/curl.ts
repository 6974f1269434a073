/** The sample that a first webhook call carries. */
export const SAMPLE_BODY = '{"email":"ann@example.com","firstName":"Ann","company":"Acme","score":72}';

/** A webhook trigger as its node's config says it; drafts may hold anything, so every part is read with care. */
export interface HookCall {
  path: string;
  method: string;
  /** Header that must carry the key or the signature; null: open. */
  header: string | null;
  /** `header` carries an HMAC-SHA256 of the body, or (`by a sender`) one that only its sender's own program makes. */
  signed: boolean | "by a sender";
}

/** Reads a `trigger_webhook` config; null without a path. */
export function hookCallOf(config: { readonly [key: string]: unknown }): HookCall | null {
  const { path, method, auth } = config;
  if (typeof path !== "string" || !path) return null;
  const kind = readText(auth, "kind");
  return {
    path,
    method: typeof method === "string" ? method : "POST",
    header: (Object.hasOwn(HEADERS, kind) && (readText(auth, "header") || HEADERS[kind])) || null,
    signed: kind === "hmac" || (kind !== "header" && Object.hasOwn(HEADERS, kind) && "by a sender"),
  };
}

const HEADERS: { readonly [kind: string]: string } = {
  header: "x-webhook-key",
  hmac: "x-signature",
  standard: "webhook-signature",
  github: "x-hub-signature-256",
  stripe: "stripe-signature",
  slack: "x-slack-signature",
  shopify: "x-shopify-hmac-sha256",
};

function readText(value: unknown, key: string): string {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return "";
  const text: unknown = Reflect.get(value, key);
  return typeof text === "string" ? text : "";
}

/** A command that calls the webhook from any terminal; the key itself is for the caller to fill in. */
export function curlFor(publicUrl: string, call: HookCall): string {
  const lines = [
    `curl -X ${call.method} ${publicUrl}/hooks/${call.path}`,
    "-H 'content-type: application/json'",
  ];
  if (call.signed === true) {
    lines.push(
      `-H "${call.header}: $(printf %s '${SAMPLE_BODY}' | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)"`,
    );
  } else if (call.header) lines.push(`-H "${call.header}: ${call.signed ? "$SIGNATURE" : "$SECRET"}"`);
  lines.push(`-d '${SAMPLE_BODY}'`);
  return lines.join(" \\\n     ");
}
