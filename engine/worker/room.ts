import type { Transition } from "../core/state.ts";
import { fewOf, runsBeside } from "../core/suspect.ts";
import type { Company, Wants } from "../core/suspect.ts";
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
 * Suspects (core/suspect.ts) run without others. When it is their turn nothing new begins, so the process is empty once
 * what runs has ended, by its time-outs at the latest; then one suspect runs, or a group of those of one death. After it
 * as many steps of others may begin as there are slots before it is the suspects' turn again: neither starves the other.
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #waiting = new Set<string>();
  readonly #suspects = new Map<string, Wants>();
  /** Others that were told to start and have not decided yet. */
  readonly #woken = new Set<string>();
  /** Suspects that were told to start and have not decided yet. */
  readonly #called = new Set<string>();
  #free: number;
  /** It is the suspects' turn. */
  #draining = false;
  #alone = false;
  /** A group of suspects runs, and so many may join it. */
  #places: number | null = null;
  /** Steps that others may begin before the suspects' next turn. */
  #credit = 0;
  #closed = false;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#free = options.slots;
  }

  /** Steps that could start now; suspects aside. */
  get free(): number {
    return this.#closed || this.#isTaken() || this.#draining ? 0 : this.#free;
  }

  /** What this execution's steps may take, as a decision asks for it. */
  offered(id: string): { slots: number; alone(): boolean; few(): number } {
    return { slots: this.free, alone: () => this.isEmptyFor(id), few: () => this.fewFor(id) };
  }

  get waiting(): number {
    return this.#waiting.size + this.#suspects.size;
  }

  /** By suspects. */
  #isTaken(): boolean {
    return this.#alone || this.#places !== null;
  }

  /** Could a suspect of this execution start now, alone? */
  isEmptyFor(id: string): boolean {
    const isTurn = this.#draining || this.#waiting.size + this.#woken.size === 0;
    return isTurn && this.#isEmpty() && this.#options.isQuiet(id);
  }

  /** So many suspects of this execution could start now in a group. */
  fewFor(id: string): number {
    if (this.#places !== null) return this.#closed ? 0 : this.#places;
    return this.isEmptyFor(id) ? fewOf(this.#options.slots) : 0;
  }

  #isEmpty(): boolean {
    return !this.#closed && !this.#isTaken() && this.#free === this.#options.slots;
  }

  /** Would it wait in vain to be looked at now? */
  isWaiting(id: string): boolean {
    const suspect = this.#suspects.get(id);
    if (suspect?.alone && this.isEmptyFor(id) || suspect?.few && this.fewFor(id) > 0) return false;
    return this.free <= 0 && (this.#waiting.has(id) || suspect !== undefined);
  }

  /** It has been decided over an execution, whose queued steps want this of the process (null: nothing). */
  decided(id: string, wants: Wants | null): void {
    this.#woken.delete(id);
    const isSuspect = wants !== null && (wants.alone || wants.few);
    // It could not start after all, and is tried again with the next change: called at once, it might go round and round.
    const declined = this.#called.delete(id) && isSuspect;
    if (wants?.slot) this.#waiting.add(id);
    else this.#waiting.delete(id);
    if (isSuspect) this.#suspects.set(id, wants);
    else this.#suspects.delete(id);
    if (!declined) this.#turn();
  }

  /** It is not in hand any more: when it was told to start, it is another's turn. */
  letGo(id: string): void {
    this.#woken.delete(id);
    if (this.#called.delete(id)) this.#suspects.delete(id);
    this.#turn();
  }

  /** Takes room for what a commit starts; it is given back when the commit is not made, which it is not without room. */
  async taken(
    { next, started }: Pick<Transition, "next" | "started">,
    commit: () => Promise<CommitResult>,
  ): Promise<CommitResult> {
    const steps = started.length;
    const [first] = started;
    // Those that begin together run beside the same.
    const company = runsBeside(first ? next.steps.get(first) ?? {} : {});
    // Something may have begun, or ended, between deciding and this.
    if (!this.#admits(company, next.id, steps)) return { ok: false, stale: [] };
    if (company === "nobody") this.#alone = true;
    else if (company === "few") this.#places = (this.#places ?? fewOf(this.#options.slots)) - steps;
    else this.#credit -= steps;
    this.#free -= company === "nobody" ? this.#options.slots : steps;
    let ok = false;
    try {
      const result = await commit();
      ok = result.ok;
      return result;
    } finally {
      if (!ok) this.#notTaken(company, steps);
    }
  }

  #admits(company: Company, id: string, steps: number): boolean {
    if (company === "nobody") return this.isEmptyFor(id);
    return company === "few" ? this.fewFor(id) >= steps : steps === 0 || !this.#isTaken();
  }

  #notTaken(company: Company, steps: number): void {
    if (company === "anybody") return this.#freed(steps);
    if (company === "nobody") {
      this.#alone = false;
      this.#free = this.#options.slots;
    } else {
      this.#free += steps;
      const nobodyElse = this.#free === this.#options.slots;
      this.#places = nobodyElse || this.#places === null ? null : this.#places + steps;
    }
    this.#turn();
  }

  /** A step has ended; of a suspect, that is written. */
  giveBack(company: Company): void {
    if (company === "anybody") return this.#freed(1);
    this.#free += company === "nobody" ? this.#options.slots : 1;
    if (this.#free < this.#options.slots) return;
    this.#alone = false;
    this.#places = null;
    this.#draining = false;
    this.#credit = this.#options.slots;
    this.#wake(this.#options.slots);
    this.#turn();
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
    if (this.#closed || this.#isTaken() || this.#suspects.size === 0 && !this.#draining) return;
    if (!this.#draining && this.#credit > 0 && this.#waiting.size + this.#woken.size > 0) return;
    this.#draining = true;
    const mustWait = this.#suspects.size > 0 && !(this.#isEmpty() && this.#options.isQuiet(null));
    if (this.#called.size > 0 || mustWait) return;
    this.#call();
    if (this.#called.size > 0) return;
    this.#draining = false;
    this.#wake(this.#free);
  }

  /** The next suspect; where it is one for a group, as many of these as fit. */
  #call(): void {
    const most = fewOf(this.#options.slots);
    for (const [id, { few }] of this.#suspects) {
      if (!this.#options.isMine(id)) this.#suspects.delete(id);
      else if (few || this.#called.size === 0) {
        this.#called.add(id);
        if (!few || this.#called.size >= most) break;
      }
    }
    for (const id of [...this.#called]) this.#options.wake(id);
  }

  /** Nothing starts any more. */
  close(): void {
    this.#closed = true;
  }
}
