import type { Json } from "../schemas/json.ts";

/** Is the value's JSON surely within `limit` bytes? Counts a character as three bytes and stops at the limit. */
export function fitsWithin(value: Json, limit: number): boolean {
  return remaining(value, limit) >= 0;
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
