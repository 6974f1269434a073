/** Recounts what happened from the event log alone, and compares it with every counter and record of it. */
import { FOLD_KEY } from "../../engine/monitoring/metrics_fold.ts";
import { bucketOf, causeKey, emptyTally } from "../../engine/core/metrics.ts";
import type { Cause, Tally } from "../../engine/core/metrics.ts";
import { addCount, addTally } from "../../engine/core/metrics.ts";
import { topologicalOrder } from "../../engine/core/graph.ts";
import { isSettled } from "../../engine/core/state.ts";
import type { ExecutionState, StoredEvent } from "../../engine/core/state.ts";
import { readRaws } from "../../engine/monitoring/metrics_read.ts";
import { readActive } from "../../engine/monitoring/metrics_read.ts";
import { readSlot } from "../../engine/store/metrics.ts";
import type { CountRecord } from "../../engine/store/metrics.ts";
import { eventsOf } from "../../engine/store/records.ts";
import type { EventRecord } from "../../engine/store/records.ts";
import type { Store } from "../../engine/store/store.ts";
import { loadVersion } from "../../engine/workflows/published.ts";

const MINUTE = 60_000;

/** Something that is counted: `what` as in the counters' keys. */
export interface Happened {
  at: number;
  workflowId: string;
  what: string;
  n: number;
}

/** Every counter, folded or not, equals a recount of the event log; so does the number of those that are active. */
export async function metricsProblems(
  store: Store,
  states: ReadonlyMap<string, ExecutionState>,
): Promise<string[]> {
  return (await compareMetrics(store, states)).problems;
}

export interface Compared {
  problems: string[];
  /** How many times and workflows were compared, each with all of its numbers. */
  compared: number;
  reopened: number;
  mended: number;
}

/** Compares again when something was folded meanwhile: it would be seen as a counter and in its record, or in neither. */
export async function compareMetrics(
  store: Store,
  states: ReadonlyMap<string, ExecutionState>,
): Promise<Compared> {
  for (;;) {
    const before = await store.get(FOLD_KEY);
    const compared = await compare(store, states);
    const after = await store.get(FOLD_KEY);
    if (after?.versionstamp === before?.versionstamp) return compared;
  }
}

async function compare(store: Store, states: ReadonlyMap<string, ExecutionState>): Promise<Compared> {
  const happened = (await Promise.all([...states.values()].map((state) => recounted(store, state)))).flat();
  const raws = (await readRaws(store)).map(({ minute, workflowId, what, n }): Happened => ({
    at: minute * MINUTE,
    workflowId,
    what,
    n,
  }));
  const wanted = happened.map((each) => ({ ...each, at: Math.floor(each.at / MINUTE) * MINUTE }));
  const problems: string[] = [];
  const newest = wanted.reduce((latest, { at }) => Math.max(latest, at), 0);
  let compared = 0;
  for (const [prefix, record, slot] of LEVELS) {
    const found = await folded(store, prefix, record, slot);
    const times = new Set([...found.keys()].map((key) => key.split(" ")[0]));
    for (const raw of raws) add(found, raw, slot);
    const recount = new Map<string, Tally>();
    for (const each of wanted) add(recount, each, slot);
    for (const key of new Set([...found.keys(), ...recount.keys()])) {
      // Minutes are kept for some hours, and only what is folded in time gets there.
      if (prefix === "count_minutes" && !times.has(key.split(" ")[0])) continue;
      // Hours are kept for 90 days; the log of what waited for longer reaches further back.
      if (prefix === "count_hours" && Number(key.split(" ")[0]) < newest - 90 * DAY) continue;
      compared++;
      const [is, was] = [shown(found.get(key)), shown(recount.get(key))];
      if (is !== was) problems.push(`${prefix} ${key}: counted ${is}, the event log says ${was}`);
    }
  }
  problems.push(...await activeProblems(store, states));
  const count = (name: string): number => happened.filter(({ what }) => what.split(".")[0] === name).length;
  return { problems, compared, reopened: count("reopened"), mended: count("mended") };
}

const DAY = 86_400_000;
/** Prefix, how long a record is, and its slots. */
const LEVELS = [
  ["count_total", Infinity, Infinity],
  ["count_day", DAY, DAY],
  ["count_hours", DAY, 3_600_000],
  ["count_minutes", 15 * MINUTE, MINUTE],
] as const;

async function folded(
  store: Store,
  prefix: string,
  recordMs: number,
  slotMs: number,
): Promise<Map<string, Tally>> {
  const found = new Map<string, Tally>();
  for await (const { key, value } of store.list<CountRecord>({ selector: { prefix: [prefix] } })) {
    for (const slot of Object.keys(value.slots)) {
      const at = recordMs === Infinity ? 0 : Number(key[1]) * recordMs + Number(slot) * slotMs;
      put(found, `${at} ${String(key.at(-1))}`, readSlot(value, slot));
    }
  }
  return found;
}

