/** After the last edit, and at most after the first one that is not saved. */
const QUIET_MS = 600;
const PATIENCE_MS = 3_000;
/** Without an answer: so long, then twice as long each time, up to the longest. */
const RETRY_MS = 3_000;
const LONGEST_RETRY_MS = 30_000;

/** When a draft is saved next. */
export class Pace {
  #now: () => number;
  #dirtySince = 0;
  #retryMs = RETRY_MS;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on there is something to save. */
  dirty(): void {
    this.#dirtySince = this.#now();
  }

  /** The server answered. */
  answered(): void {
    this.#retryMs = RETRY_MS;
  }

  /** So many ms after an edit it is saved: when typing pauses, but not put off for ever. */
  afterEdit(): number {
    return Math.max(0, Math.min(QUIET_MS, this.#dirtySince + PATIENCE_MS - this.#now()));
  }

  /** So many ms after no answer it is tried again. */
  afterSilence(): number {
    const ms = this.#retryMs;
    this.#retryMs = Math.min(2 * ms, LONGEST_RETRY_MS);
    return ms;
  }
}
