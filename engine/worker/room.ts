import type { Transition } from "../core/state.ts";
import type { Wants } from "../core/suspect.ts";
import type { CommitResult } from "../store/commit.ts";

export interface RoomOptions {
  /** Steps under way at once. */
  slots: number;
  /** Does this process look after it, as long as all live? */
  isMine(id: string): boolean;
  /** Its queued steps may start: there is a free slot, or the whole process is free. */
  wake(id: string): void;
  /** Is no step stored as running here, but for those of this execution? A death now would be charged to nobody else. */
  isQuiet(but: string | null): boolean;
}

/**
 * The slots of one process for running steps, and the executions that wait here for a free one.
 *
 * A suspect (core/suspect.ts) takes all slots. When it is the suspects' turn nothing new begins, so the process is empty
 * once what runs has ended, by its time-outs at the latest; then one suspect runs. After it as many steps of others may
 * begin as there are slots before it is the suspects' turn again: neither starves the other.
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #waiting = new Set<string>();
  readonly #suspects = new Set<string>();
  /** Others that were told to start and have not decided yet. */
  readonly #woken = new Set<string>();
  /** The suspect that was told to start and has not decided yet. */
  #called: string | null = null;
  #free: number;
  /** It is the suspects' turn. */
  #draining = false;
  #alone = false;
  /** Steps that others may begin before the suspects' next turn. */
  #credit = 0;
  #closed = false;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#free = options.slots;
  }

  /** Steps that could start now; suspects aside. */
  get free(): number {
    return this.#closed || this.#alone || this.#draining ? 0 : this.#free;
  }

  get waiting(): number {
    return this.#waiting.size + this.#suspects.size;
  }

  /** Could a suspect of this execution start now? */
  isEmptyFor(id: string): boolean {
    const isTurn = this.#draining || this.#waiting.size + this.#woken.size === 0;
    return isTurn && this.#isEmpty() && this.#options.isQuiet(id);
  }

  #isEmpty(): boolean {
    return !this.#closed && !this.#alone && this.#free === this.#options.slots;
  }

  /** Would it wait in vain to be looked at now? */
  isWaiting(id: string): boolean {
    if (this.#suspects.has(id) && this.isEmptyFor(id)) return false;
    return this.free <= 0 && (this.#waiting.has(id) || this.#suspects.has(id));
  }

  /** It has been decided over an execution, whose queued steps want this of the process (null: nothing). */
  decided(id: string, wants: Wants | null): void {
    this.#woken.delete(id);
    // It could not start after all, and is tried again with the next change: called at once, it might go round and round.
    const declined = this.#called === id && wants?.alone === true;
    if (this.#called === id) this.#called = null;
    if (wants?.slot) this.#waiting.add(id);
    else this.#waiting.delete(id);
    if (wants?.alone) this.#suspects.add(id);
    else this.#suspects.delete(id);
    if (!declined) this.#turn();
  }

  /** It is not in hand any more: when it was told to start, it is another's turn. */
  letGo(id: string): void {
    this.#woken.delete(id);
    if (this.#called === id) {
      this.#called = null;
      this.#suspects.delete(id);
    }
    this.#turn();
  }

  /** Takes room for what a commit starts; it is given back when the commit is not made, which it is not without room. */
  async taken(
    { next, started }: Pick<Transition, "next" | "started">,
    commit: () => Promise<CommitResult>,
  ): Promise<CommitResult> {
    const steps = started.length;
    const alone = started.some((nodeId) => next.steps.get(nodeId)?.alone);
    // Something may have begun, or ended, between deciding and this.
    if (alone ? !this.isEmptyFor(next.id) : steps > 0 && this.#alone) return { ok: false, stale: [] };
    this.#free -= alone ? this.#options.slots : steps;
    if (alone) this.#alone = true;
    else this.#credit -= steps;
    let ok = false;
    try {
      const result = await commit();
      ok = result.ok;
      return result;
    } finally {
      if (!ok && alone) {
        this.#alone = false;
        this.#free += this.#options.slots;
        this.#turn();
      } else if (!ok) this.#freed(steps);
    }
  }

  /** A step has ended. */
  giveBack({ alone }: { alone: boolean }): void {
    if (!alone) return this.#freed(1);
    this.#alone = false;
    this.#draining = false;
    this.#credit = this.#options.slots;
    this.#freed(this.#options.slots);
  }

  #freed(slots: number): void {
    this.#free += slots;
    this.#wake(slots);
    this.#turn();
  }

  #wake(most: number): void {
    for (const id of this.#waiting) {
      if (this.free <= 0 || most-- <= 0) return;
      this.#waiting.delete(id);
      // A process that came since looks after it.
      if (!this.#options.isMine(id)) continue;
      this.#woken.add(id);
      this.#options.wake(id);
    }
  }

  /** Whose turn is it? Asked whenever that may have changed. */
  #turn(): void {
    if (this.#closed || this.#alone || this.#suspects.size === 0 && !this.#draining) return;
    if (!this.#draining && this.#credit > 0 && this.#waiting.size + this.#woken.size > 0) return;
    this.#draining = true;
    if (
      this.#called !== null || this.#suspects.size > 0 && !(this.#isEmpty() && this.#options.isQuiet(null))
    ) {
      return;
    }
    for (const id of this.#suspects) {
      if (!this.#options.isMine(id)) {
        this.#suspects.delete(id);
        continue;
      }
      this.#called = id;
      return this.#options.wake(id);
    }
    this.#draining = false;
    this.#wake(this.#free);
  }

  /** Nothing starts any more. */
  close(): void {
    this.#closed = true;
  }
}