function add(into: Map<string, Tally>, { at, workflowId, what, n }: Happened, slotMs: number): void {
  const one = emptyTally();
  addCount(one, what, n);
  const slot = slotMs === Infinity ? 0 : Math.floor(at / slotMs) * slotMs;
  // Of all that ever was there is one record, of all workflows.
  if (slotMs !== Infinity) put(into, `${slot} ${workflowId}`, one);
  put(into, `${slot} *`, one);
}

function put(into: Map<string, Tally>, key: string, more: Tally): void {
  const tally = into.get(key) ?? emptyTally();
  addTally(tally, more);
  into.set(key, tally);
}

function shown(tally: Tally | undefined): string {
  const { counts, buckets, mended, causes, ms } = tally ?? emptyTally();
  return JSON.stringify(
    [counts, buckets, mended, causes].map((each) => Object.entries(each).sort()).concat([[[
      "ms",
      ms,
    ]]]),
  );
}

/** What of this execution is to be counted, by its events. */
export async function recounted(store: Store, state: ExecutionState): Promise<Happened[]> {
  const { id, workflowId, parent, test } = state;
  const order = topologicalOrder(await loadVersion(store, workflowId, state.version));
  const apart = parent ? "child_" : test ? "test_" : "";
  const found: Happened[] = [];
  const say = (at: number, what: string, n = 1): void => {
    if (n > 0) found.push({ at, workflowId, what: `${apart}${what}`, n });
  };
  const failures = new Map<string, StoredEvent>();
  let started: number | null = null;
  let over: StoredEvent | null = null;
  let failedFirst: number | null = null;
  let overAt = 0;
  for await (const { value } of store.list<EventRecord>({ selector: { prefix: ["event", id] } })) {
    for (const event of eventsOf(value)) {
      // Nothing happens to one that is over, but that it is opened again: by a person, or by the loop it is a round of.
      if (over && event.type === "progress" && event.reason === undefined) {
        say(value.at, "reopened");
        failedFirst ??= overAt;
        over = null;
      }
      if (event.node !== undefined) {
        if (event.type === "failed" && event.port === undefined) failures.set(event.node, event);
        else failures.delete(event.node);
        continue;
      }
      if (event.type === "queued") say(value.at, "started");
      if (event.type === "started") started ??= value.at;
      if (event.type !== "completed" && event.type !== "failed" && event.type !== "cancelled") continue;
      [over, overAt] = [event, value.at];
      if (apart !== "" || event.type === "cancelled") {
        say(value.at, event.type);
        continue;
      }
      const lasted = Math.max(0, Math.round(value.at - (started ?? value.at)));
      started ??= value.at;
      say(value.at, `${event.type}.${bucketOf(lasted)}`);
      say(value.at, "ms", lasted);
      if (event.type === "failed") say(value.at, `by.${causeKey(causeOf(event, failures, order))}`);
      else if (failedFirst !== null) say(value.at, `mended.${bucketOf(value.at - failedFirst)}`);
    }
  }
  return found;
}

/** The first failed node in the graph's order, unless the execution failed as a whole. */
function causeOf(
  { reason }: StoredEvent,
  failures: ReadonlyMap<string, StoredEvent>,
  order: readonly { id: string; type: string }[],
): Cause {
  const first = reason?.code === "execution_timeout" ? undefined : order.find(({ id }) => failures.has(id));
  const failure = first && failures.get(first.id)?.failure;
  return {
    nodeType: first?.type ?? null,
    code: failure?.code ?? reason?.code ?? "failed",
    status: failure?.status ?? null,
    host: failure?.host ?? null,
  };
}

async function activeProblems(
  store: Store,
  states: ReadonlyMap<string, ExecutionState>,
): Promise<string[]> {
  const wanted = new Map<string, { active: number; waiting: number }>();
  for (const state of states.values()) {
    if (isSettled(state) || state.parent || state.test) continue;
    const row = wanted.get(state.workflowId) ?? { active: 0, waiting: 0 };
    row.active++;
    if (state.status === "waiting") row.waiting++;
    wanted.set(state.workflowId, row);
  }
  const counted = await readActive(store, null);
  return [...new Set([...wanted.keys(), ...counted.keys()])].flatMap((id) => {
    const none = { active: 0, waiting: 0 };
    const [is, was] = [counted.get(id) ?? none, wanted.get(id) ?? none];
    return is.active === was.active && is.waiting === was.waiting
      ? []
      : [`${id}: ${JSON.stringify(is)} are active by the counter, ${JSON.stringify(was)} by their heads`];
  });
}
