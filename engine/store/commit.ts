import type { Key } from "./keys.ts";

/** Every commit has a name; the fault tests hit each of them. */
export const COMMIT_NAMES = [
  "accept",
  "claim",
  "settle",
  "wait",
  "retry",
  "wake",
  "mail",
  "cancel",
  "reopen",
  "renew",
  "blob",
  "forget",
  "feed",
  "ledger_intent",
  "ledger_result",
  "workflow_create",
  "workflow_save",
  "workflow_publish",
  "workflow_delete",
  "workflow_content",
  "lead_create",
  "lead_update",
  "lead_delete",
  "signal",
  "deliver",
  "tracking",
  "user_create",
  "session",
  "secret",
  "attempt",
  "meta",
] as const;
export type CommitName = (typeof COMMIT_NAMES)[number];

/** What one commit writes. Two writes that share a checked or written key never meet in one atomic. */
export interface Write {
  name: CommitName;
  checks?: { key: Key; versionstamp: string | null }[];
  /** Values are UTF-8 JSON bytes (store.ts, `encode`). */
  sets?: { key: Key; value: Uint8Array }[];
  deletes?: Key[];
  /** Counters; they never conflict. */
  sums?: { key: Key; add: number }[];
  /** Times (epoch ms) at which a bell should ring. */
  bells?: number[];
  /** Written as one feed record per atomic: which executions got which event records. */
  feed?: { executionId: string; seq: number };
  /** Written under a key that ends in the commit's versionstamp. */
  stamped?: { prefix: Key; value: Uint8Array }[];
  /** A set key whose value carries `"commit": id`: tells after an unknown throw whether this write was applied. */
  proof?: { key: Key; id: string };
}

export type CommitResult = { ok: true; versionstamp: string } | { ok: false; stale: Key[] };

/** Commits writes; many in one atomic. */
export class Committer {
  readonly #kv: Deno.Kv;
  readonly #onCommitted: (writes: readonly Write[]) => void;

  constructor(kv: Deno.Kv, onCommitted: (writes: readonly Write[]) => void) {
    this.#kv = kv;
    this.#onCommitted = onCommitted;
  }

  async commit(write: Write): Promise<CommitResult> {
    const atomic = this.#kv.atomic();
    for (const check of write.checks ?? []) atomic.check(check);
    for (const set of write.sets ?? []) atomic.set(set.key, set.value);
    for (const key of write.deletes ?? []) atomic.delete(key);
    for (const sum of write.sums ?? []) atomic.sum(sum.key, BigInt(sum.add));
    for (const { prefix, value } of write.stamped ?? []) {
      atomic.set([...prefix, this.#kv.commitVersionstamp()], value);
    }
    const result = await atomic.commit();
    if (!result.ok) return { ok: false, stale: (write.checks ?? []).map((check) => check.key) };
    this.#onCommitted([write]);
    return { ok: true, versionstamp: result.versionstamp };
  }
}
