import { isForbiddenKey } from "../../../engine/core/path.ts";
import type { Json } from "../../../engine/schemas/json.ts";

/** The same value as JSON: the order of keys and members that are undefined do not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((member, index) => sameJson(member, b[index]));
  }
  const [mine, theirs] = [definedMembers(a), definedMembers(b)];
  return mine.size === theirs.size &&
    [...mine].every(([key, member]) => theirs.has(key) && sameJson(member, theirs.get(key)));
}

function definedMembers(object: object): Map<string, unknown> {
  return new Map(Object.entries(object).filter(([, member]) => member !== undefined));
}

/**
 * The value with another one at the path; undefined takes away what is there (a list closes up). What is missing on
 * the way is made, as a list before a number. Gives the very same value when nothing changes or the path leads into
 * the language.
 */
export function withValueAt(
  value: Json | undefined,
  path: readonly (string | number)[],
  next: Json | undefined,
): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return sameJson(value, next) ? value : next;
  if (Array.isArray(value)) return withItem(value, Number(key), rest, next);
  if (typeof key === "number" && (typeof value !== "object" || value === null)) {
    const list = next === undefined ? [] : withItem([], key, rest, next);
    return list.length > 0 ? list : value;
  }
  const name = String(key);
  if (isForbiddenKey(name)) return value;
  const object = typeof value === "object" && value !== null ? value : {};
  const before = Object.hasOwn(object, name) ? object[name] : undefined;
  if (next === undefined && before === undefined) return value;
  const after = withValueAt(before, rest, next);
  if (after === before) return value;
  if (after === undefined) {
    const { [name]: _gone, ...others } = object;
    return others;
  }
  return { ...object, [name]: after };
}

function withItem(
  list: Json[],
  index: number,
  rest: readonly (string | number)[],
  next: Json | undefined,
): Json[] {
  if (!Number.isSafeInteger(index) || index < 0 || index > list.length) return list;
  const before = list[index];
  const after = withValueAt(before, rest, next);
  if (after === before) return list;
  return after === undefined
    ? list.filter((_, at) => at !== index)
    : [...list.slice(0, index), after, ...list.slice(index + 1)];
}
