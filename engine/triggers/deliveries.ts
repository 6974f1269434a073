import { EngineError } from "../errors.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";

/** Which execution a delivery became. */
export interface DeliveryRecord {
  v: 1;
  executionId: string;
  at: number;
  /** SHA-256 of the body. */
  body: string;
}

const KEPT_MS = 72 * 3_600_000;

/** A key that was used before: the execution it became, unless the body differs (422). Null: it is new. */
export async function findDelivery(
  store: Store,
  delivery: readonly [string, string],
  body: string,
  now: number,
): Promise<{ executionId: string } | { entry: Entry<DeliveryRecord> | null }> {
  const entry = await store.get<DeliveryRecord>(keys.delivery(...delivery));
  if (!entry || now - entry.value.at > KEPT_MS) return { entry };
  if (entry.value.body !== body) {
    throw new EngineError(
      "key-reused",
      422,
      "Idempotency key used for something else",
      `The key "${delivery[1]}" came with another body before`,
      {
        issues: [{
          path: "Idempotency-Key",
          message: "was used with another body",
          accepted: "a new key for a new body",
        }],
      },
    );
  }
  return { executionId: entry.value.executionId };
}

/** What the accepting commit carries: two at once with one key make one execution. */
export function deliveryWrite(
  delivery: readonly [string, string],
  before: Entry<DeliveryRecord> | null,
  record: Omit<DeliveryRecord, "v">,
): Required<Pick<Write, "checks" | "sets">> {
  const key = keys.delivery(...delivery);
  return {
    checks: [{ key, versionstamp: before?.versionstamp ?? null }],
    sets: [{ key, value: encode({ v: 1, ...record } satisfies DeliveryRecord) }],
  };
}

/** SHA-256 in hex. */
export async function fingerprint(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
