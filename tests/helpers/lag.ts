/** How late timers come to a process here: what a bound on real time allows for besides, on a machine that is busy. */
export class Lag implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  #expected = performance.now() + EVERY_MS;
  #worst = 0;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#worst = Math.max(this.#worst, now - this.#expected);
      this.#expected = now + EVERY_MS;
    }, EVERY_MS);
  }

  /** Several processes hand on to one another, and each may be as late. */
  allowed(ms: number): number {
    return ms + 5 * this.#worst;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

const EVERY_MS = 10;
