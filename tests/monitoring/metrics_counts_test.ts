/** Counters as they lie in the database: what is folded, kept and read of them, whatever was counted. */
import assert from "node:assert/strict";
import { addCount, bucketOf, emptyTally } from "../../engine/core/metrics.ts";
import { createMetrics } from "../../engine/monitoring/metrics.ts";
import type { CountedMetrics } from "../../engine/monitoring/metrics.ts";
import { keys } from "../../engine/store/keys.ts";
import type { Key } from "../../engine/store/keys.ts";
import { ALL, folded } from "../../engine/store/metrics.ts";
import type { CountRecord } from "../../engine/store/metrics.ts";
import { encode, Store } from "../../engine/store/store.ts";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const NOW = Date.parse("2026-11-22T14:37:12.000Z");

/** A process that runs nothing. */
const IDLE = {
  worker: { versions: { nodesOf: () => Promise.resolve([]) }, room: { free: 64, waiting: 0 } },
  meters: { steps: new Map() },
};

interface House extends Disposable {
  kv: Deno.Kv;
  metrics: CountedMetrics;
  clock: { now: number };
  /** One counter more, as a commit writes it. */
  count(at: number, workflowId: string, what: string, n?: number): Promise<void>;
}

async function useCounters(wrap: (kv: Deno.Kv) => Deno.Kv = (kv) => kv): Promise<House> {
  const kv = await Deno.openKv(":memory:");
  const clock = { now: NOW };
  let ids = 0;
  const store = new Store(wrap(kv), { now: () => clock.now });
  const metrics = createMetrics({ ...IDLE, store, now: () => clock.now, newId: () => `id${ids++}` });
  return {
    kv,
    metrics,
    clock,
    async count(at, workflowId, what, n = 1): Promise<void> {
      await kv.atomic().sum(keys.count(Math.floor(at / MINUTE), workflowId, what), BigInt(n)).commit();
    },
    [Symbol.dispose]: () => kv.close(),
  };
}

async function left(kv: Deno.Kv, prefix: string): Promise<Key[]> {
  return (await Array.fromAsync(kv.list({ prefix: [prefix] }))).map(({ key }) => key);
}

Deno.test("upkeep() folds what is over and leaves the minutes that run; nothing is lost or doubled", async () => {
  using house = await useCounters();
  for (let minute = 0; minute < 200; minute++) {
    for (const id of ["w1", "w2"]) {
      await house.count(NOW - minute * MINUTE, id, "started", 2);
      await house.count(NOW - minute * MINUTE, id, `completed.${minute % 30}`);
    }
  }
  const before = await house.metrics.read({ range: "24h" });
  assert.equal(before.totals.executions, 800);
  await house.metrics.upkeep();
  const open = await left(house.kv, "count");
  assert.deepEqual([...new Set(open.map(([, minute]) => Number(minute) - Math.floor(NOW / MINUTE)))], [
    -2,
    -1,
    0,
  ]);
  assert.deepEqual(await house.metrics.read({ range: "24h" }), before);
  const hour = await house.metrics.read({ range: "1h" });
  assert.deepEqual([hour.totals.executions, hour.previous.executions, hour.points.length], [240, 236, 60]);
  assert.ok(hour.points.every(({ executions }) => executions === 4));
  assert.deepEqual(hour.workflows.map(({ executions }) => executions), [120, 120]);
});

Deno.test("upkeep() keeps hours for 90 days and days for good, and the totals do not change", async () => {
  using house = await useCounters();
  for (let day = 0; day < 200; day++) {
    for (const hour of [3, 20]) {
      await house.count(Math.floor(NOW / DAY) * DAY - day * DAY + hour * HOUR - DAY, "w1", "started");
    }
  }
  const year = { from: "2026-01-01T00:00:00Z", interval: "1d" } as const;
  const before = await house.metrics.read(year);
  assert.equal(before.totals.executions, 400);
  await house.metrics.upkeep();
  const days = (await left(house.kv, "count_hours")).map(([, day]) => Number(day));
  assert.equal(Math.min(...days), Math.floor((NOW - 90 * DAY) / DAY) + 1);
  const after = await house.metrics.read(year);
  assert.deepEqual([after.totals, after.points], [before.totals, before.points]);
  assert.deepEqual(after.workflows, before.workflows);
  house.clock.now += 400 * DAY;
  await house.metrics.upkeep();
  assert.deepEqual(await left(house.kv, "count_hours"), []);
  const later = await house.metrics.read({ ...year, to: "2026-11-30T00:00:00Z" });
  assert.equal(later.totals.executions, 400);
  assert.equal(later.workflows[0]?.executions, 400);
  const recent = await house.metrics.read({
    from: "2026-11-12T00:00:00Z",
    to: "2026-11-17T00:00:00Z",
    interval: "1d",
  });
  assert.deepEqual(recent.points.map(({ executions }) => executions), [2, 2, 2, 2, 2]);
});

