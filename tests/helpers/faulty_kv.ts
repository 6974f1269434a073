import type { CommitName } from "../../engine/store/commit.ts";

export const FAULTS = [
  "crash before",
  "crash after",
  "thrown but applied",
  "thrown, not applied",
  "conflict",
] as const;
export type Fault = (typeof FAULTS)[number];

/** The `nth` commit (from 1) that holds a write of this name; null: of any. */
export interface Aim {
  name: CommitName | null;
  nth: number;
  fault: Fault;
}

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
        if (property === "get") return (key: Deno.KvKey) => this.#tracked(() => this.#get(target, key));
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
  }

  onBatch = (names: readonly CommitName[]): void => {
    this.#names = names;
    this.batches.push([...names]);
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
    for (;;) {
      const next = await this.#tracked(() => entries.next());
      if (next.done) return;
      yield next.value;
    }
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
    const hit = aim &&
      (aim.name === null
        ? this.batches.length === aim.nth
        : this.#names.includes(aim.name) && this.#seen.get(aim.name) === aim.nth);
    if (!hit) return await operation.commit();
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
        throw new Error("the line was cut");
      case "thrown, not applied":
        throw new Error("the line was cut");
      case "conflict":
        return await this.#conflict(operation, checks);
    }
  }

  /** Another writer touches a checked record first: the same bytes under a new versionstamp. */
  async #conflict(
    operation: Deno.AtomicOperation,
    checks: readonly Deno.AtomicCheck[],
  ): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
    for (const { key, versionstamp } of checks) {
      if (versionstamp === null) continue;
      const entry = await this.real.get(key);
      await this.real.set(key, entry.value);
      return await operation.commit();
    }
    return { ok: false };
  }
}
