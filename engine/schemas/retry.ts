import { z } from "zod";

export const DEFAULT_RETRYABLE_STATUSES = [429, 500, 502, 503, 504];
export const DEFAULT_RETRYABLE_ERRORS = [
  "ECONNRESET",
  "ETIMEDOUT",
  "ENOTFOUND",
  "socket hang up",
  "Service Unavailable",
];

const fields = {
  maxRetries: z.number().int().min(0).max(100),
  backoffMs: z.number().int().min(1).max(86_400_000),
  backoffMultiplier: z.number().min(1).max(10),
  maxBackoffMs: z.number().int().min(1).max(7 * 86_400_000),
  retryableStatuses: z.array(z.number().int().min(100).max(599)).max(100),
  retryableErrors: z.array(z.string().min(1).max(200)).max(100),
};

/** When a failed attempt is tried again. Delays grow by `backoffMultiplier`, with full jitter, up to `maxBackoffMs`. */
export interface RetryPolicy {
  maxRetries: number;
  backoffMs: number;
  backoffMultiplier: number;
  maxBackoffMs: number;
  retryableStatuses: readonly number[];
  retryableErrors: readonly string[];
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxRetries: 3,
  backoffMs: 1_000,
  backoffMultiplier: 2,
  maxBackoffMs: 60_000,
  retryableStatuses: DEFAULT_RETRYABLE_STATUSES,
  retryableErrors: DEFAULT_RETRYABLE_ERRORS,
};

/** What a node or a workflow changes of the policy; absent fields keep their default. */
export const RetryOverrides = z.strictObject(fields).partial();
export type RetryOverrides = z.infer<typeof RetryOverrides>;
