import { addCount, addTally, emptyTally } from "../core/metrics.ts";
import type { Tally } from "../core/metrics.ts";
import type { Span } from "../core/metrics_time.ts";
import { MINUTE_MS } from "../schemas/duration_units.ts";
import { keys } from "../store/keys.ts";
import { ALL, QUARTER_MS, readRaw } from "../store/metrics.ts";
import type { RawCount } from "../store/metrics.ts";
import { unpack } from "../store/node_counts.ts";
import type { Store } from "../store/store.ts";
import { FOLD_KEY } from "./metrics_fold.ts";
import type { Folding } from "./metrics_fold.ts";
import { ofHours, ofMinutes, rowsOfHours, rowsOfMinutes } from "./metrics_pieces.ts";
import type { Piece } from "./metrics_pieces.ts";

export interface ReadDeps {
  store: Store;
  folding: Pick<Folding, "idle">;
  kept: KeptFolded;
}

/** Questions that are asked again and again, such as by dashboards that stay open. */
const MOST_KEPT = 30;

/** What was folded, by question, until something is folded again: only what came since is read anew. */
export class KeptFolded {
  #mark: string | null = null;
  readonly #known = new Map<string, Counted>();

  get(mark: string | null, question: string): Counted | undefined {
    return mark === this.#mark ? this.#known.get(question) : undefined;
  }

  put(mark: string | null, question: string, counted: Counted): void {
    if (mark !== this.#mark || this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#mark = mark;
    this.#known.set(question, counted);
  }
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

const FOLD_TRIES = 30;
const FOLD_REST_MS = 10;

/**
 * Reads while nothing is folded from one place to another, so that all is counted once: what folds leaves a mark of its
 * own, and then it is read again.
 */
export async function unfolded<T>(
  { store, folding }: Pick<ReadDeps, "store" | "folding">,
  read: (mark: string | null) => Promise<T>,
): Promise<T> {
  for (let tries = 1;; tries++) {
    await folding.idle();
    const before = await store.get(FOLD_KEY);
    const found = await read(before?.versionstamp ?? null);
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
  const question = JSON.stringify([span, workflowId, Math.floor(now / QUARTER_MS)]);
  return await unfolded(deps, async (mark) => {
    const raws = await readRaws(deps.store);
    let still = deps.kept.get(mark, question);
    if (!still) {
      still = await readFolded(deps.store, span, workflowId, now);
      // A mark is there once: should something be folded meanwhile, nobody asks under this one again.
      deps.kept.put(mark, question, still);
    }
    const fresh = raws.map(pieceOf).filter((piece) => workflowId === null || piece.scope === workflowId);
    const counted = copyOf(still);
    place(span, counted, fresh);
    if (workflowId !== null) return { ...counted, rows: new Map([[workflowId, sumOf(counted.points)]]) };
    addRows(span, counted.rows, fresh);
    return counted;
  });
}

/** What is in records by now; rows only where it is about all workflows. */
async function readFolded(
  store: Store,
  span: Span,
  workflowId: string | null,
  now: number,
): Promise<Counted> {
  const scope = workflowId ?? ALL;
  const counted: Counted = {
    points: span.starts.map(emptyTally),
    before: emptyTally(),
    after: emptyTally(),
    rows: new Map(),
  };
  const ofMinute = span.unit === "minute";
  place(span, counted, await (ofMinute ? ofMinutes : ofHours)(store, span, scope, now));
  if (workflowId !== null) return counted;
  addRows(
    span,
    counted.rows,
    ofMinute ? await rowsOfMinutes(store, span) : await rowsOfHours(store, span, now),
  );
  return counted;
}

function copyOf({ points, before, after, rows }: Counted): Counted {
  return {
    points: points.map((tally) => sumOf([tally])),
    before: sumOf([before]),
    after: sumOf([after]),
    rows: new Map([...rows].map(([id, tally]) => [id, sumOf([tally])])),
  };
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

function place({ from, to, before, starts }: Span, counted: Counted, pieces: readonly Piece[]): void {
  for (const { at, addTo } of pieces) {
    if (at >= to) addTo(counted.after);
    else if (at >= from) addTo(counted.points[lastAt(starts, at)]!);
    else if (at >= before) addTo(counted.before);
  }
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

function addRows({ from, to }: Span, rows: Map<string, Tally>, pieces: readonly Piece[]): void {
  for (const { at, scope, addTo } of pieces) {
    if (scope === ALL || at < from || at >= to) continue;
    const row = rows.get(scope) ?? emptyTally();
    addTo(row);
    rows.set(scope, row);
  }
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
