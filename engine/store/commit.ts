import { wasApplied } from "./applied.ts";
import { Batch, measure } from "./batch.ts";
import type { Size } from "./batch.ts";
import type { Key } from "./keys.ts";

/** Every commit has a name; the fault tests hit each of them. */
export const COMMIT_NAMES = [
  "accept",
  "refuse",
  "claim",
  "settle",
  "wait",
  "retry",
  "wake",
  "mail",
  "vote",
  "cancel",
  "reopen",
  "migrate",
  "renew",
  "enter",
  "limit",
  "rate",
  "blob",
  "forget",
  "feed",
  "metrics",
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
  "test_mail",
  "user_create",
  "session",
  "secret",
  "attempt",
  "bulk",
  "schedule",
  "collection",
  "alert",
  "card",
  "meta",
  "peer",
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
  /** Times of which the latest stays (Deno.KvU64); they never conflict either. */
  maxes?: { key: Key; to: number }[];
  /** Times (epoch ms) at which a bell should ring. */
  bells?: number[];
  /** Written as one feed record per atomic: which executions got which event records (by their first seq). */
  feed?: { executionId: string; seq: number }[];
  /** Written under a key that ends in the commit's versionstamp. */
  stamped?: { prefix: Key; value: Uint8Array }[];
  /** A set key whose value carries `"commit": id`: tells after an unknown throw whether this write was applied. */
  proof?: { key: Key; id: string };
}

export type CommitResult = { ok: true; versionstamp: string } | { ok: false; stale: Key[] };

export interface CommitterOptions {
  now(): number;
  /** 0 ≤ x < 1: jitter of retries. */
  random(): number;
  /** Ring KV queue messages with waits. */
  queue: boolean;
  /** The way to the database and back is what takes the time. */
  overNetwork: boolean;
  /** Called with what has been committed, before its owners go on. */
  onCommitted(writes: readonly Write[]): void;
  /** Called with the names of a batch before it is committed: the fault tests aim by it. */
  onBatch?(names: readonly CommitName[]): void;
  /** How long an atomic took until it was known what became of it. */
  onTimed?(seconds: number): void;
}

interface Pending {
  write: Write;
  size: Size;
  failures: number;
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

/** A `denokv` server takes no more in one atomic; the database of a file takes a hundred. */
const FEW_CHECKS = 10;
/**
 * While one atomic is written, the owners of the last one decide on: so a queue is written in halves rather than whole,
 * and neither the database nor the deciding waits for the other. A crowd goes as it fits.
 */
const TOGETHER = 32;
const CROWD = 96;
/** A file writes one atomic after another, so there the next gathers meanwhile. */
const AT_ONCE = { file: 1, network: 8 };
const LOCKED_TRIES = 200;
const UNKNOWN_TRIES = 20;

/** Commits writes, many in one atomic: what is ready in the same moment goes together (see "One commit" in the README). */
export class Committer {
  readonly #kv: Deno.Kv;
  readonly #options: CommitterOptions;
  #queue: Pending[] = [];
  readonly #flying = new Set<Batch>();
  readonly #atOnce: number;
  #begun = 0;
  /** Checks in one atomic; undefined: as many as any database takes. */
  #mostChecks: number | undefined;

  constructor(kv: Deno.Kv, options: CommitterOptions) {
    this.#kv = kv;
    this.#options = options;
    this.#atOnce = options.overNetwork ? AT_ONCE.network : AT_ONCE.file;
  }

  /** How many atomics have begun, when none is being written; null while one is. Equal twice: nothing was written between. */
  get calm(): number | null {
    return this.#flying.size > 0 ? null : this.#begun;
  }

