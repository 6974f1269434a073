import { forgettableAt, NOTHING_COUNTED, recordId } from "../core/rate.ts";
import type { Pace, RateState } from "../core/rate.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState } from "../core/state.ts";
import { keys, shardOf } from "./keys.ts";
import type { Key } from "./keys.ts";
import { EMPTY, encode } from "./store.ts";
import type { Store } from "./store.ts";

/** `["rate", scope, rate, value]`: what has begun, and which turns were given. Times are epoch ms. */
export interface RateRecord extends RateState {
  v: 1;
  /** The commit that wrote it: tells after an unknown throw whether it was made. */
  commit: string;
  /** From then on it says nothing any more. */
  until: number;
}

/** What was read, to be changed in one commit that checks all of it. */
export interface ReadRates {
  states: Map<string, RateState>;
  versionstamps: Map<string, string | null>;
}

export async function readRates(store: Store, paces: readonly Pace[]): Promise<ReadRates> {
  const found = await store.getMany<RateRecord>(paces.map(({ record }) => keys.rate(...record)));
  const read: ReadRates = { states: new Map(), versionstamps: new Map() };
  for (const [index, pace] of paces.entries()) {
    const entry = found[index];
    const id = recordId(pace);
    read.states.set(id, entry?.value ?? NOTHING_COUNTED);
    read.versionstamps.set(id, entry?.versionstamp ?? null);
  }
  return read;
}

/** Writes what was made of it; false: somebody else was first, and nothing is written. */
export async function writeRates(
  store: Store,
  paces: readonly Pace[],
  { states, versionstamps }: ReadRates,
  commitId: string,
): Promise<boolean> {
  const written = paces.map((pace) => ({ pace, key: keys.rate(...pace.record), id: recordId(pace) }));
  const result = await store.commit({
    name: "rate",
    checks: written.map(({ key, id }) => ({ key, versionstamp: versionstamps.get(id) ?? null })),
    sets: written.map(({ pace, key, id }) => {
      const { started, given, tail } = states.get(id)!;
      const until = forgettableAt({ started, given, tail }, pace);
      return {
        key,
        value: encode({ v: 1, commit: commitId, until, started, given, tail } satisfies RateRecord),
      };
    }),
    proof: { key: written[0]!.key, id: commitId },
  });
  return result.ok;
}

/** Records of one scope (a workflow, or `*` for the shared ones), a page at a time. */
export function ratesOf(
  store: Store,
  scope: string,
): AsyncGenerator<{ key: Key; value: RateRecord; versionstamp: string }> {
  return store.list<RateRecord>({
    selector: { prefix: keys.rate(scope, "", "").slice(0, 2) },
    batchSize: 100,
  });
}

/** What leaves the line together is answered by one look. */
const TOGETHER_MS = 10_000;

/** An execution that ends while it waits for a turn leaves it unused: soon the others of its workflow are given theirs anew. */
export function lineLeft(
  before: ExecutionState | null,
  next: ExecutionState,
  now: number,
): { key: Key; value: Uint8Array }[] {
  if (!before?.statuses.includes("waiting") || !isSettled(next)) return [];
  if (![...before.steps.values()].some(({ waitingFor }) => waitingFor?.kind === "rate")) return [];
  const id = `${next.workflowId}.${next.id}`;
  const at = Math.ceil((now + 1) / TOGETHER_MS) * TOGETHER_MS;
  return [{ key: keys.due(shardOf(id), 0, at, "rate", id), value: EMPTY }];
}

/** The plan is dropped, the count stays: who comes next is planned by what has begun. */
export async function dropPlan(store: Store, key: Key, commitId: string): Promise<void> {
  for (;;) {
    const entry = await store.get<RateRecord>(key);
    if (!entry) return;
    const { started } = entry.value;
    const next: RateRecord = { ...entry.value, commit: commitId, given: started, tail: 0 };
    const result = await store.commit({
      name: "rate",
      checks: [{ key, versionstamp: entry.versionstamp }],
      sets: [{ key, value: encode(next) }],
      proof: { key, id: commitId },
    });
    if (result.ok) return;
  }
}

/** So many a commit: each is checked, and an atomic of some databases takes ten checks. */
const PER_COMMIT = 8;
const BREATH_MS = 2;

/** Records that say by `until` when they say nothing any more. */
const PASSING = ["rate", "hook_rate", "hook_refusals"];

/** Deletes records that say nothing any more; one that is written anew meanwhile stays. */
export async function forgetRates(store: Store, now: number): Promise<void> {
  for (const name of PASSING) await forgetPassed(store, [name], now);
}

async function forgetPassed(store: Store, prefix: Key, now: number): Promise<void> {
  let old: { key: Key; versionstamp: string }[] = [];
  const forget = async (): Promise<void> => {
    const { ok } = await store.commit({ name: "forget", checks: old, deletes: old.map(({ key }) => key) });
    if (!ok) {
      await Promise.all(
        old.map((one) => store.commit({ name: "forget", checks: [one], deletes: [one.key] })),
      );
    }
    old = [];
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  };
  for await (
    const { key, value, versionstamp } of store.list<Pick<RateRecord, "until">>({
      selector: { prefix },
      broken: "pass",
    })
  ) {
    if (value.until > now) continue;
    old.push({ key, versionstamp });
    if (old.length >= PER_COMMIT) await forget();
  }
  if (old.length > 0) await forget();
}
