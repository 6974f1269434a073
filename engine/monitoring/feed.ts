import type { FeedRecord } from "../store/records.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";

export interface FeedEntry {
  versionstamp: string;
  record: FeedRecord;
}

const POLL_MS = 100;
const PACE_MS = 20;
const BATCH = 200;

/**
 * One tail per process: reads the feed from where it was, when a commit of this process rings and every 100 ms while
 * somebody follows (other processes' commits do not ring here).
 */
export class Tail {
  readonly #store: Store;
  readonly #followers = new Set<() => void>();
  readonly #byExecution = new Map<string, Set<() => void>>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #cursor: string | null = null;
  #reading = false;
  #again = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Commits of this process: rings at once. */
  ring(): void {
    if (this.#timer !== null) this.#read();
  }

  /** Calls back whenever the execution (or, with null, any) may have new events. */
  follow(executionId: string | null, bell: () => void): () => void {
    if (executionId === null) this.#followers.add(bell);
    else {
      const bells = this.#byExecution.get(executionId) ?? new Set();
      bells.add(bell);
      this.#byExecution.set(executionId, bells);
    }
    this.#timer ??= setInterval(() => this.#read(), POLL_MS);
    return () => {
      this.#followers.delete(bell);
      const bells = executionId === null ? null : this.#byExecution.get(executionId);
      bells?.delete(bell);
      if (executionId !== null && bells?.size === 0) this.#byExecution.delete(executionId);
      if (this.#followers.size + this.#byExecution.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
      this.#cursor = null;
    };
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** At once when it has been quiet, and no more often than every 20 ms, however many commits ring. */
  #read(): void {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    const next = performance.now() + PACE_MS;
    this.#readOn().catch(() => {}).finally(async () => {
      if (this.#again) {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
      }
      this.#reading = false;
      if (!this.#again || this.#timer === null) return;
      this.#again = false;
      this.#read();
    });
  }

  async #readOn(): Promise<void> {
    if (this.#cursor === null) {
      this.#cursor = await newestFeed(this.#store) ?? "";
      // What was committed since the followers' own first look and before this one rings nobody otherwise.
      for (const bells of this.#byExecution.values()) for (const bell of bells) bell();
      for (const bell of this.#followers) bell();
      return;
    }
    // Whoever follows all of them reads for himself: that something happened is enough.
    if (this.#byExecution.size === 0) return await this.#lookForAny(this.#cursor);
    const entries = await readFeed(this.#store, this.#cursor, BATCH);
    if (entries.length === 0) return;
    this.#cursor = entries.at(-1)!.versionstamp;
    const touched = new Set(entries.flatMap((entry) => entry.record.e.map(([id]) => id)));
    for (const id of touched) for (const bell of this.#byExecution.get(id) ?? []) bell();
    for (const bell of this.#followers) bell();
    if (entries.length === BATCH) this.#again = true;
  }

  async #lookForAny(before: string): Promise<void> {
    const newest = await newestFeed(this.#store) ?? "";
    // A follower of one execution that came meanwhile has looked for itself, and is rung from here on.
    if (newest === before || this.#cursor !== before) return;
    this.#cursor = newest;
    for (const bells of this.#byExecution.values()) for (const bell of bells) bell();
    for (const bell of this.#followers) bell();
  }
}

/** Feed records after the cursor (exclusive), oldest first. */
export async function readFeed(store: Store, after: string, limit: number): Promise<FeedEntry[]> {
  const found: FeedEntry[] = [];
  const selector = { start: keys.feed(`${after}\u0000`), end: ["feed", "~"] };
  for await (
    const { key, value } of store.list<FeedRecord>({ selector, limit, batchSize: limit, broken: "pass" })
  ) {
    found.push({ versionstamp: key[1] as string, record: value });
  }
  return found;
}

export async function newestFeed(store: Store): Promise<string | null> {
  const [key] = await store.keys({ selector: { prefix: ["feed"] }, limit: 1, reverse: true });
  return key ? key[1] as string : null;
}

export async function oldestFeed(store: Store): Promise<string | null> {
  const [key] = await store.keys({ selector: { prefix: ["feed"] }, limit: 1 });
  return key ? key[1] as string : null;
}
