import type { Tally } from "../core/metrics.ts";
import type { Span } from "../core/metrics_time.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../schemas/duration_units.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { addSlot, ALL, QUARTER_MS } from "../store/metrics.ts";
import type { CountRecord } from "../store/metrics.ts";
import type { Store } from "../store/store.ts";
import { HOURS_KEPT_MS } from "./metrics_fold.ts";

/** Something counted, of a workflow or of all, at a time; it is unpacked by whoever wants it. */
export interface Piece {
  at: number;
  scope: string;
  addTo(tally: Tally): void;
}

/** A scope's minutes of the span, and of as much before it. */
export async function ofMinutes(store: Store, span: Span, scope: string, now: number): Promise<Piece[]> {
  const quarters = between(span.before, now + 1, QUARTER_MS);
  const records = await store.getMany<CountRecord>(
    quarters.map((quarter) => keys.countMinutes(quarter, scope)),
  );
  return quarters.flatMap((quarter, i) => slotsOf(records[i]?.value, scope, quarter * QUARTER_MS, MINUTE_MS));
}

/** A scope's hours of days that a border of the span cuts, as long as they are kept; else whole days. */
export async function ofHours(store: Store, span: Span, scope: string, now: number): Promise<Piece[]> {
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

/** Every workflow's minutes of the span. */
export async function rowsOfMinutes(store: Store, span: Span): Promise<Piece[]> {
  const [first, last] = [Math.floor(span.from / QUARTER_MS), Math.ceil(span.to / QUARTER_MS)];
  return await listed(store, [keys.countMinutes(first, ""), keys.countMinutes(last, "")], [
    QUARTER_MS,
    MINUTE_MS,
  ]);
}

/** Every workflow's whole days, and hours of those two that the span cuts. */
export async function rowsOfHours(store: Store, span: Span, now: number): Promise<Piece[]> {
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
