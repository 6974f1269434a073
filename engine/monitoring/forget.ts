import { isSettled } from "../core/state.ts";
import type { ExecutionState } from "../core/state.ts";
import { messageKeys } from "../messages/store.ts";
import { forgetDeliveries } from "../store/deliveries.ts";
import { dueKey, loadExecutions } from "../store/executions.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import { sweepStaged } from "../store/staged.ts";
import { forgetRates } from "../store/rates.ts";
import type { Key } from "../store/keys.ts";
import { nodeSums } from "../store/node_counts.ts";
import type { NodeIds } from "../store/node_counts.ts";
import { indexKeys } from "../store/attention.ts";
import type { AttentionRecord, FeedRecord } from "../store/records.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { DueEntry } from "../worker/held.ts";

/** So many keys a commit, and a breath between: one great delete would stall every other commit. */
const PER_COMMIT = 200;
const BREATH_MS = 5;

/**
 * Deletes a settled execution whose time has come, in paced batches, its head last: a death in between leaves the due
 * entry, and the next look goes on. Ledger, versions and enrolment outlive it.
 */
export async function forgetExecution(
  store: Store,
  id: string,
  entry: DueEntry,
  owners: {
    purge(workflowId: string): Promise<unknown>;
    nodesOf(workflowId: string, version: number): Promise<NodeIds>;
  },
): Promise<void> {
  const [loaded] = await loadExecutions(store, [id]);
  const state = loaded?.state;
  if (!state) await sweepStaged(store, id);
  // Of a test that kept its mails nothing else was ever stored.
  if (!state) await deletePaced(store, await messageKeys(store, id));
  if (!state || !isSettled(state) || state.due?.kind !== "forget" || state.due.at !== entry.key[3]) {
    await store.commit({
      name: "forget",
      checks: [{ key: entry.key, versionstamp: entry.versionstamp }],
      deletes: [entry.key],
    });
    return;
  }
  const below: Key[] = [...await messageKeys(store, id)];
  for (
    const prefix of [["step", id], ["body", id], ["event", id], ["mail", id], ["vote", id], ["replay", id], [
      "child",
      id,
    ], ["done", id]]
  ) {
    below.push(...await store.keys({ selector: { prefix } }));
  }
  below.push(...await attentionOf(store, id));
  await deletePaced(store, below);
  const deletes = [
    keys.execution(id),
    keys.clock(id),
    keys.byWorkflow(state.workflowId, id),
    dueKey(id, state.due),
  ];
  if (state.leadId) deletes.push(keys.byLead(state.leadId, id));
  if (state.replayOf) deletes.push(keys.replay(state.replayOf, id));
  const done = await store.commit({
    name: "forget",
    checks: [{ key: keys.execution(id), versionstamp: loaded!.versionstamp }],
    deletes,
    sums: await uncount(state, owners.nodesOf),
  });
  if (done.ok) await owners.purge(state.workflowId);
}

/** It is taken out of its nodes' counters with the same commit that takes it out of the list. */
async function uncount(
  state: ExecutionState,
  nodesOf: (workflowId: string, version: number) => Promise<NodeIds>,
): Promise<NonNullable<Write["sums"]>> {
  if (!state.counted) return [];
  return nodeSums({ state, nodes: await nodesOf(state.workflowId, state.version) }, null);
}

async function deletePaced(store: Store, below: readonly Key[]): Promise<void> {
  for (let i = 0; i < below.length; i += PER_COMMIT) {
    await store.commit({ name: "forget", deletes: below.slice(i, i + PER_COMMIT) });
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  }
}

async function attentionOf(store: Store, id: string): Promise<Key[]> {
  const selector = { start: ["attention", `${id}.`], end: ["attention", `${id}/`] };
  const found: Key[] = [];
  for await (const { key, value } of store.list<AttentionRecord>({ selector, broken: "pass" })) {
    found.push(key, ...indexKeys(String(key[1]), value.failed ?? null));
  }
  return found;
}

const FEED_KEPT_MS = 24 * 3_600_000;
const FEED_EVERY_MS = 3_600_000;
const FEED_SOON_MS = 60_000;

/** The upkeep's due entry: where the look at idempotency keys goes on. */
interface FeedDue {
  v: 1;
  after?: Key;
}

/**
 * Shortens the feed to its last day, forgets old idempotency keys and counts, and comes again in an hour, or after
 * `withinMs` where something else of the upkeep has more to do.
 */
export async function shortenFeed(
  store: Store,
  now: number,
  entry: DueEntry,
  withinMs: number = FEED_EVERY_MS,
): Promise<void> {
  for (;;) {
    const old: Key[] = [];
    for await (
      const { key, value } of store.list<FeedRecord>({
        selector: { prefix: ["feed"] },
        limit: PER_COMMIT,
        broken: "pass",
      })
    ) {
      if (value.at >= now - FEED_KEPT_MS) break;
      old.push(key);
    }
    if (old.length > 0) await store.commit({ name: "feed", deletes: old });
    if (old.length < PER_COMMIT) break;
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  }
  await forgetRates(store, now);
  const { after } = (await store.get<FeedDue>(entry.key))?.value ?? {};
  const next = await forgetDeliveries(store, now, after ?? null);
  // More keys than one look takes: the next part of them in a minute, not in an hour.
  const again = now + Math.min(withinMs, next ? FEED_SOON_MS : FEED_EVERY_MS);
  await store.commit({
    name: "feed",
    checks: [{ key: entry.key, versionstamp: entry.versionstamp }],
    deletes: [entry.key],
    sets: [{
      key: feedDue(again),
      value: encode({ v: 1, ...(next ? { after: next } : {}) } satisfies FeedDue),
    }],
  });
}

/** Makes sure that the feed is looked after: once per database. */
export async function keepFeedShort(store: Store, now: number): Promise<void> {
  const key = keys.meta("feed");
  if (await store.get(key)) return;
  const value = new TextEncoder().encode('{"v":1}');
  await store.commit({
    name: "meta",
    checks: [{ key, versionstamp: null }],
    sets: [{ key, value }, { key: feedDue(now + FEED_EVERY_MS), value }],
  });
}

function feedDue(at: number): Key {
  return keys.due(0, 1, at, "feed", "feed");
}
