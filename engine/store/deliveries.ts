import { EngineError } from "../errors.ts";
import type { Reason } from "../schemas/execution.ts";
import type { Write } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Key } from "./keys.ts";
import { encode } from "./store.ts";
import type { Entry, Store } from "./store.ts";

/** What came under an idempotency key, and what it became. */
export interface DeliveryRecord {
  v: 1;
  /** Of the execution, workflow, lead or signal. */
  id: string;
  at: number;
  /** SHA-256 of the body. */
  body: string;
  /** Nothing was created, and why: `id` is the execution that stands in the way. */
  refused?: Reason;
}

/** Where the key counts (a trigger, `lead.create`, …), and the key. */
export type DeliveryName = readonly [scope: string, key: string];

/** A request that carries an idempotency key. */
export interface Delivery {
  name: DeliveryName;
  /** SHA-256 of the body, in hex. */
  body: string;
}

/** Keys are kept so long. */
export const DELIVERY_KEPT_MS = 72 * 3_600_000;

/**
 * What the key became before, or the expired record that is to be replaced (null: there is none). Throws 422
 * `key-reused` naming `Idempotency-Key` when it came with another body.
 */
export async function findDelivery(
  store: Store,
  { name, body }: Delivery,
  now: number,
): Promise<{ known: Entry<DeliveryRecord> } | { known: null; expired: Entry<DeliveryRecord> | null }> {
  const entry = await store.get<DeliveryRecord>(keys.delivery(...name));
  if (!entry || now - entry.value.at > DELIVERY_KEPT_MS) return { known: null, expired: entry };
  if (entry.value.body === body) return { known: entry };
  const message = "was used with another body";
  throw new EngineError(
    "key-reused",
    422,
    "Idempotency key used for something else",
    `The Idempotency-Key "${name[1]}" came with another body before`,
    { issues: [{ path: "Idempotency-Key", message, accepted: "a new key for a new body" }] },
  );
}

/** What the creating commit carries: of two at once with one key, one creates. */
export function deliveryWrite(
  { name, body }: Delivery,
  expired: Entry<DeliveryRecord> | null,
  became: Pick<DeliveryRecord, "id" | "at" | "refused">,
): Required<Pick<Write, "checks" | "sets">> {
  const key = keys.delivery(...name);
  return {
    checks: [{ key, versionstamp: expired?.versionstamp ?? null }],
    sets: [{ key, value: encode({ v: 1, ...became, body } satisfies DeliveryRecord) }],
  };
}

/** The delivery of a creating POST; undefined without a key. `input` is compared as JSON. */
export async function deliveryOf(
  scope: string,
  key: string | undefined,
  input: unknown,
): Promise<Delivery | undefined> {
  return key === undefined ? undefined : { name: [scope, key], body: await fingerprint(encode(input)) };
}

/** SHA-256 in hex. */
export async function fingerprint(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** So many records a look, in batches of so many keys with a breath between. */
const PER_LOOK = 20_000;
const PER_COMMIT = 200;
const BREATH_MS = 5;

/**
 * Deletes expired records from behind `after` on, 20,000 looked at in one call; returns where the next call goes on, or
 * null at the end. Two processes that do it at once delete the same keys: a key is deleted only as it was read.
 */
export async function forgetDeliveries(store: Store, now: number, after: Key | null): Promise<Key | null> {
  const prefix: Key = ["delivery"];
  const selector = after ? { prefix, start: [...after, 0] } : { prefix };
  let seen = 0;
  let last: Key = prefix;
  let old: { key: Key; versionstamp: string }[] = [];
  for await (
    const { key, value, versionstamp } of store.list<DeliveryRecord>({
      selector,
      limit: PER_LOOK,
      batchSize: 500,
    })
  ) {
    seen++;
    last = key;
    if (now - value.at > DELIVERY_KEPT_MS) old.push({ key, versionstamp });
    if (old.length >= PER_COMMIT) {
      await forget(store, old);
      old = [];
      await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
    }
  }
  await forget(store, old);
  return seen < PER_LOOK ? null : last;
}

/** A commit takes 90 checks; a key that was used anew since keeps its record. */
async function forget(store: Store, old: readonly { key: Key; versionstamp: string }[]): Promise<void> {
  for (let i = 0; i < old.length; i += 80) {
    const checks = old.slice(i, i + 80);
    await store.commit({ name: "forget", checks, deletes: checks.map(({ key }) => key) });
  }
}
