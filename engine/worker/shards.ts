import type { Clock } from "./clock.ts";
import type { Peers } from "./peers.ts";

export interface ShardsOptions {
  clock: Clock;
  peers: Peers;
  /** This process. */
  owner: string;
  /** Called when a peer that lived is gone: what it looked after has new owners. */
  onGone(): void;
}

/** A death is known after so long at most. */
const WATCH_MS = 500;

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

  /** Looks who lives, and from then on twice a second. */
  async start(): Promise<void> {
    if (this.#options.peers.hasLocks) await this.#watch();
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTimer?.();
  }

  async #watch(): Promise<void> {
    const { clock, peers, owner, onGone } = this.#options;
    // A folder that cannot be read for a moment says nothing of who lives.
    const others = await peers.living().catch(() => null);
    if (this.#stopped) return;
    if (others) {
      const before = this.#owners;
      this.#owners = [owner, ...others].sort();
      if (before.some((each) => !this.#owners.includes(each))) onGone();
    }
    this.#stopTimer = clock.after(WATCH_MS, () => void this.#watch());
  }
}

/** The ids of one moment count up at their end: neighbours go to different owners. */
function spread(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0;
  return hash;
}
