import { DAY_MS, HOUR_MS, MINUTE_MS } from "../schemas/duration_units.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { ALL, folded, QUARTER_MS, readRaw, tallyOf } from "../store/metrics.ts";
import type { CountRecord, RawCount } from "../store/metrics.ts";
import { encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";

/** Minutes are known so long: twice the two hours that are shown, and what folding may be late. */
const MINUTES_KEPT_MS = 5 * HOUR_MS;
export const HOURS_KEPT_MS = 90 * DAY_MS;

/** Whoever is late by its clock still meets its minute. */
const OPEN_MINUTES = 2;
/** So many counters are listed at once. */
const ROUND = 1_000;
/** Each is checked: what comes meanwhile is folded the next time. A `denokv` server takes ten checks. */
const MOST_CHECKS = 80;
const FEW_CHECKS = 8;
const PER_COMMIT = 200;
/** So many commits without a breath. */
const AT_A_GO = 10;
const BREATH_MS = 5;
const STALE_TRIES = 5;

/** Written by every fold: who reads counters and records sees by it whether something went from one to the other. */
export const FOLD_KEY: Key = keys.meta("metrics");

interface FoldDeps {
  store: Store;
  newId(): string;
}

/**
 * Folds the counters of minutes that are over into a record for each workflow's day, its hours and its last minutes, and
 * into those of all workflows. A group of counters goes in one commit with the records that it is added to, so that none
 * is counted twice or lost; a death in between leaves the rest for the next time. Says how many there were for each minute.
 */
export class Folding {
  readonly #deps: FoldDeps;
  #running: Promise<number> | null = null;
  #atOnce = MOST_CHECKS;

  constructor(deps: FoldDeps) {
    this.#deps = deps;
  }

  fold(now: number): Promise<number> {
    this.#running ??= this.#fold(now).finally(() => this.#running = null);
    return this.#running;
  }

  /** Until none is under way in this process. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  async #fold(now: number): Promise<number> {
    let sum = 0;
    let [first, last] = [Infinity, -Infinity];
    // What changed meanwhile is listed again; what another process folds at the same time is left to it.
    for (let stale = 0; stale < STALE_TRIES;) {
      const groups = groupsOf(await this.#listed(now), this.#atOnce);
      if (groups.length === 0) break;
      for (const [i, group] of groups.entries()) {
        if (i % AT_A_GO === AT_A_GO - 1) await pause();
        if (!await this.#commit(group, now)) {
          stale++;
          break;
        }
        sum += group.length;
        first = Math.min(first, group[0]!.minute);
        last = Math.max(last, group.at(-1)!.minute);
      }
    }
    await this.#drop(keys.countMinutes(0, "").slice(0, 1), Math.floor((now - MINUTES_KEPT_MS) / QUARTER_MS));
    await this.#drop(keys.countHours(0, "").slice(0, 1), Math.floor((now - HOURS_KEPT_MS) / DAY_MS));
    return sum === 0 ? 0 : sum / (last - first + 1);
  }

  async #listed(now: number): Promise<RawCount[]> {
    const end = ["count", Math.floor(now / MINUTE_MS) - OPEN_MINUTES];
    const found: RawCount[] = [];
    const options = { limit: ROUND, batchSize: ROUND };
    for await (const entry of this.#deps.store.kv.list<Deno.KvU64>({ prefix: ["count"], end }, options)) {
      const raw = readRaw(entry);
      if (raw) found.push(raw);
    }
    return found;
  }

  async #commit(group: readonly RawCount[], now: number): Promise<boolean> {
    if (group.length > this.#atOnce) return await this.#inParts(group, now);
    const { store } = this.#deps;
    const places = placesOf(group[0]!, now);
    const [mark, ...records] = await store.getMany<CountRecord>([FOLD_KEY, ...places.map(({ key }) => key)]);
    const commit = this.#deps.newId();
    const write: Write = {
      name: "metrics",
      checks: [
        { key: FOLD_KEY, versionstamp: mark?.versionstamp ?? null },
        ...group.map(({ key, versionstamp }) => ({ key, versionstamp })),
      ],
      sets: [
        { key: FOLD_KEY, value: encode({ v: 1, commit }) },
        ...places.map((place, i) => ({
          key: place.key,
          value: encode(withGroup(records[i] ?? null, place, group)),
        })),
      ],
      deletes: group.map(({ key }) => key),
      proof: { key: FOLD_KEY, id: commit },
    };
    try {
      return (await store.commit(write)).ok;
    } catch (error) {
      if (this.#atOnce === FEW_CHECKS || !String(error).includes("Too many checks")) throw error;
      this.#atOnce = FEW_CHECKS;
      return await this.#commit(group, now);
    }
  }

  async #inParts(group: readonly RawCount[], now: number): Promise<boolean> {
    for (const part of chunks(group, this.#atOnce)) if (!await this.#commit(part, now)) return false;
    return true;
  }

  /** Records whose time is over; nobody asks for them any more. */
  async #drop(prefix: Key, before: number): Promise<void> {
    const { store } = this.#deps;
    for (;;) {
      const selector = { prefix, end: [...prefix, before] };
      const old = await store.keys({ selector, limit: PER_COMMIT });
      if (old.length > 0) await store.commit({ name: "metrics", deletes: old });
      if (old.length < PER_COMMIT) return;
      await pause();
    }
  }
}

/** Of one workflow and one quarter of an hour each, so that a group has one place in every record. */
function groupsOf(raws: readonly RawCount[], atOnce: number): RawCount[][] {
  const groups = new Map<string, RawCount[]>();
  for (const raw of raws) {
    const id = `${Math.floor(raw.minute * MINUTE_MS / QUARTER_MS)} ${raw.workflowId}`;
    const group = groups.get(id);
    if (group) group.push(raw);
    else groups.set(id, [raw]);
  }
  return [...groups.values()].flatMap((group) => chunks(group, atOnce));
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let i = 0; i < all.length; i += size) found.push(all.slice(i, i + size));
  return found;
}

interface Place {
  key: Key;
  slotOf(raw: RawCount): number;
}

/** Where a group goes; what is older than a kind of record is kept goes into the others only. */
function placesOf({ minute, workflowId }: RawCount, now: number): Place[] {
  const at = minute * MINUTE_MS;
  const [day, quarter] = [Math.floor(at / DAY_MS), Math.floor(at / QUARTER_MS)];
  return [workflowId, ALL].flatMap((scope) => [
    { key: keys.countDay(day, scope), slotOf: () => 0 },
    ...day * DAY_MS < now - HOURS_KEPT_MS
      ? []
      : [{ key: keys.countHours(day, scope), slotOf: (raw: RawCount) => Math.floor(raw.minute / 60) % 24 }],
    ...at < now - MINUTES_KEPT_MS
      ? []
      : [{ key: keys.countMinutes(quarter, scope), slotOf: (raw: RawCount) => raw.minute % 15 }],
    ...scope === ALL ? [{ key: keys.countTotal(ALL), slotOf: () => 0 }] : [],
  ]);
}

function withGroup(
  entry: Entry<CountRecord> | null,
  { slotOf }: Place,
  group: readonly RawCount[],
): CountRecord {
  const bySlot = Map.groupBy(group, slotOf);
  let record = entry?.value ?? null;
  for (const [slot, raws] of bySlot) record = folded(record, slot, tallyOf(raws));
  return record!;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, BREATH_MS));
}
