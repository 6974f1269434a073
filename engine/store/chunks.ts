import type { Key } from "./keys.ts";
import type { Store } from "./store.ts";

/** 60 KiB: a value ends at 64 KiB. */
const CHUNK_BYTES = 60 * 1_024;

/** The bytes in pieces of at most 60 KiB; no bytes are one empty piece. */
export function splitChunks(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) pieces.push(bytes.slice(at, at + CHUNK_BYTES));
  return pieces.length ? pieces : [bytes];
}

/** The bytes under these keys put together, or null when one is missing: somebody deleted them meanwhile. */
export async function readChunks(store: Store, wanted: readonly Key[]): Promise<Uint8Array | null> {
  const reads: Promise<Deno.KvEntryMaybe<Uint8Array>[]>[] = [];
  for (let i = 0; i < wanted.length; i += 10) {
    reads.push(store.kv.getMany<Uint8Array[]>(wanted.slice(i, i + 10)));
  }
  const pieces: Uint8Array[] = [];
  for (const entry of (await Promise.all(reads)).flat()) {
    if (entry.versionstamp === null) return null;
    pieces.push(entry.value);
  }
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
