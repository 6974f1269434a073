/** Collections in a dry run: the real ones are read, and what is written stays in the dry run and is seen by its later reads. */
import { checkSize, entriesOf, merged } from "../collections/record.ts";
import { EngineError } from "../errors.ts";
import type { CollectionAct, CollectionAnswer, CollectionRecord } from "../schemas/collection.ts";

export type ActOnCollections = (act: CollectionAct, idempotencyKey: string) => Promise<CollectionAnswer>;

interface Written {
  /** By key; null: deleted here. */
  records: Map<string, CollectionRecord | null>;
  indexes: Set<string>;
  /** How many more there are than behind. */
  more: number;
}

/** What steps of a dry run ask; `behind` is only read. */
export function overlaid(behind: ActOnCollections, now: () => number): ActOnCollections {
  const written = new Map<string, Written>();
  const of = (collection: string): Written => {
    const known = written.get(collection) ?? { records: new Map(), indexes: new Set(), more: 0 };
    written.set(collection, known);
    return known;
  };
  return async (act, idempotencyKey) => {
    const here = of(act.collection);
    switch (act.action) {
      case "get":
      case "put":
      case "delete":
        return await onRecord({ here, behind, now, idempotencyKey }, act);
      case "count": {
        const answer = await behind(act, idempotencyKey);
        return "count" in answer ? { count: answer.count + here.more } : answer;
      }
      case "list":
        return overlay(here, act.cursor, await behind(act, idempotencyKey), () => true);
      case "find": {
        const found = await behind(act, idempotencyKey).catch((error) => {
          const declared = error instanceof EngineError && error.slug === "not-indexed" &&
            here.indexes.has(act.field);
          if (declared) return { items: [], nextCursor: null };
          throw error;
        });
        return overlay(
          here,
          act.cursor,
          found,
          ({ value }) => entriesOf(value, [act.field]).some(([, each]) => each === act.value),
        );
      }
      default:
        return act satisfies never;
    }
  };
}

async function onRecord(
  { here, behind, now, idempotencyKey }: {
    here: Written;
    behind: ActOnCollections;
    now: () => number;
    idempotencyKey: string;
  },
  act: Extract<CollectionAct, { action: "get" | "put" | "delete" }>,
): Promise<CollectionAnswer> {
  const { collection, key } = act;
  const known = here.records.get(key);
  const read = known === undefined ? await behind({ action: "get", collection, key }, idempotencyKey) : null;
  const before = known ?? (read && "found" in read ? read.record : null);
  if (act.action === "get") return { found: before !== null, record: before };
  if (act.action === "delete") {
    if (before === null) return { deleted: false };
    here.records.set(key, null);
    here.more--;
    return { deleted: true };
  }
  const { input } = act;
  const value = input.mode === "merge" ? merged(before?.value, input.value) : input.value;
  checkSize(value);
  entriesOf(value, input.indexes);
  const at = new Date(now()).toISOString();
  const record = { key, value, createdAt: before?.createdAt ?? at, updatedAt: at };
  here.records.set(key, record);
  for (const field of input.indexes) here.indexes.add(field);
  if (before === null) here.more++;
  return { created: before === null, record };
}

/** A page with what was written here: changed ones as they are now, and new ones behind the first page. */
function overlay(
  here: Written,
  cursor: string | null,
  page: CollectionAnswer,
  holds: (record: CollectionRecord) => boolean,
): CollectionAnswer {
  if (!("items" in page)) return page;
  const kept = page.items.flatMap((record) => {
    const now = here.records.get(record.key);
    return now === undefined ? [record] : now !== null && holds(now) ? [now] : [];
  });
  const shown = new Set(kept.map(({ key }) => key));
  const added = cursor === null
    ? [...here.records.values()].filter((each) => each !== null && !shown.has(each.key) && holds(each))
    : [];
  return { items: [...kept, ...added.filter((each) => each !== null)], nextCursor: page.nextCursor };
}
