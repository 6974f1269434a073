/** First sequence of an event record, and the epoch ms at which its commit was known to be done. */
export type CommitTime = [seq: number, committedAt: number];

const MOST_EXECUTIONS = 20_000;

/**
 * Notes for each execution when its event records were committed. The record's own time is that of the decision, so only
 * here the commit itself can be seen. The first 20,000 executions are kept.
 */
export function recordCommits(kv: Deno.Kv): ReadonlyMap<string, CommitTime[]> {
  const times = new Map<string, CommitTime[]>();
  const begin = kv.atomic.bind(kv);
  kv.atomic = (): Deno.AtomicOperation => {
    const atomic = begin();
    const written: [string, number][] = [];
    const set = atomic.set.bind(atomic);
    atomic.set = (key, value, options): Deno.AtomicOperation => {
      const [kind, id, seq] = key;
      if (kind === "event" && typeof id === "string" && typeof seq === "number") written.push([id, seq]);
      return set(key, value, options);
    };
    const commit = atomic.commit.bind(atomic);
    atomic.commit = async (): Promise<Deno.KvCommitResult | Deno.KvCommitError> => {
      const result = await commit();
      const now = Date.now();
      for (const [id, seq] of result.ok ? written : []) {
        const known = times.get(id);
        if (known) known.push([seq, now]);
        else if (times.size < MOST_EXECUTIONS) times.set(id, [[seq, now]]);
      }
      return result;
    };
    return atomic;
  };
  return times;
}
