/** Three-way merging of lists of elements that have ids. */
import { sameJson } from "./json_value.ts";
import { type FieldConflict, mergeFields } from "./merge_fields.ts";

/** Both versions of an element, where they cannot be brought together. Null: it is not there (any more). */
export interface ElementConflict<T> {
  id: string;
  mine: T | null;
  theirs: T | null;
  base: T | null;
  /** Fields that both changed; empty when one took the element away. */
  fields: FieldConflict[];
}

export interface MergedList<T> {
  list: T[];
  conflicts: ElementConflict<T>[];
}

/**
 * Mine with what only they added, changed and took away. An element that one changed and the other took away stays as
 * mine has it, which is a conflict; one that was only moved goes without a word. Elements of a `whole` kind are one field.
 */
export function mergeLists<T extends { id: string }>(
  { base, mine, theirs }: { base: T[]; mine: T[]; theirs: T[] },
  { whole = false }: { whole?: boolean } = {},
): MergedList<T> {
  if (sameJson(theirs, base)) return { list: mine, conflicts: [] };
  if (sameJson(mine, base)) return { list: theirs, conflicts: [] };
  const conflicts: ElementConflict<T>[] = [];
  const [before, my, their] = [byId(base), byId(mine), byId(theirs)];
  const result = new Map<string, T>();
  for (const id of new Set([...my.keys(), ...their.keys(), ...before.keys()])) {
    const versions = {
      base: before.get(id) ?? null,
      mine: my.get(id) ?? null,
      theirs: their.get(id) ?? null,
    };
    const merged = mergeElement(id, versions, { conflicts, whole });
    if (merged) result.set(id, merged);
  }
  return { list: ordered(result, mine, theirs), conflicts };
}

function byId<T extends { id: string }>(list: readonly T[]): Map<string, T> {
  return new Map(list.map((element) => [element.id, element]));
}

function mergeElement<T extends { id: string }>(
  id: string,
  { base, mine, theirs }: { base: T | null; mine: T | null; theirs: T | null },
  { conflicts, whole }: { conflicts: ElementConflict<T>[]; whole: boolean },
): T | null {
  if (sameJson(mine, theirs) || sameJson(theirs, base)) return mine;
  if (sameJson(mine, base)) return theirs;
  if (mine && theirs && !whole) {
    const fields: FieldConflict[] = [];
    const merged = mergeFields({ base, mine, theirs }, fields);
    if (fields.length > 0) conflicts.push({ id, mine, theirs, base, fields });
    return merged;
  }
  const left = mine && theirs ? null : mine ?? theirs;
  if (base && left && onlyMoved(base, left)) return null;
  conflicts.push({ id, mine, theirs, base, fields: [] });
  return mine;
}

function onlyMoved(before: object, after: object): boolean {
  return sameJson({ ...before, position: null }, { ...after, position: null });
}

/** Mine's order; what only they have stands behind what it stands behind in theirs. */
function ordered<T extends { id: string }>(result: ReadonlyMap<string, T>, mine: T[], theirs: T[]): T[] {
  const ids = mine.map(({ id }) => id).filter((id) => result.has(id));
  const placed = new Set(ids);
  const behind = new Map<string | null, string[]>();
  let last: string | null = null;
  for (const { id } of theirs) {
    if (!result.has(id)) continue;
    if (placed.has(id)) last = id;
    else behind.set(last, [...behind.get(last) ?? [], id]);
  }
  const order = [...behind.get(null) ?? [], ...ids.flatMap((id) => [id, ...behind.get(id) ?? []])];
  return order.flatMap((id) => result.get(id) ?? []);
}
