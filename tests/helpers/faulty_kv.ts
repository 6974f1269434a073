import type { CommitName } from "../../engine/store/commit.ts";
import { WakeUps } from "./wake_ups.ts";

export const FAULTS = [
  "crash before",
  "crash after",
  "thrown but applied",
  "thrown, not applied",
  "conflict",
  "woken again",
] as const;
export type Fault = (typeof FAULTS)[number];

/** What can go wrong with a read; nothing is written, so that it was made or not makes no difference. */
export const READ_FAULTS = ["crash before", "crash after", "thrown", "conflict", "woken again"] as const;
export type ReadFault = (typeof READ_FAULTS)[number];

/** The `nth` commit (from 1) that holds a write of this name (null: of any), or the `nth` read. */
export type Aim =
  | { name: CommitName | null; nth: number; fault: Fault }
  | { read: number; fault: ReadFault };

/** What a line that broke says: whoever asked may ask again. */
export const CUT = "the line was cut";

const NEVER: Promise<never> = new Promise(() => {});

/** One process's view of a database, which can fail or die at a chosen commit. A dead one never answers again. */
export class FaultyKv {
  readonly kv: Deno.Kv;
  /** Names of every batch that was committed, in order. */
  readonly batches: CommitName[][] = [];
  readonly crashed: Promise<"crashed">;
  fired = false;
  dead = false;
  /** Operations that have not answered. */
  pending = 0;
  /** Single reads that fail, as over a line that is down. */
  failReads: (key: Deno.KvKey) => boolean = () => false;
  /** Rings a bell: the engine looks at what is due, though it has just looked. */
  ring: () => void = () => {};
  readonly wakeUps = new WakeUps();
  /** Told of each batch, by its number since it was armed, before it is committed. */
  onCommit: (nth: number) => void = () => {};
  /** Waited for before the engine hears that a batch was committed. */
  afterCommit: () => Promise<void> = () => Promise.resolve();
  /** Reads since it was armed. */
  reads = 0;
  #aim: Aim | null = null;
  #names: readonly CommitName[] = [];
  readonly #seen = new Map<CommitName, number>();
  #die!: (value: "crashed") => void;

  constructor(readonly real: Deno.Kv) {
    this.crashed = new Promise((resolve) => this.#die = resolve);
    this.kv = new Proxy(real, {
      get: (target, property): unknown => {
        if (property === "atomic") return () => this.#atomic(target.atomic());
        if (property === "list") return (...args: Parameters<Deno.Kv["list"]>) => this.#list(target, args);
        if (property === "listenQueue") {
          return (handler: (message: unknown) => unknown) =>
            target.listenQueue(async (message: unknown) => {
              if (!this.dead) await handler(message);
            });
        }
        if (property === "get") {
          return (key: Deno.KvKey) => this.#tracked(() => this.#read([key], () => this.#get(target, key)));
        }
        if (property === "getMany") {
          return (keys: Deno.KvKey[]) =>
            this.#tracked(() => this.#read(keys, () => target.getMany<unknown[]>(keys)));
        }
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          const result: unknown = value.apply(target, args);
          return result instanceof Promise ? this.#tracked(() => result) : result;
        };
      },
    });
  }

  /** Counts commits anew and fails at the aim. */
  arm(aim: Aim | null): void {
    this.#aim = aim;
    this.#seen.clear();
    this.batches.length = 0;
    this.reads = 0;
  }

  onBatch = (names: readonly CommitName[]): void => {
    this.#names = names;
    this.batches.push([...names]);
    this.onCommit(this.batches.length);
    for (const name of new Set(names)) this.#seen.set(name, (this.#seen.get(name) ?? 0) + 1);
  };

  die(): void {
    this.dead = true;
    this.#die("crashed");
  }

