import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Write } from "../store/commit.ts";
import { randomText, sha256 } from "./bytes.ts";

/** Lies under the SHA-256 of what the cookie holds: reading the database signs nobody in. */
interface SessionRecord {
  v: 1;
  userId: string;
  createdAt: number;
  seenAt: number;
}

export const IDLE_MS = 7 * 86_400_000;
const ABSOLUTE_MS = 30 * 86_400_000;
const REFRESH_MS = 3_600_000;

/** A new session's secret, and what has to be written for it. */
export async function openSession(
  userId: string,
  now: number,
): Promise<{ session: string; sets: NonNullable<Write["sets"]> }> {
  const session = randomText(32);
  const record: SessionRecord = { v: 1, userId, createdAt: now, seenAt: now };
  return { session, sets: [{ key: keys.session(await sha256(session)), value: encode(record) }] };
}

/** Whose session it is, or null when unknown or over; written back at most hourly. */
export async function readSession(store: Store, session: string, now: number): Promise<string | null> {
  // A cookie may hold anything: what no session of ours looks like needs no read.
  if (!/^[A-Za-z0-9_-]{43}$/.test(session)) return null;
  const key = keys.session(await sha256(session));
  const entry = await store.get<SessionRecord>(key);
  if (entry === null || isOver(entry.value, now)) return null;
  if (now - entry.value.seenAt >= REFRESH_MS) {
    const record: SessionRecord = { ...entry.value, seenAt: now };
    // A conflict means that another request wrote it, or a sign-out removed it: both stand.
    await store.commit({
      name: "session",
      checks: [{ key, versionstamp: entry.versionstamp }],
      sets: [{ key, value: encode(record) }],
    });
  }
  return entry.value.userId;
}

export async function closeSession(store: Store, session: string): Promise<void> {
  await store.commit({ name: "session", deletes: [keys.session(await sha256(session))] });
}

/** Removes sessions that are over; at most `most` are looked at. */
export async function sweepSessions(store: Store, now: number, most: number): Promise<void> {
  const over: Deno.KvKey[] = [];
  for await (const entry of store.list<SessionRecord>({ selector: { prefix: ["session"] }, limit: most })) {
    if (isOver(entry.value, now)) over.push(entry.key);
  }
  if (over.length > 0) await store.commit({ name: "session", deletes: over });
}

function isOver(record: SessionRecord, now: number): boolean {
  return now - record.seenAt >= IDLE_MS || now - record.createdAt >= ABSOLUTE_MS;
}
