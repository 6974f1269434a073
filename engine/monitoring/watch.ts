import type { Followed, Watched } from "../contract.ts";
import { keys } from "../store/keys.ts";
import type { EventRecord, HeadRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";
import { newestFeed, readFeed } from "./feed.ts";
import type { FeedEntry, Tail } from "./feed.ts";
import { toEvents } from "./present.ts";

interface WatchDeps {
  store: Store;
  versions: Pick<Versions, "get">;
  tail: Pick<Tail, "follow">;
}

/** More changes than this between two looks nobody can read: a reset comes instead. */
const MOST_CHANGES = 50;
/** So many batches are kept for whoever comes back, or is slow. */
const KEPT = 50;
/** Between two looks: at least this, and so much more for each who watches. */
const LOOK_MS = 50;
const LOOK_MS_EACH = 2;
/** All who watch ask for lists no more than ten times a second together: each waits so long times their number. */
const READ_MS_EACH = 100;
const LEAST_READ_MS = 1_000;
/** A position behind every event of its versionstamp. */
const LAST = 999_999_999;

/**
 * What happens to all executions, read and put together once for all who watch. It costs the same whether few or many
 * look, and however much happens: when that is more than can be shown, it is not read, and everybody is told to read
 * their list again, at a pace that all of them together can keep.
 */
export class Watch {
  readonly #deps: WatchDeps;
  readonly #wakes = new Set<() => void>();
  #unfollow: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #batches: Watched[] = [];
  /** How many batches were there before the first that is kept. */
  #dropped = 0;
  /** Where the batches begin, and where they end. */
  #cursor: string | null = null;
  #lookedAt = -Infinity;
  #looking = false;
  /** Something happened since the last look began. */
  #again = false;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  /** From behind the cursor, or from now; a cursor that is not at hand any more, or is too far behind, yields a reset. */
  async *follow(cursor: string | null, signal: AbortSignal): AsyncGenerator<Watched> {
    let wake = (): void => {};
    const ring = (): void => wake();
    signal.addEventListener("abort", ring, { once: true });
    this.#join(ring);
    try {
      await this.#begun();
      let next = this.#dropped + this.#batches.length;
      if (cursor !== null && cursor !== this.#end()) {
        const known = this.#batches.findIndex(({ at }) => at === cursor);
        if (known < 0) yield this.#reset(this.#end());
        else next = this.#dropped + known + 1;
      } else if (this.#readMs() > LEAST_READ_MS) {
        // With many there already, the pace is known before anything happens.
        yield { at: this.#end(), events: [], readMs: this.#readMs() };
      }
      while (!signal.aborted) {
        if (next < this.#dropped) {
          next = this.#dropped + this.#batches.length;
          yield this.#reset(this.#end());
        }
        const batch = this.#batches[next - this.#dropped];
        if (batch) {
          next++;
          yield batch;
          continue;
        }
        await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      this.#leave(ring);
    }
  }

  #join(wake: () => void): void {
    this.#wakes.add(wake);
    this.#unfollow ??= this.#deps.tail.follow(null, () => this.#lookSoon());
  }

  #leave(wake: () => void): void {
    this.#wakes.delete(wake);
    if (this.#wakes.size > 0) return;
    this.#unfollow?.();
    this.#unfollow = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#batches = [];
    this.#cursor = null;
  }

  async #begun(): Promise<void> {
    if (this.#cursor !== null) return;
    const newest = await newestFeed(this.#deps.store) ?? "";
    this.#cursor ??= newest;
  }

  #end(): string {
    return this.#batches.at(-1)?.at ?? `${this.#cursor}.${LAST}`;
  }

  /** At once when it has been quiet; while much happens, at the pace of as many as watch. */
  #lookSoon(): void {
    this.#again = true;
    if (this.#timer !== null || this.#looking) return;
    const pace = LOOK_MS + LOOK_MS_EACH * this.#wakes.size;
    const wait = Math.max(0, this.#lookedAt + pace - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#looking = true;
      this.#again = false;
      this.#lookedAt = performance.now();
      // What could not be read is read with the next look.
      this.#look().catch(() => this.#again = true).finally(() => {
        this.#looking = false;
        if (this.#again && this.#unfollow !== null) this.#lookSoon();
      });
    }, wait);
  }

  async #look(): Promise<void> {
    if (this.#cursor === null) return;
    const from = this.#cursor;
    const entries = await readFeed(this.#deps.store, from, MOST_CHANGES + 1);
    const count = entries.reduce((sum, { record }) => sum + record.e.length, 0);
    if (count === 0) return;
    if (count > MOST_CHANGES) {
      const newest = await newestFeed(this.#deps.store) ?? from;
      if (this.#cursor === from) this.#put(newest, this.#reset(`${newest}.${LAST}`));
    } else {
      const events = await this.#eventsOf(entries);
      // All have left meanwhile: whoever came since begins from then on.
      if (this.#cursor !== from) return;
      const last = entries.at(-1)!.versionstamp;
      const readMs = this.#readMs();
      // The pace has a cursor of its own where it is told.
      const at = readMs > LEAST_READ_MS ? `${last}.${LAST}` : events.at(-1)?.id ?? `${last}.${LAST}`;
      this.#put(last, { at, events, readMs });
    }
  }

  #put(cursor: string, shown: Watched): void {
    this.#cursor = cursor;
    this.#batches.push(shown);
    if (this.#batches.length > KEPT) {
      this.#batches.shift();
      this.#dropped++;
    }
    for (const wake of this.#wakes) wake();
  }

  #reset(at: string): Watched {
    return { at, events: null, readMs: this.#readMs() };
  }

  #readMs(): number {
    return Math.max(LEAST_READ_MS, READ_MS_EACH * this.#wakes.size);
  }

  async #eventsOf(entries: readonly FeedEntry[]): Promise<Followed[]> {
    const pairs = entries.flatMap(({ record, versionstamp }) =>
      record.e.map(([id, seq]) => ({ id, seq, versionstamp }))
    );
    const [records, heads] = await Promise.all([
      this.#deps.store.getMany<EventRecord>(pairs.map(({ id, seq }) => keys.event(id, seq)), {
        broken: "pass",
      }),
      this.#deps.store.getMany<HeadRecord>(pairs.map(({ id }) => keys.execution(id)), { broken: "pass" }),
    ]);
    const found: Followed[] = [];
    const positions = new Map<string, number>();
    for (const [i, { id, seq, versionstamp }] of pairs.entries()) {
      const [record, head] = [records[i]?.value, heads[i]?.value];
      if (!record || !head) continue;
      const { graph } = await this.#deps.versions.get(head.workflowId, head.version);
      for (const { event } of toEvents(record, seq, { id, graph, left: head.left })) {
        const position = positions.get(versionstamp) ?? 0;
        positions.set(versionstamp, position + 1);
        found.push({ id: `${versionstamp}.${position}`, event });
      }
    }
    return found;
  }
}
