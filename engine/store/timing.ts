/** Upper bounds of a histogram's buckets, seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** How long commits of this process took, since it began. */
export class Timing {
  readonly #counts = BOUNDS.map(() => 0);
  #count = 0;
  #sum = 0;

  note(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) this.#counts[bucket]! += 1;
  }

  /** Buckets count what took at most so long, as Prometheus has it: each holds those before it. */
  read(): { count: number; sum: number; buckets: { le: number; count: number }[] } {
    let below = 0;
    const buckets = BOUNDS.map((le, i) => ({ le, count: below += this.#counts[i]! }));
    return { count: this.#count, sum: this.#sum, buckets };
  }
}