Deno.test("upkeep() takes a straggler, whose minute was folded before, in the next time", async () => {
  using house = await useCounters();
  const at = NOW - 10 * MINUTE;
  await house.count(at, "w1", "started");
  await house.metrics.upkeep();
  await house.count(at, "w1", "started");
  assert.equal((await house.metrics.read({ range: "1h" })).totals.executions, 2);
  await house.metrics.upkeep();
  assert.deepEqual(await left(house.kv, "count"), []);
  assert.equal((await house.metrics.read({ range: "1h" })).totals.executions, 2);
});

/** Calls it before a commit, or once a list has been read. */
function beside(kv: Deno.Kv, at: "commit" | "list", call: () => Promise<unknown>): Deno.Kv {
  return new Proxy(kv, {
    get(target, property): unknown {
      const value: unknown = Reflect.get(target, property, target);
      if (property === "list" && at === "list") {
        return async function* (...args: Parameters<Deno.Kv["list"]>): AsyncGenerator<Deno.KvEntry<unknown>> {
          yield* await Array.fromAsync(target.list(...args));
          await call();
        };
      }
      if (property !== "atomic" || at === "list") {
        return typeof value === "function" ? value.bind(target) : value;
      }
      return () => {
        const atomic: Deno.AtomicOperation = new Proxy(target.atomic(), {
          get(operation, name): unknown {
            const own: unknown = Reflect.get(operation, name, operation);
            if (typeof own !== "function") return own;
            if (name === "commit") return async () => (await call(), await operation.commit());
            return (...args: unknown[]): unknown => (own.apply(operation, args), atomic);
          },
        });
        return atomic;
      };
    },
  });
}

Deno.test("upkeep() loses nothing that is counted between its look and its commit", async () => {
  let late = 0;
  using house: House = await useCounters((kv) =>
    beside(kv, "commit", async () => {
      if (late++ < 2) await house.count(NOW - HOUR, "w1", "started");
    })
  );
  await house.count(NOW - HOUR, "w1", "started");
  await house.metrics.upkeep();
  assert.ok(late > 2, `${late} commits`);
  assert.deepEqual(await left(house.kv, "count"), []);
  assert.equal((await house.metrics.read({ range: "24h" })).totals.executions, 3);
});

Deno.test("read() while another process folds counts each once", async () => {
  let other: CountedMetrics | null = null;
  using house: House = await useCounters((kv) => beside(kv, "list", async () => await other?.upkeep()));
  const store = new Store(house.kv, { now: () => NOW });
  other = createMetrics({ ...IDLE, store, now: () => NOW, newId: () => crypto.randomUUID() });
  for (let i = 0; i < 5; i++) await house.count(NOW - HOUR - i * MINUTE, "w1", "started");
  const { totals, workflows } = await house.metrics.read({ range: "24h" });
  assert.deepEqual([totals.executions, workflows[0]?.executions], [5, 5]);
  assert.deepEqual(await left(house.kv, "count"), []);
});

Deno.test("upkeep() takes in what was counted by hours before there were minutes", async () => {
  using house = await useCounters();
  const hour = Math.floor(NOW / HOUR) - 5;
  await house.kv.atomic().sum(["count", "w1", hour, "started"], 7n).sum(
    ["count", "w1", hour, "completed"],
    6n,
  ).commit();
  const before = await house.metrics.read({ range: "24h" });
  assert.deepEqual([before.totals.executions, before.totals.success, before.totals.p50], [7, 6, null]);
  await house.metrics.upkeep();
  assert.deepEqual(await left(house.kv, "count"), []);
  assert.deepEqual(await house.metrics.read({ range: "24h" }), before);
});

/** A database that takes ten checks in one atomic, as a `denokv` server does. */
function fewChecks(kv: Deno.Kv): Deno.Kv {
  return new Proxy(kv, {
    get(target, property): unknown {
      const value: unknown = Reflect.get(target, property, target);
      if (property !== "atomic") return typeof value === "function" ? value.bind(target) : value;
      return () => {
        let checks = 0;
        const atomic: Deno.AtomicOperation = new Proxy(target.atomic(), {
          get(operation, name): unknown {
            const own: unknown = Reflect.get(operation, name, operation);
            if (typeof own !== "function") return own;
            return (...args: unknown[]): unknown => {
              if (name === "check") checks += args.length;
              if (name === "commit" && checks > 10) throw new TypeError("Too many checks (max 10)");
              const result: unknown = own.apply(operation, args);
              return name === "commit" ? result : atomic;
            };
          },
        });
        return atomic;
      };
    },
  });
}

