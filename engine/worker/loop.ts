import { BrokenRow } from "../store/broken.ts";
import { loadExecutions } from "../store/executions.ts";
import { DUE_KINDS, SHARDS } from "../store/keys.ts";
import type { DueKind, Key, Lane } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { DueEntry } from "./held.ts";
import type { Log } from "./services.ts";
import type { Shards } from "./shards.ts";
import { BROKEN_REST_MS } from "./takeover.ts";
import type { Worker } from "./worker.ts";

/** Called for an entry that has fallen due; deletes it in its own commit. */
export type DueHandler = (id: string, entry: DueEntry) => Promise<void>;

export interface LoopOptions {
  store: Store;
  clock: Clock;
  worker: Worker;
  shards: Pick<Shards, "alone" | "isMine">;
  handlers: { [kind in Exclude<DueKind, "execution" | "mail">]: DueHandler };
  log: Log;
}

/** Without a bell, look so often. */
const PEEK_MS = 1_000;
/** What other processes write rings no bell here. */
const PEEK_BESIDE_OTHERS_MS = 100;
/** What another process looks after is left to it for so long. */
const OVERDUE_MS = 1_000;
/** Heads that fall due within this time are read ahead. */
const AHEAD_MS = 1_000;
/** Bells that ring together are answered together. */
const GATHER_MS = 4;
/** More than one process may hold in hand: what waits for room must not hide the timers behind it. */
const PER_SHARD = 12_000;
const LIST_BATCH = 1_000;
const MOST_REST_MS = 50;
/** The same while no slot is free. */
const GATHER_WHEN_FULL_MS = 50;
/** What has been due for longer was seen before: while no slot is free it is looked at once a second. */
const RECENT_MS = 500;
const WHOLE_EVERY_MS = 1_000;
/** Leases end before that, also by a clock that is ahead. */
const RESCUE_MS = 60_000;
/** So many fit one atomic. */
const TOGETHER = 90;

/** Looks at the due index when a timer, a bell or a second has passed. The index is the truth; the timer only saves looking. */
export class Loop {
  readonly #options: LoopOptions;
  #stopTimer: (() => void) | null = null;
  #armedFor = Infinity;
  #looking: Promise<void> | null = null;
  #again = false;
  /** Monotonic ms of the last look at all that is due. */
  #wholeAt = -Infinity;
  #stopped = true;
  #rescuing: Promise<void> | null = null;
  #rescueAgain = false;
  readonly #inHand = new Set<string>();
  /** How long the last look took: a long one is not begun again at once, so half the time is left for work. */
  #tookMs = 0;
  /** Epoch ms of the last finished look. */
  lookedAt = 0;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.expect(this.#options.clock.now());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopTimer?.();
    await this.#looking;
  }

