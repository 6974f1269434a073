import { readCause } from "../core/cause.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import type { AlertDeps } from "./deps.ts";
import type { IncidentRecord, MuteRecord } from "./records.ts";

const PART = 100;

/** Forgets what is over: old incidents, mutes that have passed, and what was said of causes that nothing failed for lately. */
export async function upkeep({ store, clock, retentionMs }: AlertDeps): Promise<void> {
  const now = clock.now();
  const old: Key[] = [];
  const incidents = { prefix: keys.incident("").slice(0, 1) };
  for await (
    const { key, value } of store.list<IncidentRecord>({ selector: incidents, limit: PART, broken: "pass" })
  ) if (value.recoveredAt !== null && value.recoveredAt < now - retentionMs) old.push(key);
  const mutes = { prefix: keys.alertMute("").slice(0, 1) };
  for await (
    const { key, value } of store.list<MuteRecord>({ selector: mutes, limit: PART, broken: "pass" })
  ) {
    if (value.until < now) old.push(key);
  }
  const cards = { start: keys.card("cause:"), end: keys.card("cause;") };
  for (const key of await store.keys({ selector: cards, limit: PART })) {
    const id = String(key[1]);
    const failures = { prefix: keys.byCause(id, 0, "").slice(0, 2) };
    const [any] = readCause(id) ? await store.keys({ selector: failures, limit: 1 }) : [];
    if (!any) old.push(key);
  }
  if (old.length > 0) await store.commit({ name: "alert", deletes: old });
}
