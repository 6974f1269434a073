import { LEASE_MS } from "../core/state.ts";
import type { Clock } from "./clock.ts";
import type { Peers } from "./peers.ts";

/** What does not parse is looked at again so late: somebody may have mended it. */
export const BROKEN_REST_MS = 60_000;

/** When another process's lease is free to be taken. */
export class Takeover {
  readonly #clock: Clock;
  readonly #peers: Peers;
  /** Leases of others, as first seen: versionstamp and monotonic ms. */
  readonly #watched = new Map<string, { versionstamp: string; since: number }>();
  readonly #restUntil = new Map<string, number>();

  constructor(clock: Clock, peers: Peers) {
    this.#clock = clock;
    this.#peers = peers;
  }

  /**
   * Free when the holder is known to be dead, or when the very same state has been seen for a whole lease on this
   * process's own monotonic clock: wall clocks of two machines may disagree.
   */
  async isFree(id: string, owner: string, versionstamp: string): Promise<boolean> {
    if (await this.#peers.isDead(owner)) return true;
    const seen = this.#watched.get(id);
    const now = this.#clock.monotonic();
    if (seen?.versionstamp === versionstamp && now - seen.since >= LEASE_MS) {
      this.#watched.delete(id);
      return true;
    }
    if (seen?.versionstamp !== versionstamp) this.#watched.set(id, { versionstamp, since: now });
    this.rest(id, 1_000);
    return false;
  }

  /**
   * Whose leases are worth a look right now; each owner is asked about once. Without locks nobody is known to be dead: the
   * look begins the time for which a lease must be seen unchanged.
   */
  deaths(self: string): (owner: string) => Promise<boolean> {
    const answers = new Map<string, Promise<boolean>>();
    return (owner) => {
      if (owner === self || !this.#peers.hasLocks) return Promise.resolve(owner !== self);
      const answer = answers.get(owner) ?? this.#peers.isDead(owner);
      answers.set(owner, answer);
      return answer;
    };
  }

  forget(id: string): void {
    this.#watched.delete(id);
  }

  /** Not worth another look for so long. */
  rest(id: string, ms: number): void {
    if (this.#restUntil.size > 10_000) this.#restUntil.clear();
    this.#restUntil.set(id, this.#clock.monotonic() + ms);
  }

  isResting(id: string): boolean {
    return (this.#restUntil.get(id) ?? 0) > this.#clock.monotonic();
  }
}
