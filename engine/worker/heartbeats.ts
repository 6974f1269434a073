import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";

const WATCH_MS = 2_500;
const BEAT_MS = 5_000;
/** A row that has not changed for so long belongs to nobody who works. */
const SILENT_MS = 12_000;
/** Whoever sees a row unchanged for so long removes it. */
const GONE_MS = 60_000;

/**
 * Who else works on a database that many hosts share: each writes a row now and then. It only tells how work is divided
 * (shards.ts); leases are taken over by their own rule (takeover.ts), so a row too many or too few does no harm.
 */
export class Heartbeats {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #owner: string;
  /** As first seen: versionstamp and monotonic ms. */
  readonly #seen = new Map<string, { versionstamp: string; since: number }>();
  #beatAt = -Infinity;
  readonly everyMs: number = WATCH_MS;

  constructor(store: Store, clock: Clock, owner: string) {
    this.#store = store;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** The others that have been heard of lately; beats, when it is time. */
  async living(): Promise<string[]> {
    const now = this.#clock.monotonic();
    if (now - this.#beatAt >= BEAT_MS) {
      this.#beatAt = now;
      await this.#store.commit({
        name: "peer",
        sets: [{ key: keys.peer(this.#owner), value: encode({ v: 1 }) }],
      });
    }
    const living: string[] = [];
    for await (const { key, versionstamp } of this.#store.kv.list({ prefix: ["peer"] })) {
      const owner = key[1] as string;
      if (owner === this.#owner) continue;
      const known = this.#seen.get(owner);
      const seen = known?.versionstamp === versionstamp ? known : { versionstamp, since: now };
      this.#seen.set(owner, seen);
      if (now - seen.since < SILENT_MS) living.push(owner);
      else if (now - seen.since >= GONE_MS) await this.#remove(owner, versionstamp);
    }
    return living;
  }

  async leave(): Promise<void> {
    await this.#store.commit({ name: "peer", deletes: [keys.peer(this.#owner)] });
  }

  async #remove(owner: string, versionstamp: string): Promise<void> {
    const key = keys.peer(owner);
    await this.#store.commit({ name: "peer", checks: [{ key, versionstamp }], deletes: [key] });
    this.#seen.delete(owner);
  }
}
