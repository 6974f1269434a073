import type { Failure } from "../schemas/execution.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "../schemas/retry_defaults.ts";

/** A server may ask for a pause; longer than this is not waited. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

/** The defaults, changed by each override in turn: the last that names a field decides it. */
export function resolvePolicy(...overrides: (Partial<RetryPolicy> | undefined)[]): RetryPolicy {
  const policy = { ...DEFAULT_RETRY };
  for (const change of overrides) {
    if (!change) continue;
    policy.maxRetries = change.maxRetries ?? policy.maxRetries;
    policy.backoffMs = change.backoffMs ?? policy.backoffMs;
    policy.backoffMultiplier = change.backoffMultiplier ?? policy.backoffMultiplier;
    policy.maxBackoffMs = change.maxBackoffMs ?? policy.maxBackoffMs;
    policy.retryableStatuses = change.retryableStatuses ?? policy.retryableStatuses;
    policy.retryableErrors = change.retryableErrors ?? policy.retryableErrors;
  }
  return policy;
}

/** A node's policy in an execution: what started it may change the workflow's part, not what the node itself says. */
export function policyOf(
  node: { retry: RetryPolicy; ownRetry?: Partial<RetryPolicy> },
  { retry }: { retry?: Partial<RetryPolicy> },
): RetryPolicy {
  return retry ? resolvePolicy(node.retry, retry, node.ownRetry) : node.retry;
}

/** Can another attempt help? What the failure says of itself wins over the policy's lists. */
export function isRetryable(policy: RetryPolicy, failure: Failure): boolean {
  if (failure.retryable !== undefined) return failure.retryable;
  if (failure.status !== undefined && policy.retryableStatuses.includes(failure.status)) return true;
  const code = failure.code.toLowerCase();
  const message = failure.message.toLowerCase();
  return policy.retryableErrors.some((text) => {
    const wanted = text.toLowerCase();
    return code.includes(wanted) || message.includes(wanted);
  });
}

/** The longest pause after the given failed attempt (from 1). */
function ceilingMs(policy: RetryPolicy, attempt: number): number {
  return Math.min(policy.maxBackoffMs, policy.backoffMs * policy.backoffMultiplier ** (attempt - 1));
}

/**
 * Ms until the next attempt after the `attempt`-th (from 1) failed; null when none is left. Full jitter, at least
 * 1 ms. A server's Retry-After is never undercut, gets up to 10 % on top so that callers do not come back
 * together, and ends at 24 hours.
 */
export function retryDelay(
  policy: RetryPolicy,
  attempt: number,
  random: number,
  retryAfterMs?: number,
): number | null {
  if (attempt > policy.maxRetries) return null;
  if (retryAfterMs !== undefined && retryAfterMs > 0) {
    return Math.min(MAX_RETRY_AFTER_MS, Math.ceil(retryAfterMs * (1 + 0.1 * random)));
  }
  return Math.max(1, Math.round(random * ceilingMs(policy, attempt)));
}

/** The longest pause before each retry, for drawing the policy. */
export function retrySchedule(policy: RetryPolicy): number[] {
  return Array.from({ length: policy.maxRetries }, (_, index) => ceilingMs(policy, index + 1));
}
