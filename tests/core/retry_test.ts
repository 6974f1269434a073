import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isRetryable,
  MAX_RETRY_AFTER_MS,
  resolvePolicy,
  retryDelay,
  retrySchedule,
} from "../../engine/core/retry.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "../../engine/schemas/retry.ts";

Deno.test("resolvePolicy() keeps the defaults and lets the last override win, field by field", () => {
  assert.deepEqual(resolvePolicy(), DEFAULT_RETRY);
  const policy = resolvePolicy({ maxRetries: 5, backoffMs: 10 }, undefined, { maxRetries: 0 });
  assert.deepEqual(policy, { ...DEFAULT_RETRY, maxRetries: 0, backoffMs: 10 });
  assert.deepEqual(resolvePolicy({ retryableStatuses: [] }).retryableStatuses, []);
});

Deno.test("isRetryable() lets the failure's own word win, then looks at status, code and message", () => {
  const judge = (
    failure: { code?: string; message?: string; status?: number; retryable?: boolean },
  ): boolean => isRetryable(DEFAULT_RETRY, { code: "x", message: "y", ...failure });
  assert.equal(judge({ status: 503 }), true);
  assert.equal(judge({ status: 404 }), false);
  assert.equal(judge({ status: 503, retryable: false }), false);
  assert.equal(judge({ status: 404, retryable: true }), true);
  assert.equal(judge({ code: "ECONNRESET" }), true);
  assert.equal(judge({ message: "read econnreset by peer" }), true);
  assert.equal(judge({ message: "Socket Hang Up" }), true);
  assert.equal(judge({}), false);
});

const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  maxRetries: fc.integer({ min: 0, max: 100 }),
  backoffMs: fc.integer({ min: 1, max: 86_400_000 }),
  backoffMultiplier: fc.double({ min: 1, max: 10, noNaN: true }),
  maxBackoffMs: fc.integer({ min: 1, max: 604_800_000 }),
  retryableStatuses: fc.constant([]),
  retryableErrors: fc.constant([]),
});
const randoms = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("retryDelay() stays between 1 ms and the drawn upper bound, and ends with the retries", () => {
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 120 }), randoms, (policy, attempt, random) => {
      const delay = retryDelay(policy, attempt, random);
      if (attempt > policy.maxRetries) return delay === null;
      const bound = retrySchedule(policy)[attempt - 1];
      assert.ok(delay !== null && bound !== undefined);
      return delay >= 1 && delay <= Math.max(1, Math.ceil(bound)) && bound <= policy.maxBackoffMs;
    }),
  );
});

Deno.test("retrySchedule() never falls and has one bound for each retry", () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const bounds = retrySchedule(policy);
      return bounds.length === policy.maxRetries &&
        bounds.every((bound, i) => i === 0 || bound >= (bounds[i - 1] ?? 0));
    }),
  );
  assert.deepEqual(retrySchedule(resolvePolicy({ maxRetries: 8 })), [
    1e3,
    2e3,
    4e3,
    8e3,
    16e3,
    32e3,
    6e4,
    6e4,
  ]);
});

Deno.test("retryDelay() spreads over the whole range: full jitter", () => {
  assert.deepEqual([0, 0.5, 1].map((random) => retryDelay(DEFAULT_RETRY, 3, random)), [1, 2_000, 4_000]);
});

Deno.test("retryDelay() obeys Retry-After: never earlier, at most 10 % later, at most 24 h, only while retries are left", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 9 }), randoms, (asked, random) => {
      const delay = retryDelay(DEFAULT_RETRY, 1, random, asked);
      assert.ok(delay !== null);
      return delay >= Math.min(asked, MAX_RETRY_AFTER_MS) &&
        delay <= Math.min(MAX_RETRY_AFTER_MS, Math.ceil(asked * 1.1));
    }),
  );
  assert.equal(retryDelay(DEFAULT_RETRY, 4, 0.5, 1_000), null);
  assert.equal(retryDelay(DEFAULT_RETRY, 1, 1, 0), 1_000);
});
