import { z } from "zod";
import { durationMs } from "../schemas/duration.ts";
import { failureOfAnswer, readAnswer, toBase64 } from "../schemas/http_answer.ts";
import { addressProblems, hostsOf, RequestTimeout } from "../schemas/http_call.ts";
import { Json, SecretRef } from "../schemas/json.ts";
import { StepError } from "../errors.ts";
import { defineNode } from "./define.ts";
import type { Outcome, StepContext } from "./define.ts";

/** Sizes of a key that Standard Webhooks allows. */
const KEY_BYTES = { least: 24, most: 64 };

const config = z.strictObject({
  url: z.string().max(8_000).meta({
    title: "Address",
    description: "https of the program that is told; values from {{ }} are percent-encoded.",
    format: "uri",
  }),
  secret: SecretRef.optional().meta({
    title: "Signing secret",
    description: "A stored secret of the form whsec_…; two, with a blank between, while you change it.",
    format: "secret",
  }),
  event: z.string().max(200).default("workflow.step").meta({
    title: "Event",
    description: "Its type in the body, such as lead.qualified.",
  }),
  body: Json.optional().meta({
    title: "Data",
    description: "What the body carries as data; texts may hold {{ }}. Empty: who and which step it was.",
  }),
  timeout: RequestTimeout,
});
type Config = z.infer<typeof config>;

function bad(code: string, field: string, message: string): never {
  throw new StepError({ code, message, retryable: false, details: { field } });
}

/** The keys of a secret's value; says what is accepted without telling anything of the value. */
function keysOf(value: string): Uint8Array<ArrayBuffer>[] {
  return value.trim().split(/\s+/).map((one) => {
    let text: string;
    try {
      text = one.startsWith("whsec_") ? atob(one.slice("whsec_".length)) : "";
    } catch {
      text = "";
    }
    if (text.length < KEY_BYTES.least || text.length > KEY_BYTES.most) {
      const form = `whsec_ and ${KEY_BYTES.least} to ${KEY_BYTES.most} bytes in base64`;
      bad("bad_webhook_secret", "secret", `Cannot sign: the secret is not of the form ${form}`);
    }
    return Uint8Array.from(text, (char) => char.charCodeAt(0));
  });
}

/** `v1,<base64>` of HMAC-SHA256 over id, timestamp and body (Standard Webhooks, symmetric). */
async function sign(bytes: Uint8Array<ArrayBuffer>, content: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(content));
  return `v1,${toBase64(new Uint8Array(mac))}`;
}

/** The same for every attempt, but for its signature: a receiver that knows the id can pass over it. */
function bodyOf({ event, body }: Config, context: StepContext): string {
  const { executionId, workflowId, nodeId, leadId } = context;
  return JSON.stringify({
    type: event.trim() || "workflow.step",
    timestamp: new Date(context.startedAt).toISOString(),
    data: body ?? { executionId, workflowId, nodeId, leadId },
  });
}

async function run(config: Config, context: StepContext): Promise<Outcome> {
  const url = URL.parse(config.url);
  if (!url) {
    const shown = JSON.stringify(config.url.slice(0, 200));
    bad("bad_url", "url", `Cannot send: url is ${shown}, an address such as https://example.com is accepted`);
  }
  if (!config.secret) bad("bad_webhook_secret", "secret", "Cannot sign: no secret is named");
  const keys = keysOf(await context.secret(config.secret.secret, url.host));
  const id = context.idempotencyKey;
  const timestamp = Math.floor(context.now / 1_000);
  const body = bodyOf(config, context);
  const signatures = await Promise.all(keys.map((key) => sign(key, `${id}.${timestamp}.${body}`)));
  const response = await context.http({
    method: "POST",
    url: url.href,
    headers: [
      { name: "content-type", value: "application/json" },
      { name: "webhook-id", value: id },
      { name: "webhook-timestamp", value: String(timestamp) },
      { name: "webhook-signature", value: signatures.join(" ") },
    ],
    body,
    timeoutMs: durationMs(config.timeout),
  });
  const answer = readAnswer(response);
  const output = { id, ...answer };
  if (response.status < 400) return { kind: "done", output };
  const failure = failureOfAnswer(response, answer.headers, context.now);
  // 410: the receiver wants no more of these.
  const lasting = response.status === 410 ? { retryable: false } : {};
  return { kind: "fail", output, failure: { ...failure, ...lasting } };
}

/**
 * Tells another program, signed as Standard Webhooks says. Fails with `bad_url`, `bad_webhook_secret`, `http_<status>`
 * from 400 on, or with the name of what kept it from an answer.
 */
export default defineNode({
  type: "webhook",
  version: 1,
  kind: "effect",
  ledger: false,
  hosts: ({ url }) => hostsOf(url),
  title: "Signed webhook",
  description: "Tells another program what happened, with a signature that it can check.",
  help: [
    "Posts JSON to another program and signs it by Standard Webhooks, so that the receiver can tell that it came from you. Every attempt carries the same webhook-id: whoever has seen it passes over it.",
    'Example: event lead.qualified with the data {"email": "{{ lead.email }}"}. Store the shared whsec_… under Settings → Secrets with the receiver\'s host.',
    "From status 400 on it is tried again by its retry policy; 410 means that nobody wants it any more.",
  ].join("\n\n"),
  category: "data",
  keywords: ["outgoing", "send", "post", "tell", "zapier", "integration", "signature"],
  icon: "webhook",
  config,
  example: {
    url: "https://example.com/hooks/leadflow",
    secret: { secret: "webhook_signing" },
    event: "lead.qualified",
    body: { email: "{{ lead.email }}" },
  },
  ports: [{ id: "out", label: "Received" }, { id: "error", label: "Failed" }],
  summary: 'Tell {{ url | truncate: 40 }} of {{ event | default: "workflow.step" }}',
  templates: { url: "url", event: "text", body: "json" },
  check({ url, secret }): { path: string; message: string; accepted?: string }[] {
    const problems = addressProblems(url, "The webhook");
    if (secret === undefined) {
      problems.push({
        path: "secret",
        message: "The signature needs a secret",
        accepted: 'the name of a stored secret, as { "secret": "name" }',
      });
    }
    return problems;
  },
  run,
});
