import { invalid } from "../errors.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import type { Key } from "./keys.ts";
import type { Store } from "./store.ts";

/** How long one page of a filtered list may search. */
export const SEARCH_MS = 50;

/** One record on the way into a page; `cursor` names its place, so that the next page goes on behind it. */
export interface Candidate<R> {
  cursor: string;
  record: R;
}

/** Records under a prefix whose keys end in an ordered id, newest first, from behind the cursor; broken ones are passed over. */
export async function* newestFirst<R>(
  store: Store,
  prefix: Key,
  options: {
    cursor?: string | null | undefined;
    pattern: RegExp;
    /** Only ids from the first on and before the last. */
    between?: { first?: string; last?: string };
    batchSize?: number;
  },
): AsyncGenerator<Candidate<R>> {
  const { cursor, pattern, batchSize = 200 } = options;
  if (cursor && !pattern.test(cursor)) throw badCursor();
  const { first = "", last } = options.between ?? {};
  const end = cursor && !(last && last < cursor) ? cursor : last;
  if (end !== undefined && end <= first) return;
  const selector = end === undefined
    ? { prefix, start: [...prefix, first] }
    : { start: [...prefix, first], end: [...prefix, end] };
  for await (const entry of store.list<R>({ selector, reverse: true, batchSize, broken: "pass" })) {
    yield { cursor: String(entry.key.at(-1)), record: entry.value };
  }
}

/** The refusal of a cursor that we did not give. */
export function badCursor(): Error {
  return invalid("The cursor is none of ours", [
    { path: "cursor", message: "is no cursor of this list", accepted: "a nextCursor as it was answered" },
  ]);
}

/**
 * Fills one page. A record that `keep` refuses is passed over; after 50 ms of looking the search stops there and says by
 * `searchedUntil` (ISO 8601) how far back it came. At least one record is looked at. What is kept is bounded by the page
 * alone, and the first read does not count: on a busy host a list would show one row and call the others older.
 */
export async function collectPage<R, T>(
  candidates: AsyncIterable<Candidate<R>>,
  plan: {
    paging: Paging;
    keep(record: R): boolean;
    view(record: R): T;
    /** Epoch ms by which the list is ordered. */
    at(record: R): number;
    elapsed?: () => number;
  },
): Promise<Page<T>> {
  const elapsed = plan.elapsed ?? (() => performance.now());
  let started: number | null = null;
  const items: T[] = [];
  let last = "";
  for await (const { cursor, record } of candidates) {
    started ??= elapsed();
    if (plan.keep(record)) {
      // Only a further match makes a further page: no empty page at the end.
      if (items.length === plan.paging.limit) return { items, nextCursor: last };
      items.push(plan.view(record));
      last = cursor;
    } else if (elapsed() - started >= SEARCH_MS) {
      return { items, nextCursor: cursor, searchedUntil: new Date(plan.at(record)).toISOString() };
    }
  }
  return { items, nextCursor: null };
}

/** Ids of records: ULIDs. */
export const ULID_CURSOR = /^[0-9A-Za-z]{1,64}$/;
