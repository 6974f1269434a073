import { EngineError } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";

/** When somebody tried, newest last; only the window's. */
interface Attempts {
  v: 1;
  at: number[];
}

export interface Limit {
  /** `account:<hash>`, `address:<ip>` or `setup`. */
  subject: string;
  most: number;
  /** What is limited, in words. */
  what: string;
}

const WINDOW_MS = 15 * 60_000;

/**
 * Counts one try against the limit (SECURITY: 5 per account, 20 per address in 15 min) before it is made.
 * Throws 429 with Retry-After past it. Time is checked in the value, so a slow clean-up lets nobody in.
 */
export async function takeAttempt(store: Store, limit: Limit, now: number): Promise<void> {
  const key = keys.attempts(limit.subject);
  for (let tries = 0; tries < 50; tries++) {
    const entry = await store.get<Attempts>(key);
    const at = (entry?.value.at ?? []).filter((time) => time > now - WINDOW_MS);
    const oldest = at[0];
    if (oldest !== undefined && at.length >= limit.most) {
      throw tooMany(limit, Math.ceil((oldest + WINDOW_MS - now) / 1_000));
    }
    const record: Attempts = { v: 1, at: [...at, now] };
    const result = await store.commit({
      name: "attempt",
      checks: [{ key, versionstamp: entry?.versionstamp ?? null }],
      sets: [{ key, value: encode(record) }],
    });
    if (result.ok) return;
  }
  // Fifty lost races: a flood. Refusing is the safe side.
  throw tooMany(limit, 1);
}

/** Forgets the tries of somebody who got in. */
export async function clearAttempts(store: Store, subject: string): Promise<void> {
  await store.commit({ name: "attempt", deletes: [keys.attempts(subject)] });
}

/** Removes counts whose window is over; at most `most` a call. */
export async function sweepAttempts(store: Store, now: number, most: number): Promise<void> {
  const over: Deno.KvKey[] = [];
  for await (const entry of store.list<Attempts>({ selector: { prefix: ["attempts"] }, limit: most })) {
    if (!entry.value.at.some((time) => time > now - WINDOW_MS)) over.push(entry.key);
  }
  if (over.length > 0) await store.commit({ name: "attempt", deletes: over });
}

/** The subject of an address: a whole /64 of IPv6 is one household. */
export function addressSubject(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  if (!plain.includes(":")) return `address:${plain.slice(0, 64)}`;
  const [head = "", tail] = plain.split("::");
  const front = head.split(":").filter(Boolean);
  const back = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const middle = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(middle).fill("0"), ...back].slice(0, 4);
  return `address:${groups.map((group) => group.replace(/^0+(?=.)/, "").slice(0, 4)).join(":")}::/64`;
}

function tooMany(limit: Limit, seconds: number): EngineError {
  const detail = `${limit.what}: at most ${limit.most} in 15 minutes; try again in ${seconds} s`;
  return new EngineError("too-many-attempts", 429, "Too many attempts", detail, {
    retryAfterSeconds: seconds,
  });
}