  /** Applies the write whole, or not at all when a check is stale. Throws for a write over the limits of one atomic. */
  commit(write: Write): Promise<CommitResult> {
    const size = measure(write);
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, size, failures: 0, resolve, reject });
      if (this.#flying.size < this.#atOnce) queueMicrotask(() => this.#launch());
    });
  }

  /** While so many atomics are written the next batch gathers, and larger batches beat more of them. */
  #launch(): void {
    while (this.#queue.length > 0 && this.#flying.size < this.#atOnce) {
      const { batch, taken } = this.#take();
      if (taken.length === 0) return;
      this.#flying.add(batch);
      this.#begun++;
      this.#apply(taken).catch((error) => taken.forEach((pending) => pending.reject(error))).finally(() => {
        this.#flying.delete(batch);
        this.#launch();
      });
    }
  }

  /** The longest run of waiting writes that may share an atomic; what has failed twice goes alone. */
  #take(): { batch: Batch; taken: Pending[] } {
    const batch = new Batch(this.#mostChecks === undefined ? {} : { checks: this.#mostChecks });
    const taken: Pending[] = [];
    const left: Pending[] = [];
    const alone = this.#queue[0]!.failures >= 2;
    const most = alone ? 1 : this.#queue.length > CROWD ? Infinity : TOGETHER;
    for (const pending of this.#queue) {
      const first = taken.length + left.length === 0;
      if (taken.length < most && (first || pending.failures < 2) && this.#isFree(pending.write)) {
        // What is over a limit by itself is refused by the database, in its own words.
        if (batch.admit(pending.write, pending.size) || first) {
          taken.push(pending);
          continue;
        }
      }
      left.push(pending);
    }
    this.#queue = left;
    return { batch, taken };
  }

  /** Does it share no key with what is being written? It would be stale, or come before what it was to follow. */
  #isFree(write: Write): boolean {
    for (const batch of this.#flying) if (batch.meets(write)) return false;
    return true;
  }

  async #apply(taken: Pending[]): Promise<void> {
    const writes = taken.map((pending) => pending.write);
    this.#options.onBatch?.(writes.map((write) => write.name));
    const began = performance.now();
    const result = await this.#commitSurely(writes).catch((error) => {
      if (!isTooManyChecks(error) || taken.length === 1) throw error;
      return null;
    });
    this.#options.onTimed?.((performance.now() - began) / 1_000);
    if (result === null) {
      this.#mostChecks = FEW_CHECKS;
      this.#queue = [...taken, ...this.#queue];
      return;
    }
    if (result.ok) {
      this.#options.onCommitted(writes);
      for (const pending of taken) pending.resolve(result);
      return;
    }
    const stale = await this.#staleOf(writes);
    const again: Pending[] = [];
    for (const pending of taken) {
      const mine = stale.get(pending.write);
      if (mine) pending.resolve({ ok: false, stale: mine });
      else again.push({ ...pending, failures: pending.failures + 1 });
    }
    this.#queue = [...again, ...this.#queue];
  }

  /** One atomic. A locked database was not written; after any other throw, reading decides. */
  async #commitSurely(writes: readonly Write[]): Promise<{ ok: true; versionstamp: string } | { ok: false }> {
    for (let locked = 0, unknown = 0;;) {
      try {
        const result = await this.#atomic(writes).commit();
        return result.ok ? { ok: true, versionstamp: result.versionstamp } : { ok: false };
      } catch (error) {
        if (isTooManyChecks(error)) throw error;
        const isLocked = error instanceof Error && error.message.includes("database is locked");
        if (isLocked ? ++locked > LOCKED_TRIES : ++unknown > UNKNOWN_TRIES) throw error;
        await pause(1 + this.#options.random() * (isLocked ? 4 : 50));
        if (isLocked) continue;
        const applied = await wasApplied(this.#kv, writes);
        if (applied) return applied;
      }
    }
  }

  #atomic(writes: readonly Write[]): Deno.AtomicOperation {
    const atomic = this.#kv.atomic();
    const { now, queue } = this.#options;
    const merged = Batch.merge(writes);
    for (const check of merged.checks) atomic.check(check);
    for (const { key, value } of merged.sets) atomic.set(key, value);
    for (const key of merged.deletes) atomic.delete(key);
    // Counters wrap at 2^64: one less is all but one more.
    for (const { key, add } of merged.sums) atomic.sum(key, BigInt.asUintN(64, BigInt(add)));
    for (const { key, to } of merged.maxes) atomic.max(key, BigInt(Math.trunc(to)));
    for (const { prefix, value } of merged.stamped) {
      atomic.set([...prefix, this.#kv.commitVersionstamp()], value);
    }
    if (merged.feed.length > 0) {
      const record = new TextEncoder().encode(JSON.stringify({ v: 1, at: now(), e: merged.feed }));
      atomic.set(["feed", this.#kv.commitVersionstamp()], record);
    }
    if (queue) {
      for (const at of merged.bells) atomic.enqueue({ bell: at }, { delay: bellDelay(at - now()) });
    }
    return atomic;
  }

  async #staleOf(writes: readonly Write[]): Promise<Map<Write, Key[]>> {
    const checks = writes.flatMap((write) => (write.checks ?? []).map((check) => ({ write, ...check })));
    const reads: Promise<Deno.KvEntryMaybe<unknown>[]>[] = [];
    for (let i = 0; i < checks.length; i += 10) {
      reads.push(this.#kv.getMany<unknown[]>(checks.slice(i, i + 10).map((check) => check.key) as Key[]));
    }
    const entries = (await Promise.all(reads)).flat();
    const stale = new Map<Write, Key[]>();
    checks.forEach((check, i) => {
      if (entries[i]!.versionstamp === check.versionstamp) return;
      const list = stale.get(check.write);
      if (list) list.push(check.key);
      else stale.set(check.write, [check.key]);
    });
    return stale;
  }
}

function isTooManyChecks(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Too many checks");
}

const MAX_DELAY_MS = 30 * 86_400_000;

/** KV queues hold a message for 30 days at most; whoever hears a bell too early rings it again. */
export function bellDelay(ms: number): number {
  return Math.max(0, Math.min(MAX_DELAY_MS - 60_000, Math.ceil(ms)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
