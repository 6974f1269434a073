import type { CommitResult } from "../store/commit.ts";

export interface RoomOptions {
  /** Steps under way at once. */
  slots: number;
  /** Does this process look after it, as long as all live? */
  isMine(id: string): boolean;
  /** Its queued steps may start: there is a free slot. */
  wake(id: string): void;
}

/** The slots of one process for running steps, and the executions that wait here for a free one. */
export class Room {
  readonly #options: RoomOptions;
  readonly #waiting = new Set<string>();
  #free: number;
  #closed = false;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#free = options.slots;
  }

  /** Steps that could start now. */
  get free(): number {
    return this.#closed ? 0 : this.#free;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  isWaiting(id: string): boolean {
    return this.#waiting.has(id);
  }

  wait(id: string): void {
    this.#waiting.add(id);
  }

  leave(id: string): void {
    this.#waiting.delete(id);
  }

  /** Takes slots for the steps that a commit starts; they are given back when it is not made. */
  async taken(slots: number, commit: () => Promise<CommitResult>): Promise<CommitResult> {
    this.#free -= slots;
    let ok = false;
    try {
      const result = await commit();
      ok = result.ok;
      return result;
    } finally {
      if (!ok) this.giveBack(slots);
    }
  }

  giveBack(slots: number): void {
    this.#free += slots;
    if (this.#closed) return;
    for (const id of this.#waiting) {
      if (this.#free <= 0) return;
      this.#waiting.delete(id);
      // A process that came since looks after it.
      if (!this.#options.isMine(id)) continue;
      this.#options.wake(id);
      if (--slots <= 0) return;
    }
  }

  /** Nothing starts any more. */
  close(): void {
    this.#closed = true;
  }
}