  /** Something falls due at this time (epoch ms): look then, at the latest. */
  expect(at: number): void {
    if (this.#stopped || at >= this.#armedFor) return;
    this.#arm(at);
  }

  #arm(at: number): void {
    this.#stopTimer?.();
    this.#armedFor = at;
    const { clock, worker } = this.#options;
    const gather = worker.room.free > 0 ? GATHER_MS : GATHER_WHEN_FULL_MS;
    const wait = Math.max(gather, this.#tookMs, at - clock.now());
    this.#stopTimer = clock.after(wait, () => {
      this.#armedFor = Infinity;
      this.#stopTimer = null;
      this.look();
    });
  }

  /** One look at the index, now; a look asked for meanwhile follows it. */
  look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return this.#looking;
    }
    const began = this.#options.clock.monotonic();
    this.#looking = this.#lookOnce().catch((error) => {
      this.#options.log("error", "look_failed", { error: String(error) });
      return this.#options.clock.now() + PEEK_MS;
    }).then((next) => {
      this.#looking = null;
      this.lookedAt = this.#options.clock.now();
      this.#tookMs = Math.min(MOST_REST_MS, this.#options.clock.monotonic() - began);
      if (this.#stopped) return;
      if (this.#again) {
        this.#again = false;
        this.#arm(this.lookedAt);
      } else if (next < this.#armedFor) this.#arm(next);
    });
    return this.#looking;
  }

  /** Handles what is due; says when to look next. */
  async #lookOnce(): Promise<number> {
    const { clock, store } = this.#options;
    const now = clock.now();
    const from = this.#from(now);
    const lists: Promise<DueEntry[]>[] = [];
    for (let shard = 0; shard < SHARDS; shard++) {
      for (const lane of [0, 1] as Lane[]) {
        lists.push(this.#list({ shard, lane, from, until: now + AHEAD_MS }));
      }
    }
    const entries = (await Promise.all(lists)).flat();
    let next = now + (this.#options.shards.alone ? PEEK_MS : PEEK_BESIDE_OTHERS_MS);
    const ahead: string[] = [];
    let handled = 0;
    const isOurs = this.#sharing();
    for (const entry of entries) {
      if (!isOurs(entry)) continue;
      const at = entry.key[3] as number;
      if (at <= clock.now()) {
        this.#handle(entry);
        // The first commits are under way while the next are decided, not behind them all.
        if (++handled % TOGETHER === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      } else {
        next = Math.min(next, at);
        const id = entry.key[5] as string;
        if (entry.key[4] === "execution" && !this.#options.worker.isKnown(id)) ahead.push(id);
      }
    }
    if (ahead.length > 0) {
      for (const loaded of await loadExecutions(store, ahead, { broken: "pass" })) {
        if (loaded) this.#options.worker.prefetched(loaded);
      }
    }
    return next;
  }

  /**
   * Which entries one look takes: those that this process looks after, those of what is in hand here, and what nobody
   * has taken for a second, though no more steps of others than there is room for.
   */
  #sharing(): (entry: DueEntry) => boolean {
    const { clock, shards, worker } = this.#options;
    let room = worker.room.free;
    return ({ key }) => {
      const id = key[5] as string;
      if (shards.isMine(id) || worker.holds(id)) return true;
      if ((key[3] as number) > clock.now() - OVERDUE_MS) return false;
      return key[4] !== "execution" || room-- > 0;
    };
  }

  /** Thousands may wait for a slot: without one, what comes by time is looked for, and they are left aside. */
  #from(now: number): number {
    const sinceWhole = this.#options.clock.monotonic() - this.#wholeAt;
    if (this.#options.worker.room.free <= 0 && sinceWhole < WHOLE_EVERY_MS) return now - RECENT_MS;
    this.#wholeAt = this.#options.clock.monotonic();
    return 0;
  }

  async #list(part: { shard: number; lane: Lane; from: number; until: number }): Promise<DueEntry[]> {
    const { shard, lane, from, until } = part;
    const found: DueEntry[] = [];
    const range = { start: ["due", shard, lane, from], end: ["due", shard, lane, until + 1] };
    for await (
      const { key, versionstamp } of this.#options.store.kv.list(range, {
        limit: PER_SHARD,
        batchSize: LIST_BATCH,
      })
    ) {
      if (isDueKey(key)) found.push({ key, versionstamp });
      else this.#options.store.setAside.put(key, "content", "it says nothing that can fall due");
    }
    return found;
  }

  #handle(entry: DueEntry): void {
    const kind = entry.key[4] as DueKind;
    const id = entry.key[5] as string;
    if (kind === "execution" || kind === "mail") return this.#options.worker.due(kind, id, entry);
    const hand = `${kind} ${id}`;
    const { takeover } = this.#options.worker;
    if (this.#inHand.has(hand) || takeover.isResting(hand)) return;
    this.#inHand.add(hand);
    this.#options.handlers[kind](id, entry)
      .catch((error) => {
        if (error instanceof BrokenRow) takeover.rest(hand, BROKEN_REST_MS);
        else this.#options.log("error", "due_failed", { kind, id, error: String(error) });
      })
      .finally(() => this.#inHand.delete(hand));
  }

  /**
   * What a cron tick does on a host that sleeps: handles what is due and stays as long as something falls due before
   * `until`, because nothing else would wake the process in time.
   */
  async stay(until: number): Promise<void> {
    const { clock } = this.#options;
    await this.look();
    while (!this.#stopped && clock.now() < until && await this.#mayBeDueBefore(until)) {
      await new Promise<void>((done) => clock.after(Math.min(500, until - clock.now()), done));
    }
  }

  /** As of one moment: what comes, or moves from one shard to another, while they are read, may be in neither. */
  async #mayBeDueBefore(until: number): Promise<boolean> {
    return await this.#options.store.inOneMoment(() => this.#dueBefore(until)) ?? true;
  }

  async #dueBefore(until: number): Promise<boolean> {
    for (let shard = 0; shard < SHARDS; shard++) {
      const range = { start: ["due", shard, 0, 0], end: ["due", shard, 0, until] };
      for await (const _ of this.#options.store.kv.list(range, { limit: 1 })) return true;
      if (await this.#bulkBefore(shard, until)) return true;
    }
    return false;
  }

  /** A bulk action goes on second by second; what is kept for its last day does not keep a host awake. */
  async #bulkBefore(shard: number, until: number): Promise<boolean> {
    const range = { start: ["due", shard, 1, 0], end: ["due", shard, 1, until] };
    for await (const { key } of this.#options.store.kv.list(range, { limit: PER_SHARD })) {
      if (key[4] === "bulk") return true;
    }
    return false;
  }

  /** Leases of dead processes end later than need be: takes them up now. Asked for meanwhile, it is done once more. */
  rescue(): Promise<void> {
    this.#rescueAgain = this.#rescuing !== null;
    this.#rescuing ??= this.#rescue().catch((error) => {
      this.#options.log("error", "rescue_failed", { error: String(error) });
    }).finally(() => {
      this.#rescuing = null;
      if (this.#rescueAgain) return this.rescue();
    });
    return this.#rescuing;
  }

  async #rescue(): Promise<void> {
    const { clock, store, worker } = this.#options;
    const until = clock.now() + RESCUE_MS;
    const isDead = worker.takeover.deaths(worker.owner);
    for (let shard = 0; shard < SHARDS; shard++) {
      const entries: DueEntry[] = [];
      const range = { start: ["due", shard, 0, 0], end: ["due", shard, 0, until] };
      for await (const { key, versionstamp } of store.kv.list(range)) {
        const id = key[5] as string;
        if (key[4] === "execution" && !worker.holds(id)) entries.push({ key, versionstamp });
      }
      for (let i = 0; i < entries.length; i += 200) {
        const slice = entries.slice(i, i + 200);
        const ids = slice.map((entry) => entry.key[5] as string);
        const loaded = await loadExecutions(store, ids, { broken: "pass" });
        for (const [index, each] of loaded.entries()) {
          const owner = each?.state.lease?.owner;
          if (each && owner && await isDead(owner)) {
            worker.due("execution", each.state.id, slice[index]!, true);
          }
        }
      }
    }
  }
}

function isDueKey([, , , at, kind, id]: Key): boolean {
  return typeof at === "number" && typeof id === "string" && DUE_KINDS.some((known) => known === kind);
}
