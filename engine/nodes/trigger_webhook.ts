import { z } from "zod";
import { HookRate } from "../schemas/hook.ts";
import { WebhookAuth } from "../schemas/webhook_auth.ts";
import { defineNode } from "./define.ts";

type ConfigProblem = { path: string; message: string; accepted?: string };

const config = z.strictObject({
  path: z.string().regex(
    /^[A-Za-z0-9_-][A-Za-z0-9_/-]{0,99}$/,
    "1 to 100 of A–Z a–z 0–9 _ - /, not beginning with /",
  ).meta({ title: "Path", description: "The address is /hooks/ and this path. It is unique in the house." }),
  method: z.enum(["POST", "GET", "PUT", "PATCH", "DELETE"]).default("POST").meta({
    title: "Method",
    description: "The HTTP method that starts an execution; others get 405.",
  }),
  auth: WebhookAuth.default({ kind: "none" }).meta({
    title: "Who may call",
    description: "How callers prove themselves.",
  }),
  respond: z.enum(["accepted", "finished", "node"]).default("accepted").meta({
    title: "Answer",
    description:
      "accepted: at once, with 202. finished: when the execution has ended. node: what the Respond node says. The last two wait 30 s at most.",
  }),
  rate: HookRate.optional().meta({
    title: "At most",
    description:
      "So many calls in any period; beyond it callers get 429 and are told when to come again. Absent: as many as come. Callers that cannot prove themselves and calls that repeat one do not count.",
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
    "Give it a key or a signature before you publish the address: without one, everybody who knows it can start the workflow. GitHub, Stripe, Slack, Shopify and whatever speaks Standard Webhooks sign in their own way: choose theirs, and store the secret that they show without hosts.",
    "Nothing arrives? Under Live are the last call and the last refusals, with their reasons.",
    "A signed call counts once: the same body within three days is the same execution. Standard Webhooks tells calls of one body apart by their id.",
  ].join("\n\n"),
  category: "triggers",
  keywords: ["incoming", "form", "website", "post", "zapier", "integration", "signature"],
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
      message: auth.kind === "header" ? "The key needs a secret" : "The signature needs a secret",
      accepted: 'the name of a stored secret, as { "secret": "name" }',
    }];
  },
});
