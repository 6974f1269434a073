import { fitsWithin } from "../core/size.ts";
import type { Stored } from "../core/state.ts";
import type { Json } from "../schemas/json.ts";
import { splitChunks } from "./chunks.ts";
import type { Write } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Key } from "./keys.ts";
import type { Store } from "./store.ts";

/** A value up to this many bytes of JSON stays in its record. */
export const INLINE_BYTES = 4 * 1024;
/** A node puts out at most this much. */
export const OUTPUT_BYTES = 4 * 1024 * 1024;
/** Templates and conditions see values up to this size. */
export const VIEW_BYTES = 256 * 1024;
const RIDE_ALONG_BYTES = 240 * 1024;

/** Collects the large values of one transition. */
export class Bodies {
  readonly #found = new Map<string, Uint8Array>();
  /** Very large ones are written before their commit is made: two who decide at once must not mix their chunks. */
  #own = "";
  /** The values themselves, so that the same process need not read them again. */
  readonly values = new Map<string, Json>();

  /** The value for its record: itself, or a reference to chunks written with (or before) the commit. */
  keep(value: Json, ref: string): Stored {
    if (fitsWithin(value, INLINE_BYTES)) return { json: value };
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    if (bytes.byteLength <= INLINE_BYTES) return { json: value };
    this.#own ||= crypto.randomUUID().slice(0, 8);
    const own = `${ref}.${this.#own}`;
    this.#found.set(own, bytes);
    this.values.set(own, value);
    return { ref: own, bytes: bytes.byteLength };
  }

  /** Chunks that ride along in the transition's commit, and commits that must come before it. */
  writes(executionId: string): { along: { key: Key; value: Uint8Array }[]; before: Write[] } {
    const along: { key: Key; value: Uint8Array }[] = [];
    const before: Write[] = [];
    let room = RIDE_ALONG_BYTES;
    for (const [ref, bytes] of this.#found) {
      const sets = splitChunks(bytes).map((value, index) => ({
        key: keys.body(executionId, ref, index),
        value,
      }));
      if (bytes.byteLength <= room) {
        room -= bytes.byteLength;
        along.push(...sets);
      } else {
        for (let i = 0; i < sets.length; i += 5) before.push({ name: "blob", sets: sets.slice(i, i + 5) });
      }
    }
    return { along, before };
  }
}

/** Reads a body whole; null when a chunk is missing. */
export async function readBody(
  store: Store,
  executionId: string,
  stored: { ref: string; bytes: number },
): Promise<Json> {
  const whole = new Uint8Array(stored.bytes);
  let offset = 0;
  for await (const entry of store.kv.list<Uint8Array>({ prefix: ["body", executionId, stored.ref] })) {
    whole.set(entry.value, offset);
    offset += entry.value.byteLength;
  }
  return offset === stored.bytes ? JSON.parse(new TextDecoder().decode(whole)) as Json : null;
}
