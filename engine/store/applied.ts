import type { Write } from "./commit.ts";
import type { Key } from "./keys.ts";

/**
 * Was a batch applied whose commit threw, nobody knows where? Batches are atomic, so one write's proof decides for all.
 * Without one, a record decides that was to be replaced: when it is, byte for byte, what was to be written, it was. Null:
 * not applied, or the checks decide.
 */
export async function wasApplied(
  kv: Deno.Kv,
  writes: readonly Write[],
): Promise<{ ok: true; versionstamp: string } | null> {
  const proof = writes.find((write) => write.proof)?.proof;
  if (!proof) return await wasReplaced(kv, writes);
  const entry = await kv.get<Uint8Array>(proof.key);
  if (entry.value === null) return null;
  const record: { commit?: unknown } = JSON.parse(new TextDecoder().decode(entry.value));
  return record.commit === proof.id ? { ok: true, versionstamp: entry.versionstamp } : null;
}

async function wasReplaced(
  kv: Deno.Kv,
  writes: readonly Write[],
): Promise<{ ok: true; versionstamp: string } | null> {
  for (const { checks = [], sets = [] } of writes) {
    for (const check of checks) {
      const set = sets.find(({ key }) => isSame(key, check.key));
      if (!set) continue;
      const { value, versionstamp } = await kv.get<Uint8Array>(check.key as Key);
      if (value === null || versionstamp === check.versionstamp) return null;
      return isSame(value, set.value) ? { ok: true, versionstamp } : null;
    }
  }
  return null;
}

function isSame(one: ArrayLike<unknown>, other: ArrayLike<unknown>): boolean {
  return one.length === other.length && Array.from(one).every((each, i) => each === other[i]);
}
