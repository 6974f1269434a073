import type { Write } from "./commit.ts";
import type { Key } from "./keys.ts";

// An atomic holds 100 checks, 1,000 mutations, 800 KiB and 90 KiB of keys; a write may take half of each.
const BATCH = { checks: 96, mutations: 950, keyBytes: 80 * 1024, bytes: 720 * 1024 };
const KEY_BYTES = 2_048;
const VALUE_BYTES = 64 * 1024;
const WRITE = { checks: 90, mutations: 400, keyBytes: 40 * 1024, bytes: 400 * 1024 };

export interface Size {
  checks: number;
  mutations: number;
  keyBytes: number;
  bytes: number;
}

/** What a write costs of an atomic's limits; throws when it is over what one write may take. */
export function measure(write: Write): Size {
  const size = { checks: write.checks?.length ?? 0, mutations: 0, keyBytes: 0, bytes: 0 };
  for (const { key } of write.checks ?? []) size.keyBytes += keyBytes(key);
  for (const { key, value } of write.sets ?? []) {
    // KV would refuse the whole atomic, and with it the writes that share it.
    if (value.byteLength > VALUE_BYTES) {
      throw new RangeError(
        `Cannot commit "${write.name}": ${value.byteLength} bytes under "${
          String(key[0])
        }", at most ${VALUE_BYTES}`,
      );
    }
    add(size, keyBytes(key), value.byteLength);
  }
  for (const key of write.deletes ?? []) add(size, keyBytes(key), 0);
  for (const { key } of write.sums ?? []) add(size, keyBytes(key), 8);
  for (const { key } of write.maxes ?? []) add(size, keyBytes(key), 8);
  for (const { prefix, value } of write.stamped ?? []) add(size, keyBytes(prefix) + 12, value.byteLength);
  for (const _ of write.bells ?? []) add(size, 24, 40);
  size.bytes += 48 * (write.feed?.length ?? 0);
  for (const limit of ["checks", "mutations", "keyBytes", "bytes"] as const) {
    if (size[limit] > WRITE[limit]) {
      throw new RangeError(`Cannot commit "${write.name}": ${size[limit]} ${limit}, at most ${WRITE[limit]}`);
    }
  }
  return size;
}

function add(size: Size, keyLength: number, valueLength: number): void {
  size.mutations++;
  size.keyBytes += keyLength;
  size.bytes += keyLength + valueLength;
}

function keyBytes(key: Key): number {
  let bytes = 0;
  for (const part of key) bytes += typeof part === "string" ? part.length * 1.5 + 2 : 10;
  if (bytes > KEY_BYTES) {
    throw new RangeError(
      `Cannot commit a key of ${bytes} bytes under "${String(key[0])}", at most ${KEY_BYTES}`,
    );
  }
  return bytes;
}

const SEPARATOR = "\u0000";

/** Keys of its own; counters never conflict. */
function writtenBy({ sets = [], deletes = [], stamped = [] }: Write): string[] {
  const written = [...sets.map(({ key }) => key), ...deletes, ...stamped.map(({ prefix }) => prefix)];
  return written.map((key) => key.join(SEPARATOR));
}

/**
 * Writes that may share an atomic. KV makes all checks before all mutations, so two writes that touch one key would both
 * pass: they never meet, unless both only check it, at the same versionstamp.
 */
export class Batch {
  readonly #checked = new Map<string, string | null>();
  readonly #written = new Set<string>();
  readonly #size: Size = { checks: 0, mutations: 2, keyBytes: 64, bytes: 4096 };
  readonly #limits: Size;

  /** `checks`: some databases hold fewer in an atomic. */
  constructor({ checks = BATCH.checks }: { checks?: number } = {}) {
    this.#limits = { ...BATCH, checks };
  }

  /** Takes the write in, or says no and stays as it was. */
  admit(write: Write, size: Size = measure(write)): boolean {
    const checks = (write.checks ?? []).map((check) =>
      [check.key.join(SEPARATOR), check.versionstamp] as const
    );
    // What another write checks as well is checked once.
    const added = { ...size, checks: checks.filter(([key]) => !this.#checked.has(key)).length };
    for (const limit of ["checks", "mutations", "keyBytes", "bytes"] as const) {
      if (this.#size[limit] + added[limit] > this.#limits[limit]) return false;
    }
    for (const [key, versionstamp] of checks) {
      if (this.#written.has(key)) return false;
      const known = this.#checked.get(key);
      if (known !== undefined && known !== versionstamp) return false;
    }
    const written = writtenBy(write);
    for (const key of written) {
      if (this.#written.has(key) || this.#checked.has(key)) return false;
    }
    for (const [key, versionstamp] of checks) this.#checked.set(key, versionstamp);
    for (const key of written) this.#written.add(key);
    for (const limit of ["checks", "mutations", "keyBytes", "bytes"] as const) {
      this.#size[limit] += added[limit];
    }
    return true;
  }

  /** Does the write touch a key that is written in this batch, or write one that is checked in it? */
  meets(write: Write): boolean {
    for (const { key } of write.checks ?? []) if (this.#written.has(key.join(SEPARATOR))) return true;
    return writtenBy(write).some((key) => this.#written.has(key) || this.#checked.has(key));
  }

  /** One atomic's worth: shared checks once, sums of one key together, one feed record, a bell per second. */
  static merge(
    writes: readonly Write[],
  ): Required<Omit<Write, "name" | "proof" | "feed">> & { feed: [string, number][] } {
    const checks = new Map<string, { key: Key; versionstamp: string | null }>();
    const same = new Map<Key, number>();
    const maxes = new Map<string, { key: Key; to: number }>();
    const bells = new Map<number, number>();
    const feed: [string, number][] = [];
    for (const write of writes) {
      for (const check of write.checks ?? []) checks.set(check.key.join(SEPARATOR), check);
      for (const { key, add } of write.sums ?? []) same.set(key, add + (same.get(key) ?? 0));
      for (const { key, to } of write.maxes ?? []) {
        const id = key.join(SEPARATOR);
        maxes.set(id, { key, to: Math.max(to, maxes.get(id)?.to ?? 0) });
      }
      for (const at of write.bells ?? []) {
        const second = Math.floor(at / 1_000);
        bells.set(second, Math.min(at, bells.get(second) ?? Infinity));
      }
      for (const { executionId, seq } of write.feed ?? []) feed.push([executionId, seq]);
    }
    // Counters of one node share their key: most are put together before any key is spelt out.
    const sums = new Map<string, { key: Key; add: number }>();
    for (const [key, add] of same) {
      const id = key.join(SEPARATOR);
      sums.set(id, { key, add: add + (sums.get(id)?.add ?? 0) });
    }
    return {
      checks: [...checks.values()],
      sets: writes.flatMap((write) => write.sets ?? []),
      deletes: writes.flatMap((write) => write.deletes ?? []),
      sums: [...sums.values()],
      maxes: [...maxes.values()],
      stamped: writes.flatMap((write) => write.stamped ?? []),
      bells: [...bells.values()],
      feed,
    };
  }
}
