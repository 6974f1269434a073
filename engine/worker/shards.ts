import type { Clock } from "./clock.ts";

export interface ShardsOptions {
  clock: Clock;
  /** Who lives beside this one, and how often to ask; null: nobody, as far as can be known. */
  others: { living(): Promise<string[]>; everyMs: number } | null;
  /** This process. */
  owner: string;
  /** Called when a peer that lived is gone: what it looked after has new owners. */
  onGone(): void;
}

/**
 * Who looks after what while several processes live: every id belongs to one of them, so that they do not decide the
 * same things at the same moment. It only saves work. Two that see different peers for a moment decide twice, and the
 * second commit fails on its check; what nobody looks after is taken by anybody once it is overdue (loop.ts).
 */
export class Shards {
  readonly #options: ShardsOptions;
  /** All that live, this process among them, in an order that they agree on. */
  #owners: readonly string[];
  #stopTimer: (() => void) | null = null;
  #stopped = false;

  constructor(options: ShardsOptions) {
    this.#options = options;
    this.#owners = [options.owner];
  }

  /** Does no other process live, as far as is known? */
  get alone(): boolean {
    return this.#owners.length === 1;
  }

  isMine(id: string): boolean {
    return this.alone || this.#owners[spread(id) % this.#owners.length] === this.#options.owner;
  }

  /** Looks who lives, and from then on again and again. */
  async start(): Promise<void> {
    const { others } = this.#options;
    if (others) await this.#watch(others);
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTimer?.();
  }

  async #watch(others: NonNullable<ShardsOptions["others"]>): Promise<void> {
    const { clock, owner, onGone } = this.#options;
    // What cannot be read for a moment says nothing of who lives.
    const living = await others.living().catch(() => null);
    if (this.#stopped) return;
    if (living) {
      const before = this.#owners;
      this.#owners = [owner, ...living].sort();
      if (before.some((each) => !this.#owners.includes(each))) onGone();
    }
    this.#stopTimer = clock.after(others.everyMs, () => void this.#watch(others));
  }
}

/** The ids of one moment count up at their end: neighbours go to different owners. */
function spread(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0;
  return hash;
}
