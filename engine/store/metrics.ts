import { addCount, addTally, emptyTally, OTHER } from "../core/metrics.ts";
import type { Buckets, Tally } from "../core/metrics.ts";
import { activeOf, countsOf } from "../core/metrics_counts.ts";
import type { ExecutionState, Transition } from "../core/state.ts";
import { MINUTE_MS } from "../schemas/duration_units.ts";
import type { Write } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Key } from "./keys.ts";
import { encode } from "./store.ts";

export const QUARTER_MS = 15 * MINUTE_MS;
/** All workflows together, in the place of a workflow's id. */
export const ALL = "*";
/** Heads that say less in `counted` were written before there were these counters: 2 is active and converted. */
export const COUNTED = 2;

type Sums = NonNullable<Write["sums"]>;
const HIGH = 2 ** 32;

/** The metrics' part of a commit: what happened in it, and how many more are active. */
export function metricSums(transition: Transition, before: ExecutionState | null, now: number): Sums {
  const { next } = transition;
  const minute = Math.floor(now / MINUTE_MS);
  const sums: Sums = countsOf(transition).map(({ what, add }) => ({
    key: keyOf(minute, next.workflowId, what),
    add,
  }));
  const was = activeOf(before && (before.counted ?? 0) >= COUNTED ? before : null);
  const is = activeOf((next.counted ?? 0) >= COUNTED ? next : null);
  const add = is.active - was.active + HIGH * (is.waiting - was.waiting);
  if (add !== 0) sums.push({ key: keys.countActive(next.workflowId), add });
  return sums;
}

const KEPT_KEYS = 2_000;
const known = new Map<string, Key>();

/** The same key for the same counter: writes that share it are put together without spelling it out. */
function keyOf(minute: number, workflowId: string, what: string): Key {
  const id = `${minute} ${workflowId} ${what}`;
  const key = known.get(id) ?? keys.count(minute, workflowId, what);
  if (known.size >= KEPT_KEYS) known.clear();
  known.set(id, key);
  return key;
}

/** One counter as it lies there before it is folded. */
export interface RawCount {
  key: Key;
  versionstamp: string;
  minute: number;
  workflowId: string;
  what: string;
  n: number;
}

/** Null: no counter. Those of before there were minutes lie under workflow and hour. */
export function readRaw({ key, value, versionstamp }: Deno.KvEntry<Deno.KvU64>): RawCount | null {
  const [, first, second, what] = key;
  if (typeof what !== "string") return null;
  const n = Number(value.value);
  if (typeof first === "number" && typeof second === "string") {
    return { key, versionstamp, minute: first, workflowId: second, what, n };
  }
  if (typeof first === "string" && typeof second === "number") {
    return { key, versionstamp, minute: second * 60, workflowId: first, what, n };
  }
  return null;
}

/** What was folded, by slot: the hour of a day, the minute of a quarter, 0 for a day as a whole. */
export interface CountRecord {
  v: 1;
  /** The causes that its slots name by index. */
  causes: string[];
  slots: { [slot: string]: PackedTally };
}

/** `b`, `m` (by bucket) and `e` (other, then by cause) are numbers to the base 36 with commas, nothing for 0. */
interface PackedTally {
  n: { [what: string]: number };
  ms?: number;
  b?: string;
  m?: string;
  e?: string;
}

/** So many causes are told apart in a record, and no more than a value can hold; the rest is "other". */
const MOST_CAUSES = 50;
const CAUSE_BYTES = 12_000;

/** The record with more in one slot. */
export function folded(record: CountRecord | null, slot: number, more: Tally): CountRecord {
  const causes = withCauses(record?.causes ?? [], Object.keys(more.causes));
  const tally = record ? readSlot(record, String(slot)) : emptyTally();
  addTally(tally, more);
  const errors: Buckets = {};
  for (const [cause, n] of Object.entries(tally.causes)) {
    const index = causes.indexOf(cause) + 1;
    errors[index] = (errors[index] ?? 0) + n;
  }
  const packed: PackedTally = {
    n: tally.counts,
    ...(tally.ms > 0 ? { ms: tally.ms } : {}),
    ...pack("b", tally.buckets),
    ...pack("m", tally.mended),
    ...pack("e", errors),
  };
  return { v: 1, causes, slots: { ...record?.slots, [slot]: packed } };
}

function withCauses(known: readonly string[], more: readonly string[]): string[] {
  const causes = [...known];
  let bytes = encode(causes).byteLength;
  for (const cause of more) {
    if (cause === OTHER || causes.includes(cause)) continue;
    bytes += encode(cause).byteLength;
    if (causes.length < MOST_CAUSES && bytes <= CAUSE_BYTES) causes.push(cause);
  }
  return causes;
}

function pack(name: "b" | "m" | "e", numbers: Buckets): Partial<PackedTally> {
  const dense: string[] = [];
  for (const [index, n] of Object.entries(numbers)) {
    while (dense.length <= Number(index)) dense.push("");
    dense[Number(index)] = n.toString(36);
  }
  return dense.length > 0 ? { [name]: dense.join(",") } : {};
}

/** One slot of a record; empty when it has none. */
export function readSlot(record: CountRecord, slot: string): Tally {
  const tally = emptyTally();
  addSlot(tally, record, slot);
  return tally;
}

/** Adds a slot of a record as it lies there: a dashboard adds thousands. */
export function addSlot(tally: Tally, { causes, slots }: CountRecord, slot: string): void {
  const packed = slots[slot];
  if (!packed) return;
  for (const what in packed.n) tally.counts[what] = (tally.counts[what] ?? 0) + packed.n[what]!;
  tally.ms += packed.ms ?? 0;
  const { buckets, mended } = tally;
  eachNumber(packed.b, (bucket, n) => buckets[bucket] = (buckets[bucket] ?? 0) + n);
  eachNumber(packed.m, (bucket, n) => mended[bucket] = (mended[bucket] ?? 0) + n);
  eachNumber(packed.e, (index, n) => {
    const cause = causes[index - 1] ?? OTHER;
    tally.causes[cause] = (tally.causes[cause] ?? 0) + n;
  });
}

const COMMA = 44;

/** Reads digit by digit: taking the text apart first costs more than all the rest. */
function eachNumber(packed: string | undefined, put: (index: number, n: number) => void): void {
  if (packed === undefined) return;
  let index = 0;
  let n = 0;
  for (let i = 0; i < packed.length; i++) {
    const code = packed.charCodeAt(i);
    if (code !== COMMA) {
      n = n * 36 + (code < 58 ? code - 48 : code - 87);
      continue;
    }
    if (n > 0) put(index, n);
    index++;
    n = 0;
  }
  if (n > 0) put(index, n);
}

/** All of these counters together. */
export function tallyOf(raws: readonly RawCount[]): Tally {
  const tally = emptyTally();
  for (const { what, n } of raws) addCount(tally, what, n);
  return tally;
}
