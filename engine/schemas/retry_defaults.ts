// Apart from the schemas, so that the browser can have it without them.

const DEFAULT_RETRYABLE_STATUSES = [429, 500, 502, 503, 504];
const DEFAULT_RETRYABLE_ERRORS = [
  "ECONNRESET",
  "ETIMEDOUT",
  "ENOTFOUND",
  "socket hang up",
  "Service Unavailable",
];

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
