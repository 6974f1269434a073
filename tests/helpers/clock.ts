import type { Clock } from "../../engine/worker/clock.ts";

interface Timer {
  at: number;
  order: number;
  callback: () => void;
}

/** Virtual time for any number of engines: it stands still until a test moves it. */
export class ManualClock {
  #now: number;
  #monotonic = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(start = Date.UTC(2026, 10, 22, 9)) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** The clock as one process has it: its timers end with it, and its wall may be wrong by `offset` ms. */
  process(options: { offset?: number; random?: () => number } = {}): Clock & { die(): void } {
    const { offset = 0, random = Math.random } = options;
    const own = new Set<Timer>();
    let dead = false;
    return {
      now: () => this.#now + offset,
      monotonic: () => this.#monotonic,
      random,
      after: (ms, callback) => {
        // Like the system's: never longer than a minute, so that what is years away is looked at again.
        const timer = { at: this.#now + Math.min(Math.max(0, ms), 60_000), order: this.#order++, callback };
        if (!dead) {
          this.#timers.add(timer);
          own.add(timer);
        }
        return () => {
          this.#timers.delete(timer);
          own.delete(timer);
        };
      },
      die: () => {
        dead = true;
        for (const timer of own) this.#timers.delete(timer);
      },
    };
  }

  /** The moment of the next timer, or null. */
  next(): number | null {
    let next = Infinity;
    for (const timer of this.#timers) next = Math.min(next, timer.at);
    return next === Infinity ? null : next;
  }

  /**
   * Moves on and fires what falls due on the way, in order, each at its own moment. A long way is slept through, all but
   * its last minute: then timers fire late, as they do on a host that wakes.
   */
  advance(ms: number): void {
    this.advanceTo(this.#now + ms);
  }

  /** As after a long sleep: all that fell due meanwhile fires late, at the next advance. */
  skip(ms: number): void {
    this.#move(this.#now + ms);
  }

  advanceTo(target: number): void {
    if (target - this.#now > 120_000) this.#move(target - 60_000);
    for (;;) {
      const [first] = [...this.#timers].filter((timer) => timer.at <= target)
        .sort((a, b) => a.at - b.at || a.order - b.order);
      if (!first) break;
      this.#timers.delete(first);
      this.#move(first.at);
      first.callback();
    }
    this.#move(target);
  }

  #move(to: number): void {
    if (to <= this.#now) return;
    this.#monotonic += to - this.#now;
    this.#now = to;
  }
}