Deno.test("upkeep() folds over a database that takes ten checks at a time", async () => {
  using house = await useCounters(fewChecks);
  for (let i = 0; i < 60; i++) await house.count(NOW - HOUR, `w${i % 3}`, `completed.${i}`);
  await house.metrics.upkeep();
  assert.deepEqual(await left(house.kv, "count"), []);
  assert.equal((await house.metrics.read({ range: "24h" })).totals.success, 60);
});

Deno.test("upkeep() of two processes at once folds each counter once", async () => {
  using house = await useCounters();
  const store = new Store(house.kv, { now: () => NOW });
  const other = createMetrics({ ...IDLE, store, now: () => NOW, newId: () => crypto.randomUUID() });
  for (let i = 0; i < 300; i++) await house.count(NOW - HOUR - i * MINUTE, `w${i % 7}`, "started", 3);
  while ((await left(house.kv, "count")).length > 0) {
    await Promise.all([house.metrics.upkeep(), other.upkeep()]);
  }
  assert.equal((await other.read({ range: "24h" })).totals.executions, 900);
});

Deno.test("read() costs as much as there are intervals and workflows: 1,000,000 executions and 100 alike", async () => {
  const [few, many] = [await entriesRead(1), await entriesRead(10_000)];
  assert.equal(many.executions, 1_000_000);
  assert.equal(few.executions, 100);
  assert.ok(many.entries <= few.entries && many.entries < 200, `${few.entries} and ${many.entries} entries`);
});

/** A hundred hours of ten days, with so many executions each; how many records an answer reads. */
async function entriesRead(each: number): Promise<{ entries: number; executions: number }> {
  let entries = 0;
  using house = await useCounters((kv) =>
    new Proxy(kv, {
      get(target, property): unknown {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        if (property === "list") {
          return async function* (
            ...args: Parameters<Deno.Kv["list"]>
          ): AsyncGenerator<Deno.KvEntry<unknown>> {
            for await (const entry of target.list(...args)) {
              entries++;
              yield entry;
            }
          };
        }
        return (...args: unknown[]): unknown => {
          if (property === "get") entries++;
          if (property === "getMany" && Array.isArray(args[0])) entries += args[0].length;
          return value.apply(target, args);
        };
      },
    })
  );
  const today = Math.floor(NOW / DAY);
  for (let day = today - 10; day < today; day++) {
    let days: CountRecord | null = null;
    let hours: CountRecord | null = null;
    for (let hour = 0; hour < 10; hour++) {
      const tally = emptyTally();
      addCount(tally, "started", each);
      addCount(tally, `completed.${bucketOf(hour * 1_000)}`, each);
      days = folded(days, 0, tally);
      hours = folded(hours, hour, tally);
    }
    for (const scope of ["w1", ALL]) {
      await house.kv.set(keys.countDay(day, scope), encode(days));
      await house.kv.set(keys.countHours(day, scope), encode(hours));
    }
  }
  entries = 0;
  const { totals } = await house.metrics.read({ range: "30d" });
  return { entries, executions: totals.executions };
}

Deno.test("read() asked again reads only what came since, and all of it when another process has folded", async () => {
  let listed = 0;
  using house = await useCounters((kv) =>
    new Proxy(kv, {
      get(target, name): unknown {
        if (name === "list") listed++;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    })
  );
  const other = createMetrics({
    ...IDLE,
    store: new Store(house.kv, { now: () => house.clock.now }),
    now: () => house.clock.now,
    newId: () => crypto.randomUUID(),
  });
  const started = async (metrics: CountedMetrics): Promise<number[]> => {
    const { totals, points, workflows } = await metrics.read({ range: "24h" });
    const all = [totals.executions, points.reduce((sum, one) => sum + one.executions, 0)];
    return [...all, workflows.reduce((sum, one) => sum + one.executions, 0)];
  };
  for (let hour = 1; hour < 20; hour++) await house.count(NOW - hour * HOUR, `w${hour % 3}`, "started", hour);
  await house.metrics.upkeep();
  assert.deepEqual(await started(house.metrics), [190, 190, 190]);
  const first = listed;
  await house.count(NOW, "w1", "started", 5);
  assert.deepEqual(await started(house.metrics), [195, 195, 195]);
  assert.ok(listed - first < first, `${listed - first} lists again, ${first} before`);
  await house.count(NOW - 3 * HOUR, "w2", "started", 2);
  await other.upkeep();
  assert.deepEqual(await started(house.metrics), [197, 197, 197]);
  house.clock.now += HOUR;
  await other.upkeep();
  assert.deepEqual(await started(house.metrics), await started(other));
});
