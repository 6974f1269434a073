import { z } from "zod";
import { SecretRef } from "../schemas/json.ts";
import { defineNode } from "./define.ts";

type ConfigProblem = { path: string; message: string; accepted?: string };

const HeaderName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "the name of an HTTP header");

// A draft may still lack its secret; publishing without one is refused by `check`: no secret, no run.
const Secret = SecretRef.optional().meta({
  format: "secret",
  title: "Secret",
  description: "Name of the secret that callers must know.",
});

const Auth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }).meta({ title: "Open to everybody" }),
  z.strictObject({
    kind: z.literal("header"),
    header: HeaderName.default("x-webhook-key").meta({
      title: "Header",
      description: "The header in which callers send the key.",
    }),
    secret: Secret,
  }).meta({ title: "Key in a header" }),
  z.strictObject({
    kind: z.literal("hmac"),
    header: HeaderName.default("x-signature").meta({
      title: "Header",
      description: "The header that carries the HMAC-SHA256 of the raw body, in hex or base64.",
    }),
    secret: Secret,
  }).meta({ title: "Signature (HMAC-SHA256)" }),
]);

const config = z.strictObject({
  path: z.string().regex(
    /^[A-Za-z0-9_-][A-Za-z0-9_/-]{0,99}$/,
    "1 to 100 of A–Z a–z 0–9 _ - /, not beginning with /",
  ).meta({ title: "Path", description: "The address is /hooks/ and this path. It is unique in the house." }),
  method: z.enum(["POST", "GET", "PUT", "PATCH", "DELETE"]).default("POST").meta({
    title: "Method",
    description: "The HTTP method that starts an execution; others get 405.",
  }),
  auth: Auth.default({ kind: "none" }).meta({
    title: "Who may call",
    description: "How callers prove themselves.",
  }),
  respond: z.enum(["accepted", "finished", "node"]).default("accepted").meta({
    title: "Answer",
    description:
      "accepted: at once, with 202. finished: when the execution has ended. node: what the Respond node says. The last two wait 30 s at most.",
  }),
});

/** Starts by an HTTP request at `/hooks/<path>`; body, query and headers are `trigger.body`, `.query`, `.headers`. */
export default defineNode({
  type: "trigger_webhook",
  version: 1,
  kind: "trigger",
  title: "Webhook",
  description: "Starts when another program sends a request to its address.",
  help: [
    "Starts when another program sends a request to its address, such as a form on your site.",
    "Example: path “new-lead”. A body with an e-mail address finds the lead or makes it; later steps read {{ trigger.body.company }}.",
    "Give it a key or a signature before you publish the address: without one, everybody who knows it can start the workflow.",
  ].join("\n\n"),
  category: "triggers",
  icon: "webhook",
  config,
  example: { path: "new-lead", method: "POST", auth: { kind: "none" }, respond: "accepted" },
  ports: [{ id: "out", label: "Received" }],
  summary: '{{ method | default: "POST" }} /hooks/{{ path }}',
  templates: {},
  check({ auth }): ConfigProblem[] {
    if (auth.kind === "none" || auth.secret !== undefined) return [];
    return [{
      path: "auth.secret",
      message: auth.kind === "hmac" ? "The signature needs a secret" : "The key needs a secret",
      accepted: 'the name of a stored secret, as { "secret": "name" }',
    }];
  },
});
