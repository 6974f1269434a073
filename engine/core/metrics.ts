/** Arithmetic of the counters: pure, and exact but for quantiles, which are within 10 %. */
import { causeInWords } from "./cause.ts";

/** What was counted in some time. `ms` is the sum of the durations that `buckets` holds by size. */
export interface Tally {
  /** By name: `started`, `completed`, `failed`, `cancelled`, `reopened`, and the same of children and tests. */
  counts: { [what: string]: number };
  ms: number;
  /** From start to end, of those that completed or failed. */
  buckets: Buckets;
  /** From a failure to the completion after somebody retried it. */
  mended: Buckets;
  /** Failed by cause (`causeKey`). */
  causes: { [cause: string]: number };
}

export type Buckets = { [bucket: number]: number };

/** Four buckets for each doubling: their middles are at most 9.1 % away from what lies in them. */
const PER_DOUBLING = 4;
/** Two hundred years: nothing lasts longer. */
const LAST_BUCKET = 173;

export function emptyTally(): Tally {
  return { counts: {}, ms: 0, buckets: {}, mended: {}, causes: {} };
}

/** 0: under a millisecond; a clock that went back has made nothing shorter than that. */
export function bucketOf(ms: number): number {
  if (!(ms >= 1)) return 0;
  return Math.min(LAST_BUCKET, 1 + Math.floor(PER_DOUBLING * Math.log2(ms)));
}

/** The middle of a bucket, ms. */
export function middleOf(bucket: number): number {
  return bucket <= 0 ? 0 : 2 ** ((bucket - 0.5) / PER_DOUBLING);
}

/** The quantile by nearest rank, ms; null: there is nothing. */
export function quantile(buckets: Buckets, q: number): number | null {
  const entries = Object.entries(buckets).map(([bucket, n]) => [Number(bucket), n] as const)
    .sort(([a], [b]) => a - b);
  const all = entries.reduce((sum, [, n]) => sum + n, 0);
  let left = Math.max(1, Math.ceil(q * all));
  for (const [bucket, n] of entries) {
    left -= n;
    if (left <= 0) return Math.round(middleOf(bucket));
  }
  return null;
}

/** Adds one counter as it lies in the database: `started`, `failed.17` (bucket), `mended.17`, `ms`, `by.<cause>`. */
export function addCount(tally: Tally, what: string, n: number): void {
  if (what === "ms") {
    tally.ms += n;
    return;
  }
  const dot = what.indexOf(".");
  const name = dot < 0 ? what : what.slice(0, dot);
  const rest = dot < 0 ? null : what.slice(dot + 1);
  if (name === "by" && rest !== null) {
    tally.causes[rest] = (tally.causes[rest] ?? 0) + n;
    return;
  }
  if (rest !== null) {
    const into = name === "mended" ? tally.mended : tally.buckets;
    into[Number(rest)] = (into[Number(rest)] ?? 0) + n;
  }
  tally.counts[name] = (tally.counts[name] ?? 0) + n;
}

/** Adds all of `more`. */
export function addTally(tally: Tally, more: Tally): void {
  tally.ms += more.ms;
  for (const part of ["counts", "buckets", "mended", "causes"] as const) {
    const into: { [name: string]: number } = tally[part];
    for (const [name, n] of Object.entries(more[part])) into[name] = (into[name] ?? 0) + n;
  }
}

/** How many more are active at the end of this time than at its beginning. */
export function netOf({ counts }: Tally): number {
  const of = (what: string): number => counts[what] ?? 0;
  return of("started") + of("reopened") - of("completed") - of("failed") - of("cancelled");
}

/** Completed over completed and failed; null: none has ended. */
export function successRate({ counts }: Tally): number | null {
  const { completed = 0, failed = 0 } = counts;
  return completed + failed === 0 ? null : completed / (completed + failed);
}

/** Mean duration, ms; null: nothing was measured. */
export function meanOf({ ms, buckets }: Tally): number | null {
  const measured = Object.values(buckets).reduce((sum, n) => sum + n, 0);
  return measured === 0 ? null : Math.round(ms / measured);
}

/** Why an execution failed, so that the same causes count together. */
export interface Cause {
  /** Null: the execution as a whole. */
  nodeType: string | null;
  code: string;
  status: number | null;
  host: string | null;
}

/** All that is over the bound of causes. */
export const OTHER = "other";
const MOST_TEXT = 80;

/** A cause as a part of a key. */
export function causeKey({ nodeType, code, status, host }: Cause): string {
  const short = (text: string | null): string | null => text === null ? null : text.slice(0, MOST_TEXT);
  return JSON.stringify([short(nodeType), short(code), status, short(host)]);
}

/** What `causeKey` made; anything else is a cause by its own name. */
export function readCauseKey(key: string): Cause {
  const plain = { nodeType: null, code: key, status: null, host: null };
  if (!key.startsWith("[")) return plain;
  const parts: unknown = JSON.parse(key);
  if (!Array.isArray(parts)) return plain;
  const [nodeType, code, status, host]: unknown[] = parts;
  return {
    nodeType: typeof nodeType === "string" ? nodeType : null,
    code: typeof code === "string" ? code : key,
    status: typeof status === "number" ? status : null,
    host: typeof host === "string" ? host : null,
  };
}

/** `api: 401 from api.example.com`; the same words as the inbox has for it. */
export function nameOfCause(cause: Cause): string {
  const words = causeInWords(cause);
  return cause.nodeType === null ? words : `${cause.nodeType}: ${words}`;
}
