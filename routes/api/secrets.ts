import { z } from "zod";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";

const SecretInfo = z.object({
  name: z.string(),
  /** Hosts it may be sent to. */
  hosts: z.array(z.string()),
  /** Null: it is from the environment. */
  updatedAt: z.string().nullable(),
  /** One of the environment is read-only, and stands in until the team stores one of its name. */
  from: z.enum(["team", "environment"]),
  /** The variable where it is from; of a stored one: the variable that it wins over. */
  variable: z.string().nullable(),
}).meta({ id: "SecretInfo" });

const SecretInput = z.strictObject({
  value: z.string().max(16_384).meta({ minLength: 4 }),
  hosts: z.array(z.string().max(260)).max(50).default([]),
}).meta({ id: "SecretInput" });

/** Values go in and never come out again (SECURITY, rule 5). */
export const secretRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/secrets",
    action: "secret.see",
    summary: "Names of the secrets and the hosts each may be sent to; never a value",
    answers: { 200: { description: "Every secret", schema: pageOf(SecretInfo) } },
    handle: async ({ engine }) => json({ items: await engine.secrets.list(), nextCursor: null }),
  }),
  define({
    method: "put",
    path: "/api/secrets/:name",
    action: "secret.edit",
    summary: "Set a secret; other hosts need the value again",
    body: SecretInput,
    answers: { 200: { description: "The secret without its value", schema: SecretInfo } },
    handle: async ({ engine, param, body, actor }) =>
      json(await engine.secrets.put(param("name"), body.value, body.hosts, actor())),
  }),
  define({
    method: "delete",
    path: "/api/secrets/:name",
    action: "secret.edit",
    summary: "Remove a secret",
    answers: { 204: { description: "Removed; 409 for one of the environment" } },
    handle: async ({ engine, param }) => {
      await engine.secrets.remove(param("name"));
      return noContent();
    },
  }),
];
