import type { Json } from "../schemas/json.ts";

/** Is the value's JSON surely within `limit` bytes? Counts a character as three bytes and stops at the limit. */
export function fitsWithin(value: Json, limit: number): boolean {
  return remaining(value, limit) >= 0;
}

/**
 * Is the value's JSON longer than `limit` bytes of UTF-8? Counted without writing it, and no further than the limit: a
 * value of half a gigabyte would not fit into memory a second time.
 */
export function exceeds(value: unknown, limit: number): boolean {
  return fits(value, limit) < 0;
}

/** What is left of the limit; negative: nothing. */
function fits(value: unknown, left: number): number {
  if (left < 0) return left;
  if (typeof value === "string") return left - textBytes(value, left);
  if (value === null || typeof value !== "object") return left - String(value).length;
  const items = Array.isArray(value) ? value : Object.entries(value);
  let rest = left - Math.max(2, items.length + 1);
  for (const item of items) {
    if (Array.isArray(value)) rest = fits(item, rest);
    // What is undefined is left out.
    else if (item[1] !== undefined) rest = fits(item[1], rest - textBytes(item[0], rest) - 1);
    if (rest < 0) return rest;
  }
  return rest;
}

function textBytes(text: string, enough: number): number {
  if (text.length > enough) return text.length + 2;
  return new TextEncoder().encode(JSON.stringify(text)).byteLength;
}

/** About how much a value adds to a commit, in bytes; `cap` where what is larger is kept elsewhere. */
export function weigh(value: Json | undefined, cap: number): number {
  return value === undefined ? 0 : cap - Math.max(0, remaining(value, cap));
}

function remaining(value: Json, left: number): number {
  if (left < 0) return left;
  if (typeof value === "string") return left - value.length * 3 - 2;
  if (value === null || typeof value !== "object") return left - 24;
  let rest = left - 2;
  if (Array.isArray(value)) {
    for (const item of value) if ((rest = remaining(item, rest - 1)) < 0) return rest;
    return rest;
  }
  for (const key of Object.keys(value)) {
    if ((rest = remaining(value[key]!, rest - key.length * 3 - 4)) < 0) return rest;
  }
  return rest;
}