  async #get(target: Deno.Kv, key: Deno.KvKey): Promise<unknown> {
    if (this.failReads(key)) throw new Error("the line is down");
    return await target.get(key);
  }

  async #tracked<T>(run: () => Promise<T>): Promise<T> {
    if (this.dead) return await NEVER;
    this.pending++;
    try {
      const value = await run();
      return this.dead ? await NEVER : value;
    } finally {
      this.pending--;
    }
  }

  async *#list(target: Deno.Kv, args: Parameters<Deno.Kv["list"]>): AsyncGenerator<unknown> {
    const entries = target.list(...args);
    let next = await this.#tracked(() => this.#read([], () => entries.next()));
    while (!next.done) {
      yield next.value;
      next = await this.#tracked(() => entries.next());
    }
    yield* this.wakeUps.beside(args[0], args[1]);
  }

  /** One read; what it is about may be written by somebody else before its reader acts on it. */
  async #read<T>(keys: readonly Deno.KvKey[], read: () => Promise<T>): Promise<T> {
    const aim = this.#aim;
    this.reads++;
    if (!aim || !("read" in aim) || aim.read !== this.reads) return await read();
    this.#aim = null;
    this.fired = true;
    switch (aim.fault) {
      case "crash before":
        this.die();
        return await NEVER;
      case "crash after":
        await read();
        this.die();
        return await NEVER;
      case "thrown":
        throw new Error(CUT);
      case "conflict": {
        const found = await read();
        for (const key of keys) await this.#touch(key);
        return found;
      }
      case "woken again":
        await this.#wakeAgain();
        return await read();
    }
  }

  async #wakeAgain(): Promise<void> {
    await this.wakeUps.remember(this.real);
    this.ring();
  }

  /** The same bytes under a new versionstamp; false: there is nothing. */
  async #touch(key: Deno.KvKey): Promise<boolean> {
    const { value, versionstamp } = await this.real.get(key);
    if (versionstamp === null) return false;
    await this.real.atomic().check({ key, versionstamp }).set(key, value).commit();
    return true;
  }

  #atomic(target: Deno.AtomicOperation): Deno.AtomicOperation {
    const checks: Deno.AtomicCheck[] = [];
    const proxy: Deno.AtomicOperation = new Proxy(target, {
      get: (operation, property): unknown => {
        if (property === "commit") return () => this.#tracked(() => this.#commit(operation, checks));
        const value: unknown = Reflect.get(operation, property, operation);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          if (property === "check") checks.push(...args as Deno.AtomicCheck[]);
          value.apply(operation, args);
          return proxy;
        };
      },
    });
    return proxy;
  }

  async #commit(
    operation: Deno.AtomicOperation,
    checks: readonly Deno.AtomicCheck[],
  ): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
    const aim = this.#aim;
    const hit = aim && !("read" in aim) &&
      (aim.name === null
        ? this.batches.length === aim.nth
        : this.#names.includes(aim.name) && this.#seen.get(aim.name) === aim.nth);
    if (!hit) {
      const result = await operation.commit();
      await this.afterCommit();
      return result;
    }
    this.#aim = null;
    this.fired = true;
    switch (aim.fault) {
      case "crash before":
        this.die();
        return await NEVER;
      case "crash after":
        await operation.commit();
        this.die();
        return await NEVER;
      case "thrown but applied":
        await operation.commit();
        throw new Error(CUT);
      case "thrown, not applied":
        throw new Error(CUT);
      case "conflict":
        return await this.#conflict(operation, checks);
      case "woken again": {
        // Looks are under way while it is committed, and others follow.
        await this.#wakeAgain();
        const result = await operation.commit();
        await this.#wakeAgain();
        return result;
      }
    }
  }

  /** Another writer touches a checked record first: the same bytes under a new versionstamp. */
  async #conflict(
    operation: Deno.AtomicOperation,
    checks: readonly Deno.AtomicCheck[],
  ): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
    for (const { key, versionstamp } of checks) {
      if (versionstamp === null || !await this.#touch(key)) continue;
      return await operation.commit();
    }
    return { ok: false };
  }
}
