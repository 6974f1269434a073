/** A death is known after so long at most. */
const WATCH_MS = 500;

/**
 * Which processes live. On one host each holds an OS file lock beside the database, which the system releases at its
 * death: whoever can take it knows at once. Elsewhere only time tells (takeover.ts).
 */
export class Peers {
  readonly #folder: string | null;
  readonly #owner: string;
  readonly everyMs: number = WATCH_MS;
  readonly #onFound: (owner: string) => void;
  #own: Deno.FsFile | null = null;
  readonly #dead = new Set<string>();
  readonly #asked = new Map<string, Promise<boolean>>();

  /**
   * `folder` null: no database file, so no locks (memory, or a database over the network). `onFound` is called in the one
   * process that finds a death.
   */
  constructor(folder: string | null, owner: string, onFound: (owner: string) => void = () => {}) {
    // Deno 2.5 can wait for a lock but not try one: there only time tells.
    this.#folder = "tryLock" in Deno.FsFile.prototype ? folder : null;
    this.#owner = owner;
    this.#onFound = onFound;
  }

  /** False: of the death of others nothing is known here. */
  get hasLocks(): boolean {
    return this.#folder !== null;
  }

  async announce(): Promise<void> {
    if (this.#folder === null) return;
    await Deno.mkdir(this.#folder, { recursive: true });
    // It gets its name when it is locked: one that is not locked yet would look like that of a dead process.
    const unnamed = `${this.#path(this.#owner)}.new`;
    this.#own = await Deno.open(unnamed, { create: true, write: true });
    if (!await this.#own.tryLock(true)) throw new Error(`Cannot lock ${unnamed}: another process holds it`);
    await Deno.rename(unnamed, this.#path(this.#owner));
  }

  async leave(): Promise<void> {
    if (!this.#own || this.#folder === null) return;
    this.#own.close();
    this.#own = null;
    await Deno.remove(this.#path(this.#owner)).catch(() => {});
  }

  /** The others that have announced themselves and live. */
  async living(): Promise<string[]> {
    if (this.#folder === null) return [];
    const found: string[] = [];
    for await (const { name } of Deno.readDir(this.#folder)) {
      const owner = name.endsWith(".lock") ? name.slice(0, -".lock".length) : this.#owner;
      if (owner !== this.#owner && !await this.isDead(owner)) found.push(owner);
    }
    return found;
  }

  /** True only when it is certain. */
  async isDead(owner: string): Promise<boolean> {
    if (this.#folder === null || owner === this.#owner) return false;
    if (this.#dead.has(owner)) return true;
    // One look at a time: two at once would each find the other's lock, and call a dead peer alive.
    const asked = this.#asked.get(owner) ??
      this.#lockIsFree(owner).finally(() => this.#asked.delete(owner));
    this.#asked.set(owner, asked);
    const dead = await asked;
    if (dead) this.#dead.add(owner);
    return dead;
  }

  async #lockIsFree(owner: string): Promise<boolean> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(this.#path(owner), { write: true });
    } catch (error) {
      // It announces itself before it takes anything and removes its file when it has let go of everything.
      return error instanceof Deno.errors.NotFound;
    }
    try {
      // For a moment it is locked by whoever found it free: others that ask right then take its owner for alive.
      if (!await file.tryLock(true)) return false;
      await Deno.remove(this.#path(owner)).catch(() => {});
      this.#onFound(owner);
      return true;
    } finally {
      file.close();
    }
  }

  #path(owner: string): string {
    return `${this.#folder}/${owner.replaceAll(/[^0-9A-Z]/g, "_")}.lock`;
  }
}
