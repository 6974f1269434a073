import { z } from "zod";

export * from "./retry_defaults.ts";

const fields = {
  maxRetries: z.number().int().min(0).max(100),
  backoffMs: z.number().int().min(1).max(86_400_000),
  backoffMultiplier: z.number().min(1).max(10),
  maxBackoffMs: z.number().int().min(1).max(7 * 86_400_000),
  retryableStatuses: z.array(z.number().int().min(100).max(599)).max(100),
  retryableErrors: z.array(z.string().min(1).max(200)).max(100),
};

/** What a node or a workflow changes of the policy; absent fields keep their default. */
export const RetryOverrides = z.strictObject(fields).partial();
export type RetryOverrides = z.infer<typeof RetryOverrides>;
