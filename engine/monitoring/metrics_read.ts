import { addCount, addTally, emptyTally } from "../core/metrics.ts";
import type { Tally } from "../core/metrics.ts";
import type { Span } from "../core/metrics_time.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { addSlot, ALL, DAY_MS, HOUR_MS, MINUTE_MS, QUARTER_MS, readRaw } from "../store/metrics.ts";
import type { CountRecord, RawCount } from "../store/metrics.ts";
import { unpack } from "../store/node_counts.ts";
import type { Store } from "../store/store.ts";
import { FOLD_KEY, HOURS_KEPT_MS } from "./metrics_fold.ts";
import type { Folding } from "./metrics_fold.ts";

export interface ReadDeps {
  store: Store;
  folding: Pick<Folding, "idle">;
}

/** What was counted in a span. */
export interface Counted {
  /** One for each interval. */
  points: Tally[];
  before: Tally;
  /** Since the span's end. */
  after: Tally;
  /** By workflow, over the whole span. */
  rows: Map<string, Tally>;
}

/** Something counted, of a workflow or of all, at a time; it is unpacked by whoever wants it. */
interface Piece {
  at: number;
  scope: string;
  addTo(tally: Tally): void;
}

const FOLD_TRIES = 30;
const FOLD_REST_MS = 10;

/**
 * Reads while nothing is folded from one place to another, so that all is counted once: what folds marks it, and then it
 * is read again.
 */
export async function unfolded<T>({ store, folding }: ReadDeps, read: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    await folding.idle();
    const before = await store.get(FOLD_KEY);
    const found = await read();
    const after = await store.get(FOLD_KEY);
    if (before?.versionstamp === after?.versionstamp || tries === FOLD_TRIES) return found;
    await new Promise((resolve) => setTimeout(resolve, FOLD_REST_MS));
  }
}

/** Everything that the span's answer needs. Reads counters and their records: as many as there are intervals and workflows. */
export async function readCounted(
  deps: ReadDeps,
  span: Span,
  workflowId: string | null,
  now: number,
): Promise<Counted> {
  return await unfolded(deps, async () => {
    const raws = await readRaws(deps.store);
    const scope = workflowId ?? ALL;
    const series = span.unit === "minute"
      ? await ofMinutes(deps.store, span, scope, now)
      : await ofHours(deps.store, span, scope, now);
    const fresh = raws.map(pieceOf).filter((piece) => workflowId === null || piece.scope === workflowId);
    const counted = placed(span, [...series, ...fresh]);
    if (workflowId !== null) return { ...counted, rows: new Map([[workflowId, sumOf(counted.points)]]) };
    const others = span.unit === "minute"
      ? await rowsOfMinutes(deps.store, span)
      : await rowsOfHours(deps.store, span, now);
    return { ...counted, rows: rowsOf(span, [...others, ...fresh]) };
  });
}

/** Counters that are not folded yet: minutes that run, and what came since the last time. */
export async function readRaws(store: Store): Promise<RawCount[]> {
  const found: RawCount[] = [];
  for await (const entry of store.kv.list<Deno.KvU64>({ prefix: ["count"] }, { batchSize: 1_000 })) {
    const raw = readRaw(entry);
    if (raw) found.push(raw);
  }
  return found;
}

export function sumOf(tallies: Iterable<Tally>): Tally {
  const sum = emptyTally();
  for (const tally of tallies) addTally(sum, tally);
  return sum;
}

function pieceOf({ minute, workflowId, what, n }: RawCount): Piece {
  return { at: minute * MINUTE_MS, scope: workflowId, addTo: (tally) => addCount(tally, what, n) };
}

function placed({ from, to, before, starts }: Span, pieces: readonly Piece[]): Omit<Counted, "rows"> {
  const points = starts.map(emptyTally);
  const [earlier, after] = [emptyTally(), emptyTally()];
  for (const { at, addTo } of pieces) {
    if (at >= to) addTo(after);
    else if (at >= from) addTo(points[lastAt(starts, at)]!);
    else if (at >= before) addTo(earlier);
  }
  return { points, before: earlier, after };
}

