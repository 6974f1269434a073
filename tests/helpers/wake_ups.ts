/** Looks in which one due entry comes again, each time twice. */
const LOOKS = 3;

interface Entry {
  key: Deno.KvKey;
  value: unknown;
  versionstamp: string;
}

/**
 * Wake-ups that come twice, late and out of order: what was due when a commit was made is shown to the next looks of the
 * loop once more, behind what is there, in reverse order, also after it was answered and deleted.
 */
export class WakeUps {
  #again: { entry: Entry; left: number }[] = [];
  /** How many were shown. */
  shown = 0;

  /** Remembers all that is due. */
  async remember(real: Deno.Kv): Promise<void> {
    for await (const entry of real.list({ prefix: ["due"] })) {
      const known = this.#again.some(({ entry: { key, versionstamp } }) =>
        versionstamp === entry.versionstamp && key.join() === entry.key.join()
      );
      if (!known) this.#again.push({ entry, left: LOOKS });
    }
  }

  /** What the loop is shown beside what one of its lists found; other reads of the index are true. */
  beside(selector: Deno.KvListSelector, options: Deno.KvListOptions | undefined): Entry[] {
    // Only the loop reads the index in batches; whoever reads it to know what is there is told the truth.
    if (this.#again.length === 0 || options?.batchSize === undefined) return [];
    if (!("start" in selector) || !("end" in selector)) return [];
    const [table, shard, lane, from] = selector.start;
    if (table !== "due") return [];
    const until = Number(selector.end[3]);
    const shown = this.#again.filter(({ entry: { key } }) =>
      key[1] === shard && key[2] === lane && Number(key[3]) >= Number(from) && Number(key[3]) < until
    );
    for (const each of shown) each.left--;
    this.#again = this.#again.filter(({ left }) => left > 0);
    const entries = shown.map(({ entry }) => entry).reverse();
    this.shown += 2 * entries.length;
    return [...entries, ...entries];
  }
}
