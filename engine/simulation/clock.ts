import type { Clock } from "../worker/clock.ts";

interface Timer {
  at: number;
  callback: () => void;
}

/** Time that stands still until it is moved. Its chance is always the same, so that a dry run can be asserted. */
export class VirtualClock implements Clock {
  readonly #start: number;
  readonly #timers = new Set<Timer>();
  #now: number;
  #seed = 1;
  #ended = false;

  constructor(start: number) {
    this.#start = start;
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  readonly monotonic = (): number => this.#ended ? Infinity : this.#now - this.#start;

  /** mulberry32: small, and good enough to spread retries. */
  readonly random = (): number => {
    this.#seed = this.#seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(this.#seed ^ this.#seed >>> 15, 1 | this.#seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };

  readonly after = (ms: number, callback: () => void): () => void => {
    const timer = { at: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** The moment of the next timer, or Infinity. */
  next(): number {
    let next = Infinity;
    for (const { at } of this.#timers) next = Math.min(next, at);
    return next;
  }

  /** Goes there at once, like a host that slept: timers that fell due on the way fire when it wakes. */
  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at);
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }

  /** Nobody has time left: whoever waits for a grace period to pass stops waiting. */
  end(): void {
    this.#ended = true;
  }
}
