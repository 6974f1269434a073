import { z } from "zod";
import { SecretRef } from "./json.ts";

const HeaderName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "the name of an HTTP header");

// A draft may still lack its secret; publishing without one is refused by the node's `check`: no secret, no run.
const SECRETS = {
  secret: SecretRef.optional().meta({
    format: "secret",
    title: "Secret",
    description: "Name of the secret that callers must know.",
  }),
  previous: SecretRef.optional().meta({
    format: "secret",
    title: "Earlier secret",
    description: "Accepted too while callers change over to the new one.",
  }),
};

/** How the callers of a webhook prove themselves (SECURITY, rule 11). */
export const WebhookAuth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }).meta({ title: "Open to everybody" }),
  z.strictObject({
    kind: z.literal("header"),
    header: HeaderName.default("x-webhook-key").meta({
      title: "Header",
      description: "The header in which callers send the key.",
    }),
    ...SECRETS,
  }).meta({ title: "Key in a header" }),
  z.strictObject({
    kind: z.literal("hmac"),
    header: HeaderName.default("x-signature").meta({
      title: "Header",
      description: "The header that carries the HMAC-SHA256 of the raw body, in hex or base64.",
    }),
    ...SECRETS,
  }).meta({ title: "Signature (HMAC-SHA256)" }),
  z.strictObject({ kind: z.literal("standard"), ...SECRETS }).meta({ title: "Standard Webhooks" }),
  z.strictObject({ kind: z.literal("github"), ...SECRETS }).meta({ title: "GitHub" }),
  z.strictObject({ kind: z.literal("stripe"), ...SECRETS }).meta({ title: "Stripe" }),
  z.strictObject({ kind: z.literal("slack"), ...SECRETS }).meta({ title: "Slack" }),
  z.strictObject({ kind: z.literal("shopify"), ...SECRETS }).meta({ title: "Shopify" }),
]);
export type WebhookAuth = z.infer<typeof WebhookAuth>;
