import { hookFreeAt, hookRateInWords, withCall } from "../core/hook_rate.ts";
import type { Stamps } from "../core/rate.ts";
import { conflict, EngineError } from "../errors.ts";
import { durationMs } from "../schemas/duration.ts";
import type { HookRate } from "../schemas/hook.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../worker/clock.ts";

/** `["hook_rate", workflow, node]`: the calls that count, over all processes. */
interface HookRateRecord {
  v: 1;
  /** The commit that wrote it: tells after an unknown throw whether it was made. */
  commit: string;
  /** From then on it says nothing any more. */
  until: number;
  stamps: Stamps;
}

interface Deps {
  store: Store;
  clock: Pick<Clock, "now">;
  newId(): string;
}

/** A call at a webhook that has a rate. */
export interface RatedCall {
  workflowId: string;
  nodeId: string;
  rate: HookRate;
  /** The same object in every try to accept it: it counts once. */
  call: object;
  /** Calls with one key that are under way together are one delivery, and count once. */
  delivery: string | undefined;
}

const MOST_LINES = 1_000;
const MAX_TRIES = 50;

/**
 * How often each webhook is called, counted in the database, so that a rate is one over all processes. All who ask at a
 * moment are counted by one commit; who comes too soon is told so from memory, because others can only add to the count.
 */
export class HookRates {
  readonly #deps: Deps;
  readonly #lines = new Map<string, Line>();
  readonly #counted = new WeakMap<object, Promise<void>>();
  readonly #deliveries = new Map<string, Promise<void>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Runs what accepts the call; `admit` counts it, or throws 429 with the limit and when to come again. */
  async during<T>(asked: RatedCall, run: (admit: () => Promise<void>) => Promise<T>): Promise<T> {
    const { workflowId, nodeId, call, delivery } = asked;
    const shared = delivery === undefined ? null : `${workflowId}.${nodeId} ${delivery}`;
    let mine: Promise<void> | null = null;
    const admit = (): Promise<void> => {
      const known = this.#counted.get(call) ?? (shared === null ? undefined : this.#deliveries.get(shared));
      const counted = known ?? this.#line(workflowId, nodeId).ask(asked.rate);
      this.#counted.set(call, counted);
      // Another rate may be live by now: then it is asked anew.
      counted.catch(() => this.#counted.delete(call));
      if (shared !== null && known === undefined) this.#deliveries.set(shared, mine = counted);
      return counted;
    };
    try {
      return await run(admit);
    } finally {
      if (shared !== null && mine !== null && this.#deliveries.get(shared) === mine) {
        this.#deliveries.delete(shared);
      }
    }
  }

  #line(workflowId: string, nodeId: string): Line {
    const id = `${workflowId}.${nodeId}`;
    const known = this.#lines.get(id);
    if (known) return known;
    if (this.#lines.size >= MOST_LINES) {
      for (const [other, line] of this.#lines) if (line.isIdle) this.#lines.delete(other);
    }
    const line = new Line(keys.hookRate(workflowId, nodeId), this.#deps);
    this.#lines.set(id, line);
    return line;
  }
}

interface Ask {
  rate: HookRate;
  taken(): void;
  refused(error: unknown): void;
}

/** One webhook's count, and who asks. */
class Line {
  readonly #key: Key;
  readonly #deps: Deps;
  #known: { stamps: Stamps; versionstamp: string | null } | null = null;
  #asking: Ask[] = [];
  #busy = false;

  constructor(key: Key, deps: Deps) {
    this.#key = key;
    this.#deps = deps;
  }

  get isIdle(): boolean {
    return !this.#busy;
  }

  /** Throws 429 when it comes too soon. */
  async ask(rate: HookRate): Promise<void> {
    await new Promise<void>((taken, refused) => {
      this.#asking.push({ rate, taken, refused });
      if (!this.#busy) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#busy = true;
    while (this.#asking.length > 0) {
      const group = this.#asking.splice(0);
      try {
        await this.#decide(group);
      } catch (error) {
        this.#known = null;
        for (const { refused } of group) refused(error);
      }
    }
    this.#busy = false;
  }

  /** In the order in which they came; one commit for all of them. */
  async #decide(group: readonly Ask[]): Promise<void> {
    for (let i = 0; i < MAX_TRIES; i++) {
      const { stamps: before, versionstamp } = this.#known ?? await this.#read();
      const now = this.#deps.clock.now();
      let stamps = before;
      const waits = group.map(({ rate }) => {
        const wait = hookFreeAt(stamps, rate, now) - now;
        if (wait === 0) stamps = withCall(stamps, rate, now);
        return wait;
      });
      const longest = Math.max(...group.map(({ rate }) => durationMs(rate.per)));
      const known = stamps === before ? versionstamp : await this.#write(stamps, versionstamp, longest);
      if (known === undefined) {
        this.#known = null;
        continue;
      }
      this.#known = { stamps, versionstamp: known };
      group.forEach(({ rate, taken, refused }, index) => {
        const wait = waits[index]!;
        if (wait === 0) taken();
        else refused(tooMany(rate, wait));
      });
      return;
    }
    throw conflict("busy", "This webhook is being called through many processes at once; try again");
  }

  async #read(): Promise<{ stamps: Stamps; versionstamp: string | null }> {
    const entry = await this.#deps.store.get<HookRateRecord>(this.#key);
    return { stamps: entry?.value.stamps ?? [], versionstamp: entry?.versionstamp ?? null };
  }

  /** The new versionstamp; undefined: another process was first. */
  async #write(
    stamps: Stamps,
    versionstamp: string | null,
    periodMs: number,
  ): Promise<string | undefined> {
    const commit = this.#deps.newId();
    const until = (stamps.at(-1)?.[0] ?? 0) + periodMs;
    const result = await this.#deps.store.commit({
      name: "rate",
      checks: [{ key: this.#key, versionstamp }],
      sets: [{ key: this.#key, value: encode({ v: 1, commit, until, stamps } satisfies HookRateRecord) }],
      proof: { key: this.#key, id: commit },
    });
    return result.ok ? result.versionstamp : undefined;
  }
}

function tooMany(rate: HookRate, waitMs: number): EngineError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const detail = `This webhook takes ${hookRateInWords(rate)}, and as many have come; ` +
    `come again in ${retryAfterSeconds} s`;
  return new EngineError("webhook-rate", 429, "Too many calls", detail, { retryAfterSeconds });
}
