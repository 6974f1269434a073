import type { Followed } from "../contract.ts";
import { isSettled } from "../core/state.ts";
import { notFound } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { stateOf } from "../store/records.ts";
import type { EventRecord, HeadRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";
import { newestFeed, oldestFeed, readFeed } from "./feed.ts";
import type { Tail } from "./feed.ts";
import { toEvents } from "./present.ts";
import type { Labels } from "./present.ts";

export interface FollowDeps {
  store: Store;
  versions: Versions;
  tail: Tail;
}

const PAGE = 200;
/** Should a ring be lost. */
const PATIENCE_MS = 5_000;
/** A record holds up to this many events: reading from the middle of one starts so far back. */
const RECORD_SPAN = 200;

/** Events after `after` (exclusive), oldest first. */
export async function readEvents(
  deps: FollowDeps,
  execution: Labels,
  after: number,
  limit: number,
): Promise<{ seq: number; event: Followed["event"] }[]> {
  const found: { seq: number; event: Followed["event"] }[] = [];
  const selector = {
    start: keys.event(execution.id, Math.max(1, after + 1 - RECORD_SPAN)),
    end: keys.event(execution.id, Number.MAX_SAFE_INTEGER),
  };
  for await (
    const { key, value } of deps.store.list<EventRecord>({ selector, batchSize: 50, broken: "pass" })
  ) {
    for (const each of toEvents(value, key[2] as number, execution)) {
      if (each.seq > after) found.push(each);
    }
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

async function headOf(deps: FollowDeps, id: string): Promise<HeadRecord> {
  const head = await deps.store.get<HeadRecord>(keys.execution(id));
  if (!head) throw notFound("execution", id);
  return head.value;
}

interface Stretch {
  events: readonly Followed[];
  /** There are more behind them. */
  more: boolean;
  /** The last event that there will be, once it is settled. */
  last: number | null;
}

/** Those who follow one execution are woken at once and stand at the same event: one of them reads, for all. */
const underWay = new WeakMap<Store, Map<string, Promise<Stretch>>>();

function readOnce(deps: FollowDeps, id: string, after: number): Promise<Stretch> {
  const all = underWay.get(deps.store) ?? new Map<string, Promise<Stretch>>();
  underWay.set(deps.store, all);
  const key = `${id} ${after}`;
  const known = all.get(key);
  if (known) return known;
  const reading = readStretch(deps, id, after).finally(() => all.delete(key));
  all.set(key, reading);
  return reading;
}

async function readStretch(deps: FollowDeps, id: string, after: number): Promise<Stretch> {
  // Read before the events: a settled head means that its last event is there to be read.
  const now = stateOf(await headOf(deps, id));
  // A person may have moved it to another version meanwhile.
  const { graph } = await deps.versions.get(now.workflowId, now.version);
  const found = await readEvents(deps, { id, graph, left: now.left }, after, PAGE);
  return {
    events: found.map(({ seq, event }) => ({ id: String(seq), event })),
    more: found.length === PAGE,
    last: isSettled(now) ? now.seq : null,
  };
}

/** History, then live; ends after the last event of a settled execution. */
export async function* followOne(
  deps: FollowDeps,
  id: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Followed> {
  await headOf(deps, id);
  const bell = new Bell(signal);
  const unfollow = deps.tail.follow(id, () => bell.ring());
  try {
    let seen = after;
    // The first reading is one's own: what another began before this one followed may miss what nobody rings for again.
    for (let read = readStretch; !signal.aborted; read = readOnce) {
      const { events, more, last } = await read(deps, id, seen);
      for (const one of events) {
        seen = Number(one.id);
        yield one;
      }
      if (more) continue;
      if (last !== null && seen >= last) return;
      await bell.wait(PATIENCE_MS);
    }
  } finally {
    unfollow();
  }
}

/** All executions in commit order. A cursor that is older than the feed gets a reset and goes on from now. */
export async function* followEverything(
  deps: FollowDeps,
  cursor: string | null,
  signal: AbortSignal,
): AsyncGenerator<Followed | { id: string; reset: true }> {
  const bell = new Bell(signal);
  const unfollow = deps.tail.follow(null, () => bell.ring());
  try {
    let [at, index] = parseCursor(cursor);
    if (at === null) {
      at = await newestFeed(deps.store) ?? "";
      index = Infinity;
    } else if (at < (await oldestFeed(deps.store) ?? "")) {
      at = await newestFeed(deps.store) ?? "";
      index = Infinity;
      // Behind every event of that record: whoever is told so reads all that is there anew.
      yield { id: `${at}.999999999`, reset: true };
    }
    // A cursor in the middle of a record reads that record again and passes over what was seen.
    let from = index === Infinity ? at : before(at);
    while (!signal.aborted) {
      const entries = await readFeed(deps.store, from, 50);
      for (const entry of entries) {
        const seenHere = entry.versionstamp === at ? index : -1;
        let position = 0;
        for (const [executionId, seq] of entry.record.e) {
          for (const event of await eventsAt(deps, executionId, seq)) {
            if (position > seenHere) yield { id: `${entry.versionstamp}.${position}`, event };
            position++;
          }
        }
        from = entry.versionstamp;
      }
      if (entries.length === 0) await bell.wait(PATIENCE_MS);
    }
  } finally {
    unfollow();
  }
}

async function eventsAt(deps: FollowDeps, executionId: string, seq: number): Promise<Followed["event"][]> {
  const record = await deps.store.get<EventRecord>(keys.event(executionId, seq));
  const head = await deps.store.get<HeadRecord>(keys.execution(executionId));
  if (!record || !head) return [];
  const { graph } = await deps.versions.get(head.value.workflowId, head.value.version);
  return toEvents(record.value, seq, { id: executionId, graph, left: head.value.left }).map(({ event }) =>
    event
  );
}

function parseCursor(cursor: string | null): [string | null, number] {
  const match = cursor === null ? null : /^([0-9a-f]{20})\.(\d{1,9})$/.exec(cursor);
  return match ? [match[1]!, Number(match[2])] : [null, 0];
}

/** The versionstamp just before: 20 hex digits, counted down by one. */
function before(versionstamp: string): string {
  const value = BigInt(`0x${versionstamp}`);
  return value === 0n ? "" : (value - 1n).toString(16).padStart(20, "0");
}

/** Remembers a ring that came while nobody waited. */
class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.ring(), { once: true });
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
    this.#wake = null;
  }
}
