import { z } from "zod";
import { Json } from "../schemas/json.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

const Header = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "the name of an HTTP header").meta({
    title: "Name",
    description: "Such as content-type.",
  }),
  value: z.string().max(8_000).meta({ title: "Value", description: "One line; may hold {{ }}." }),
});

const config = z.strictObject({
  status: z.number().int().min(200).max(599).default(200).meta({
    title: "Status",
    description: "The HTTP status of the answer.",
  }),
  headers: z.array(Header).max(50).default([]).meta({
    title: "Headers",
    description: "Added to the answer.",
  }),
  body: Json.optional().meta({
    title: "Body",
    description: "Text is sent as it is, anything else as JSON; texts may hold {{ }}.",
  }),
});

/** Answers the caller of a webhook whose `respond` is `node`. */
export default defineNode({
  type: "respond",
  version: 1,
  kind: "pure",
  title: "Respond",
  description: "Answers the program that called the webhook.",
  help: [
    "Answers the program that called the webhook, when the webhook's own answer is set to “node”.",
    'Example: status 200 with the body {"ok": true, "lead": "{{ lead.id }}"}.',
    "Within 30 seconds; later the caller has had 202 already, and this answer is only recorded.",
  ].join("\n\n"),
  category: "data",
  keywords: ["answer", "reply", "response", "return"],
  icon: "reply",
  config,
  example: { status: 200, headers: [], body: { ok: true } },
  ports: [],
  summary: "Answer {{ status | default: 200 }}",
  templates: { "headers.*.value": "header", "body": "json" },
  run({ status, headers, body }): Outcome {
    const response = { status, headers, body: body ?? null };
    return { kind: "done", output: { ...response }, response };
  },
});
