import { SETTLED } from "../core/state.ts";
import { candidatesOf, matches } from "../monitoring/candidates.ts";
import { Finder, looksInside } from "../monitoring/search.ts";
import type { ExecutionFilter } from "../schemas/execution.ts";
import { MAX_BULK } from "../schemas/mending.ts";
import type { BulkInput, FilterAction } from "../schemas/mending.ts";
import { keys } from "../store/keys.ts";
import { faultOf } from "../store/records.ts";
import type { HeadRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";

const BATCH = 200;
/** Ids are ordered by when they were made; some are derived from a moment shortly before. */
const SLACK_MS = 86_400_000;

/** The executions that are meant and the action can act on: as they were named, or as the filter finds them, newest first. */
export async function selectIds(
  deps: { store: Store; versions: Versions },
  { action, filter = {}, ids }: Pick<BulkInput, "action" | "filter" | "ids">,
): Promise<{ ids: string[]; truncated: boolean }> {
  if (ids === undefined) return await found(deps, action, filter);
  const named = await deps.store.getMany<HeadRecord>([...new Set(ids)].map(keys.execution), {
    broken: "pass",
  });
  const heads = named.flatMap((entry) => entry && faultOf(entry.value) === null ? [entry.value] : []);
  const meant = heads.filter((head) => applies(action, head, {})).sort((a, b) => a.id < b.id ? 1 : -1);
  return { ids: meant.map(({ id }) => id), truncated: false };
}

async function found(
  deps: { store: Store; versions: Versions },
  action: FilterAction,
  filter: ExecutionFilter,
): Promise<{ ids: string[]; truncated: boolean }> {
  const from = filter.from && filter.timeOf !== "ended" ? Date.parse(filter.from) - SLACK_MS : -Infinity;
  const finder = looksInside(filter) ? new Finder(deps, filter) : null;
  const ids: string[] = [];
  let last = -Infinity;
  for await (const { record } of candidatesOf(deps, { ...filter, limit: BATCH })) {
    // Newest first, unless the list is in another order: then all of it is looked at.
    if (record.createdAt < from && record.createdAt < last) break;
    last = record.createdAt;
    if (!applies(action, record, filter) || !matches(record, filter)) continue;
    await finder?.readAhead([record]);
    if (finder && !await finder.finds(record)) continue;
    if (ids.length === MAX_BULK) return { ids, truncated: true };
    ids.push(record.id);
  }
  return { ids, truncated: false };
}

/** Whatever else a filter finds, only what can be cancelled, retried or replayed is counted. */
function applies(action: FilterAction, head: HeadRecord, { cause }: ExecutionFilter): boolean {
  if (action === "retry") {
    // On a cause's card there are also those whose other steps still run: a failed step of theirs can be retried.
    const failed = head.status === "failed" || cause !== undefined && !SETTLED.has(head.status);
    return failed && head.reason?.code !== "execution_timeout";
  }
  return SETTLED.has(head.status) === (action === "replay");
}
