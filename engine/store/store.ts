import { SetAside } from "./broken.ts";
import type { BrokenRow } from "./broken.ts";
import { Committer } from "./commit.ts";
import type { CommitResult, CommitterOptions, Write } from "./commit.ts";
import type { Key } from "./keys.ts";
import { Timing } from "./timing.ts";

export interface Entry<T> {
  value: T;
  versionstamp: string;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** UTF-8 JSON: how every record lies in the database. */
export function encode(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The value of a key that says all there is to say. */
export const EMPTY: Uint8Array = encode({});

export function decode<T>(bytes: unknown): T {
  return JSON.parse(decoder.decode(bytes as Uint8Array)) as T;
}

/** What becomes of rows that do not parse: whoever can do without them passes them over. They are set aside either way. */
export interface Reading {
  broken?: "pass";
}

export interface ListOptions extends Reading {
  /** A prefix, or a half-open range of keys. */
  selector: Deno.KvListSelector;
  limit?: number;
  reverse?: boolean;
  batchSize?: number;
}

/** Ids come from addresses that anybody may write: of one that no key can hold there is no record, and KV would throw. */
function readable(key: Key): Key {
  for (const part of key) if (typeof part === "string" && part.length > 500) return ["overlong"];
  return key;
}

/** Records as JSON over `Deno.Kv`. Writing goes through `commit` alone. */
export class Store {
  readonly kv: Deno.Kv;
  readonly setAside: SetAside;
  readonly timing: Timing = new Timing();
  /** Milliseconds of a clock that never goes back: by it those end who look through records for a moment only. */
  readonly monotonic: () => number;
  readonly #committer: Committer;

  constructor(
    kv: Deno.Kv,
    options: Partial<CommitterOptions> & { monotonic?: () => number; onBroken?(row: BrokenRow): void } = {},
  ) {
    this.kv = kv;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.setAside = new SetAside((row) => options.onBroken?.(row));
    this.#committer = new Committer(kv, {
      now: Date.now,
      random: Math.random,
      queue: false,
      overNetwork: false,
      onCommitted: () => {},
      onTimed: (seconds) => this.timing.note(seconds),
      ...options,
    });
  }

  /** Throws BrokenRow. */
  async get<T>(key: Key): Promise<Entry<T> | null> {
    return this.#entryOf<T>(await this.kv.get(readable(key)));
  }

  #entryOf<T>(entry: Deno.KvEntryMaybe<unknown>, { broken }: Reading = {}): Entry<T> | null {
    const { key, value, versionstamp } = entry;
    if (versionstamp === null) return null;
    try {
      const record = decode<T>(value);
      this.setAside.clear(key, "text");
      return { value: record, versionstamp };
    } catch (error) {
      const row = this.setAside.put(key, "text", error instanceof Error ? error.message : String(error));
      if (broken === "pass") return null;
      throw row;
    }
  }

  /** Any number of keys, ten a read. Missing ones are null, and those passed over. */
  async getMany<T>(wanted: readonly Key[], reading: Reading = {}): Promise<(Entry<T> | null)[]> {
    const reads: Promise<Deno.KvEntryMaybe<unknown>[]>[] = [];
    for (let i = 0; i < wanted.length; i += 10) {
      reads.push(this.kv.getMany<unknown[]>(wanted.slice(i, i + 10).map(readable) as Key[]));
    }
    return (await Promise.all(reads)).flat().map((entry) => this.#entryOf<T>(entry, reading));
  }

  /** Entries in key order. */
  async *list<T>(options: ListOptions): AsyncGenerator<{ key: Key } & Entry<T>> {
    const { selector, broken, ...rest } = options;
    for await (const entry of this.kv.list(selector, rest)) {
      const read = this.#entryOf<T>(entry, broken ? { broken } : {});
      if (read) yield { key: entry.key, ...read };
    }
  }

  /** Keys only, without decoding the values. */
  async keys(options: ListOptions): Promise<Key[]> {
    const { selector, broken: _broken, ...rest } = options;
    const found: Key[] = [];
    for await (const entry of this.kv.list(selector, rest)) found.push(entry.key);
    return found;
  }

  /** What `read` found, when this process wrote nothing meanwhile: many reads as of one moment. Null: read again. */
  async inOneMoment<T>(read: () => Promise<T>): Promise<T | null> {
    const before = this.#committer.calm;
    const found = await read();
    return before !== null && this.#committer.calm === before ? found : null;
  }

  /** Applies the write whole or not at all; see commit.ts. */
  commit(write: Write): Promise<CommitResult> {
    return this.#committer.commit(write);
  }
}