/** The index of the last start that is not after `at`. */
function lastAt(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function rowsOf({ from, to }: Span, pieces: readonly Piece[]): Map<string, Tally> {
  const rows = new Map<string, Tally>();
  for (const { at, scope, addTo } of pieces) {
    if (scope === ALL || at < from || at >= to) continue;
    const row = rows.get(scope) ?? emptyTally();
    addTo(row);
    rows.set(scope, row);
  }
  return rows;
}

async function ofMinutes(store: Store, span: Span, scope: string, now: number): Promise<Piece[]> {
  const quarters = between(span.before, now + 1, QUARTER_MS);
  const records = await store.getMany<CountRecord>(
    quarters.map((quarter) => keys.countMinutes(quarter, scope)),
  );
  return quarters.flatMap((quarter, i) => slotsOf(records[i]?.value, scope, quarter * QUARTER_MS, MINUTE_MS));
}

/** Hours of days that a border of the span cuts, as long as they are kept; else whole days. */
async function ofHours(store: Store, span: Span, scope: string, now: number): Promise<Piece[]> {
  const borders = [span.before, span.to, ...span.starts].filter((at) => at % DAY_MS !== 0);
  const cut = new Set(borders.map((at) => Math.floor(at / DAY_MS)));
  const days = between(span.before, now + 1, DAY_MS).map((day) => ({
    day,
    isCut: cut.has(day) && day * DAY_MS >= knownHours(now),
  }));
  const records = await store.getMany<CountRecord>(
    days.map(({ day, isCut }) => isCut ? keys.countHours(day, scope) : keys.countDay(day, scope)),
  );
  return days.flatMap(({ day, isCut }, i) =>
    slotsOf(records[i]?.value, scope, day * DAY_MS, isCut ? HOUR_MS : DAY_MS)
  );
}

/** Since when hours are known. */
function knownHours(now: number): number {
  return Math.ceil((now - HOURS_KEPT_MS) / DAY_MS) * DAY_MS;
}

async function rowsOfMinutes(store: Store, span: Span): Promise<Piece[]> {
  const [first, last] = [Math.floor(span.from / QUARTER_MS), Math.ceil(span.to / QUARTER_MS)];
  return await listed(store, [keys.countMinutes(first, ""), keys.countMinutes(last, "")], [
    QUARTER_MS,
    MINUTE_MS,
  ]);
}

/** Whole days, and hours of those two that the span cuts. */
async function rowsOfHours(store: Store, span: Span, now: number): Promise<Piece[]> {
  const [first, end] = [Math.ceil(span.from / DAY_MS), Math.floor(span.to / DAY_MS)];
  const ofDays = (from: number, to: number): Promise<Piece[]> =>
    listed(store, [keys.countDay(from, ""), keys.countDay(to, "")], [DAY_MS, DAY_MS]);
  const days = await ofDays(first, Math.max(first, end));
  const cut = new Set([Math.floor(span.from / DAY_MS), Math.floor((span.to - 1) / DAY_MS)]);
  const hours = await Promise.all(
    [...cut].filter((day) => day < first || day >= end).map((day) =>
      day * DAY_MS < knownHours(now)
        ? ofDays(day, day + 1)
        : listed(store, [keys.countHours(day, ""), keys.countHours(day + 1, "")], [DAY_MS, HOUR_MS])
    ),
  );
  return [...days, ...hours.flat()];
}

/** Records of workflows in a range of keys; `sizes`: how long a record and its slots are. */
async function listed(
  store: Store,
  [start, end]: readonly [Key, Key],
  [recordMs, slotMs]: readonly [number, number],
): Promise<Piece[]> {
  const found: Piece[] = [];
  for await (const { key, value } of store.list<CountRecord>({ selector: { start, end }, batchSize: 500 })) {
    const scope = String(key[2]);
    if (scope !== ALL) found.push(...slotsOf(value, scope, Number(key[1]) * recordMs, slotMs));
  }
  return found;
}

function slotsOf(record: CountRecord | undefined, scope: string, at: number, slotMs: number): Piece[] {
  if (!record) return [];
  return Object.keys(record.slots).map((slot) => ({
    at: at + Number(slot) * slotMs,
    scope,
    addTo: (tally) => addSlot(tally, record, slot),
  }));
}

/** Numbers of the units that [from, to) touches. */
function between(from: number, to: number, unit: number): number[] {
  const found: number[] = [];
  for (let i = Math.floor(from / unit); i * unit < to; i++) found.push(i);
  return found;
}

/** How many executions are active now, and of those wait, by workflow. */
export async function readActive(
  store: Store,
  workflowId: string | null,
): Promise<Map<string, { active: number; waiting: number }>> {
  const found = new Map<string, { active: number; waiting: number }>();
  const put = (id: string, value: bigint): void => {
    const [active, waiting] = unpack(value);
    found.set(id, { active, waiting });
  };
  if (workflowId !== null) {
    const { value } = await store.kv.get<Deno.KvU64>(keys.countActive(workflowId));
    put(workflowId, value?.value ?? 0n);
    return found;
  }
  for await (const { key, value } of store.kv.list<Deno.KvU64>({ prefix: ["count_active"] })) {
    put(String(key[1]), value.value);
  }
  return found;
}
