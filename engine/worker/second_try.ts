import type { Command } from "../core/machine.ts";
import { BrokenRow } from "../store/broken.ts";
import type { Hands } from "./hands.ts";
import type { Held } from "./held.ts";

const TRIES = 5;
const FIRST_MS = 100;
/** Failures so long ago count no more. */
const FORGOTTEN_MS = 60_000;

/**
 * What became of attempts is known in this process and nowhere else. Where a round fails because something could not be
 * read or written, it is decided over again in a moment: dropped outcomes would leave attempts to be repeated though
 * nobody died (promise 3). What fails time and again is the worker's to tell.
 */
export class SecondTry {
  #outcomes: Command[] = [];
  #failures = 0;
  #failedAt = -Infinity;

  /** A round decides over these. */
  take(commands: readonly Command[]): void {
    this.#outcomes = commands.filter(({ kind }) => kind === "outcome");
  }

  /** After a round that failed: offers its outcomes again in a moment. False: there is no use, and the worker has told it. */
  async after(error: unknown, held: Held, hands: Hands): Promise<boolean> {
    const outcomes = this.#outcomes.splice(0);
    const now = hands.clock.monotonic();
    if (now - this.#failedAt > FORGOTTEN_MS) this.#failures = 0;
    this.#failedAt = now;
    const isInVain = error instanceof BrokenRow || ++this.#failures > TRIES;
    if (isInVain || outcomes.length === 0) hands.failed(held, error);
    if (isInVain) return false;
    await new Promise<void>((done) => hands.clock.after(FIRST_MS * 2 ** (this.#failures - 1), done));
    held.offer(...outcomes);
    return true;
  }
}
