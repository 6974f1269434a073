/** Three-way merging of two elements by field. */
import { sameJson } from "./json_value.ts";

/** A field that both changed, and not to the same. */
export interface FieldConflict {
  /** Where it stands in the element: `["data", "config", "to"]`. */
  path: readonly string[];
  mine: unknown;
  theirs: unknown;
  base: unknown;
}

type Fields = { readonly [key: string]: unknown };

/** Parts that are merged member by member in turn; everything else is taken as a whole. */
const NESTED: ReadonlySet<string> = new Set(["data", "data.config"]);

/**
 * Mine with what only they changed. Where both changed the same field to something else, mine stays and the conflict
 * is added.
 */
export function mergeFields<T extends object>(
  { base, mine, theirs }: { base: T | null; mine: T; theirs: T },
  conflicts: FieldConflict[],
): T {
  return mergedMembers(mine, { base: fieldsOf(base ?? {}), theirs: fieldsOf(theirs), path: [], conflicts });
}

interface Others {
  base: Fields;
  theirs: Fields;
  path: readonly string[];
  conflicts: FieldConflict[];
}

function mergedMembers<T extends object>(object: T, { base, theirs, path, conflicts }: Others): T {
  const mine = fieldsOf(object);
  const changed = new Map<string, unknown>();
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const [before, my, their] = [memberOf(base, key), memberOf(mine, key), memberOf(theirs, key)];
    if (sameJson(my, their) || sameJson(their, before)) continue;
    const place = [...path, key];
    if (sameJson(my, before)) changed.set(key, their);
    else if (NESTED.has(place.join(".")) && isObject(my) && isObject(their)) {
      const inside = { base: isObject(before) ? before : {}, theirs: their, path: place, conflicts };
      changed.set(key, mergedMembers(my, inside));
    } else conflicts.push({ path: place, mine: my, theirs: their, base: before });
  }
  return withMembers(object, changed);
}

function fieldsOf(object: object): Fields {
  return Object.fromEntries(Object.entries(object));
}

function memberOf(object: Fields, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object with members set or (undefined) taken away; keys keep their order, new ones come last. */
function withMembers<T extends object>(object: T, members: ReadonlyMap<string, unknown>): T {
  if (members.size === 0) return object;
  const copy = { ...object, ...Object.fromEntries(members) };
  for (const [key, value] of members) {
    if (value === undefined) Reflect.deleteProperty(copy, key);
  }
  return copy;
}

/** The element with another value at the path of a conflict; undefined takes away what is there. */
export function withMemberAt<T extends object>(element: T, path: readonly string[], value: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return element;
  if (rest.length === 0) return withMembers(element, new Map([[key, value]]));
  const inside = memberOf(fieldsOf(element), key);
  return withMembers(element, new Map([[key, withMemberAt(isObject(inside) ? inside : {}, rest, value)]]));
}
