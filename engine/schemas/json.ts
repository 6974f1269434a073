import { z } from "zod";

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object whose keys users chose: read own properties only. */
export type JsonObject = { [key: string]: Json };

export const Json: z.ZodType<Json> = z.json() as z.ZodType<Json>;

/** Node ids, port names' carrier: what may stand in a path like `steps.<id>.output`. */
export const NodeId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 of A–Z a–z 0–9 _ -");

/** A ULID. */
export const Id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, "a 26-character id");

/** `{ secret: name }`: the only form in which a config refers to a secret. */
export const SecretRef = z.strictObject({
  secret: z.string().min(1).max(100).meta({ title: "Name", description: "Of a secret under Settings." }),
}).meta({ format: "secret" });
export type SecretRef = z.infer<typeof SecretRef>;
