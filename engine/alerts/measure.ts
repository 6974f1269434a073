import { DAY_MS, MINUTE_MS } from "../schemas/duration_units.ts";
import { keys, SHARDS } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { completedAt, minuteOf, oldPulses, readPulses } from "../store/pulse.ts";
import type { Pulse } from "../store/pulse.ts";
import { encode } from "../store/store.ts";
import type { TroubleRecord } from "../store/schedules.ts";
import type { Store } from "../store/store.ts";
import type { Measures } from "./judge.ts";
import type { EnteredRecord } from "./records.ts";

/** Rules look back so far by minutes. */
const WINDOW_MINUTES = 60;
/** Looks are a minute apart: after a longer time the host slept, and is still at what fell due meanwhile. */
const SLEPT_MS = 180_000;
const SILENCE_EVERY_MS = 600_000;
const KEPT_DAYS = 16;
const MOST_ENTERED = 5_000;
const MOST_FAILING = 100;
const PER_COMMIT = 150;
/** As far as rules count. */
const LONGEST = 50;
const MOST_UNCERTAIN = 1_000;
const MOST_MISSED = 1_000;
const LATE_MS = 30_000;

/** What one look reads: pulses of the last hour, and for whoever was active or has an incident what rules ask for. */
export async function measure(
  store: Store,
  about: {
    now: number;
    /** When it was looked before; null: nobody knows. */
    before: number | null;
    /** Workflows with an open incident. */
    watched: ReadonlySet<string>;
  },
): Promise<{ measures: Measures; workflows: ReadonlySet<string> }> {
  const { now, before, watched } = about;
  const from = Math.min(minuteOf(now) - WINDOW_MINUTES, minuteOf(before ?? now));
  const pulses = await readPulses(store, from, minuteOf(now));
  const active = new Set([...watched, ...pulses.map(({ workflowId }) => workflowId)]);
  await noteEntered(store, pulses, minuteOf(before ?? now));
  const whole = before === null ||
    Math.floor(now / SILENCE_EVERY_MS) !== Math.floor(before / SILENCE_EVERY_MS);
  const entered = whole ? await allEntered(store) : await enteredOf(store, [...active]);
  const failing = [...active].filter((id) =>
    watched.has(id) || pulses.some(({ workflowId, failed }) => workflowId === id && failed > 0)
  );
  const streaks = new Map<string, number>();
  for (const id of failing) streaks.set(id, await streakOf(store, id, LONGEST));
  const uncertain = await store.keys({ selector: { prefix: ["todo", "uncertain"] }, limit: MOST_UNCERTAIN });
  const missed = await missedRuns(store);
  const measures: Measures = {
    now,
    pulses,
    streaks,
    missed,
    entered,
    late: before === null || now - before > SLEPT_MS ? null : { since: await oldestDue(store, now) },
    uncertain: uncertain.length,
  };
  return { measures, workflows: new Set([...active, ...entered.keys(), ...missed.keys()]) };
}

/** How many failed since one completed last, up to `most`. */
async function streakOf(store: Store, workflowId: string, most: number): Promise<number> {
  const last = await completedAt(store, workflowId);
  const prefix = keys.failing(workflowId, 0, "").slice(0, 2);
  const selector = last === null ? { prefix } : { prefix, start: [...prefix, last + 1] };
  return (await store.keys({ selector, limit: most })).length;
}

/** By workflow: why its newest scheduled run did not happen. */
async function missedRuns(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const selector = { prefix: keys.scheduleTrouble("").slice(0, 1) };
  for await (const { value } of store.list<TroubleRecord>({ selector, limit: MOST_MISSED, broken: "pass" })) {
    found.set(value.workflowId, value.text);
  }
  return found;
}

/** The oldest that fell due half a minute ago or before and was not taken up. */
async function oldestDue(store: Store, now: number): Promise<number | null> {
  let oldest = Infinity;
  for (let shard = 0; shard < SHARDS; shard++) {
    const selector = { start: ["due", shard, 0, 0], end: ["due", shard, 0, now - LATE_MS] };
    const [first] = await store.keys({ selector, limit: 1 });
    if (first) oldest = Math.min(oldest, Number(first[3]));
  }
  return oldest === Infinity ? null : oldest;
}

/** Days outlive pulses. Written twice they say the same, so that two looks at once do no harm. */
async function noteEntered(store: Store, pulses: readonly Pulse[], since: number): Promise<void> {
  const newest = new Map<string, number>();
  for (const { workflowId, entered, minute } of pulses) {
    if (entered > 0 && minute >= since) {
      newest.set(workflowId, Math.max(minute, newest.get(workflowId) ?? 0));
    }
  }
  const ids = [...newest.keys()];
  for (let i = 0; i < ids.length; i += PER_COMMIT) {
    const some = ids.slice(i, i + PER_COMMIT);
    const known = await enteredOf(store, some);
    const sets = some.flatMap((id) => {
      const at = newest.get(id)! * MINUTE_MS;
      const [before, day] = [known.get(id), Math.floor(at / DAY_MS)];
      if (before && before.last >= at) return [];
      const days = [...new Set([...before?.days ?? [], day])].filter((one) => one > day - KEPT_DAYS).sort();
      const next: EnteredRecord = { v: 1, days, since: before?.since ?? day, last: at };
      return [{ key: keys.entered(id), value: encode(next) }];
    });
    if (sets.length > 0) await store.commit({ name: "alert", sets });
  }
}

async function enteredOf(store: Store, ids: readonly string[]): Promise<Map<string, EnteredRecord>> {
  const found = await store.getMany<EnteredRecord>(ids.map(keys.entered), { broken: "pass" });
  return new Map(ids.flatMap((id, i) => found[i] ? [[id, found[i].value] as const] : []));
}

async function allEntered(store: Store): Promise<Map<string, EnteredRecord>> {
  const found = new Map<string, EnteredRecord>();
  const selector = { prefix: keys.entered("").slice(0, 1) };
  for await (
    const { key, value } of store.list<EnteredRecord>({ selector, limit: MOST_ENTERED, broken: "pass" })
  ) found.set(String(key[1]), value);
  return found;
}

/** What no rule will look at any more, a part at a time. */
export async function outlived(store: Store, about: {
  now: number;
  before: number;
  workflows: Iterable<string>;
}): Promise<Key[]> {
  const { now, before, workflows } = about;
  const old = Math.min(minuteOf(now) - WINDOW_MINUTES - 1, minuteOf(before));
  const found = await oldPulses(store, old, PER_COMMIT);
  for (const id of workflows) {
    if (found.length >= PER_COMMIT * 2) break;
    const prefix = keys.failing(id, 0, "").slice(0, 2);
    const newest = await store.keys({ selector: { prefix }, reverse: true, limit: MOST_FAILING });
    const last = newest[MOST_FAILING - 1];
    const completed = await completedAt(store, id) ?? 0;
    const end = Math.max(Number(last?.[2] ?? 0), Math.min(completed, now - WINDOW_MINUTES * MINUTE_MS));
    if (end > 0) {
      found.push(...await store.keys({ selector: { prefix, end: [...prefix, end] }, limit: PER_COMMIT }));
    }
  }
  return found.slice(0, PER_COMMIT * 2);
}
