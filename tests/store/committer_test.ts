import assert from "node:assert/strict";
import { Committer } from "../../engine/store/commit.ts";
import { chance } from "../processes/chance.ts";
import type { CommitName, CommitterOptions, Write } from "../../engine/store/commit.ts";
import { decode, encode, Store } from "../../engine/store/store.ts";

function committer(kv: Deno.Kv, options: Partial<CommitterOptions> = {}): Committer {
  return new Committer(kv, {
    now: Date.now,
    random: () => 0,
    queue: false,
    overNetwork: false,
    onCommitted(): void {},
    ...options,
  });
}

/** The database, with another commit in the place of its own. */
function withCommit(
  kv: Deno.Kv,
  commit: (operation: Deno.AtomicOperation) => Promise<Deno.KvCommitResult | Deno.KvCommitError>,
): Deno.Kv {
  return new Proxy(kv, {
    get(target, property): unknown {
      if (property === "atomic") {
        return () => {
          const operation = target.atomic();
          const wrapped: Deno.AtomicOperation = new Proxy(operation, {
            get(inner, name): unknown {
              if (name === "commit") return () => commit(inner);
              const value: unknown = Reflect.get(inner, name, inner);
              return typeof value === "function"
                ? (...args: unknown[]) => (value.apply(inner, args), wrapped)
                : value;
            },
          });
          return wrapped;
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const put = (key: Deno.KvKey, commit = ""): Write => ({
  name: "settle",
  checks: [{ key, versionstamp: null }],
  sets: [{ key, value: encode({ commit }) }],
  ...(commit ? { proof: { key, id: commit } } : {}),
});

Deno.test("commit() of 1,000 writes at once makes each of them once, in few atomics", async () => {
  using kv = await Deno.openKv(":memory:");
  const batches: number[] = [];
  const store = committer(kv, { onBatch: (names) => batches.push(names.length) });
  const results = await Promise.all(Array.from({ length: 1_000 }, (_, i) =>
    store.commit({
      name: "settle",
      checks: [{ key: ["k", i], versionstamp: null }],
      sets: [{ key: ["k", i], value: encode({ i }) }],
      sums: [{ key: ["count"], add: 1 }],
      feed: [{ executionId: `e${i}`, seq: 1 }],
    })));
  assert.ok(results.every((result) => result.ok));
  assert.ok(batches.length < 30, `${batches.length} atomics`);
  assert.equal((await Array.fromAsync(kv.list({ prefix: ["k"] }))).length, 1_000);
  assert.equal((await kv.get<Deno.KvU64>(["count"])).value?.value, 1_000n);
  const feeds = await Array.fromAsync(kv.list<Uint8Array>({ prefix: ["feed"] }));
  const fed = feeds.flatMap((entry): [string, number][] =>
    JSON.parse(new TextDecoder().decode(entry.value)).e
  );
  assert.equal(new Set(fed.map(String)).size, 1_000);
  assert.equal(fed.length, 1_000);
});

Deno.test("commit() of 200 writes at once under one key makes one of them", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = committer(kv);
  const results = await Promise.all(Array.from({ length: 200 }, () => store.commit(put(["one"]))));
  assert.equal(results.filter((result) => result.ok).length, 1);
  for (const result of results) if (!result.ok) assert.deepEqual(result.stale, [["one"]]);
});

Deno.test("commit() gives a stale write back to its owner and makes its neighbours", async () => {
  using kv = await Deno.openKv(":memory:");
  await kv.set(["k", 7], encode({}));
  const batches: number[] = [];
  const store = committer(kv, { onBatch: (names) => batches.push(names.length) });
  const results = await Promise.all(Array.from({ length: 30 }, (_, i) => store.commit(put(["k", i]))));
  assert.deepEqual(results.flatMap((result, i) => result.ok ? [] : [i]), [7]);
  assert.deepEqual(batches, [30, 29], "the rest as one");
});

Deno.test("commit() of a locked database is made once it is free, and as the same batch", async () => {
  using kv = await Deno.openKv(":memory:");
  let locked = 17;
  const names: (readonly CommitName[])[] = [];
  const store = committer(
    withCommit(kv, async (operation) => {
      if (locked-- > 0) throw new TypeError("database is locked");
      return await operation.commit();
    }),
    { onBatch: (batch) => names.push(batch) },
  );
  const results = await Promise.all([store.commit(put(["a"])), store.commit(put(["b"]))]);
  assert.ok(results.every((result) => result.ok));
  assert.equal(names.length, 1);
});

Deno.test("commit() that threw is read back: applied counts once, not applied is made again", async () => {
  for (const applied of [true, false]) {
    using kv = await Deno.openKv(":memory:");
    let cuts = 1;
    let commits = 0;
    const store = committer(withCommit(kv, async (operation) => {
      commits++;
      if (cuts-- > 0) {
        if (applied) await operation.commit();
        throw new Error("the line was cut");
      }
      return await operation.commit();
    }));
    const write = { ...put(["a"], "commit-1"), sums: [{ key: ["count"], add: 1 }] };
    const result = await store.commit(write);
    assert.ok(result.ok);
    assert.equal(result.versionstamp, (await kv.get(["a"])).versionstamp);
    assert.equal((await kv.get<Deno.KvU64>(["count"])).value?.value, 1n);
    assert.equal(commits, applied ? 1 : 2);
  }
});

Deno.test("commit() that threw and has no proof: the record that it was to replace tells", async () => {
  using kv = await Deno.openKv(":memory:");
  const key = ["k"];
  const write = (text: string, versionstamp: string | null): Write => ({
    name: "workflow_save",
    checks: [{ key, versionstamp }],
    sets: [{ key, value: encode({ text }) }],
  });
  for (const applied of [true, false]) {
    let thrown = 0;
    const before = (await kv.get(key)).versionstamp;
    const torn = withCommit(kv, async (operation) => {
      if (thrown++ > 0) return await operation.commit();
      if (applied) await operation.commit();
      throw new Error("the line was cut");
    });
    const result = await committer(torn).commit(write(`applied: ${applied}`, before));
    assert.deepEqual(result, { ok: true, versionstamp: (await kv.get(key)).versionstamp });
    assert.equal(thrown, applied ? 1 : 2);
  }
  // Somebody else was faster: it is not taken for ours.
  const stale = (await kv.get(key)).versionstamp;
  const overtaken = withCommit(kv, async (operation) => {
    if ((await kv.get(key)).versionstamp !== stale) return await operation.commit();
    await kv.set(key, encode({ text: "another's" }));
    throw new Error("the line was cut");
  });
  assert.deepEqual(await committer(overtaken).commit(write("mine", stale)), { ok: false, stale: [key] });
});

Deno.test("commit() rejects when the database stays away, and goes on when it is back", async () => {
  using kv = await Deno.openKv(":memory:");
  let away = true;
  const store = committer(withCommit(kv, async (operation) => {
    if (away) throw new Error("no route");
    return await operation.commit();
  }));
  await assert.rejects(store.commit(put(["a"])), /no route/);
  away = false;
  assert.ok((await store.commit(put(["b"]))).ok);
});

Deno.test("commit() of a write over the limits rejects it alone", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = committer(kv);
  const large = { ...put(["large"]), sets: [{ key: ["large"], value: new Uint8Array(70_000) }] };
  const results = await Promise.allSettled([
    store.commit(put(["a"])),
    Promise.resolve().then(() => store.commit(large)),
    store.commit(put(["b"])),
  ]);
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("commit() puts fewer checks into an atomic once the database has refused many", async () => {
  using kv = await Deno.openKv(":memory:");
  const batches: number[] = [];
  let refused = 0;
  const few = withChecksCounted(kv, (checks) => {
    if (checks <= 10) return batches.push(checks) > 0;
    refused++;
    return false;
  });
  const own = committer(few);
  const results = await Promise.all(Array.from({ length: 60 }, (_, i) => own.commit(put(["few", i]))));
  assert.ok(results.every(({ ok }) => ok));
  assert.equal(refused, 1, "learnt from the first");
  assert.deepEqual(batches, [10, 10, 10, 10, 10, 10]);
  for (let i = 0; i < 60; i++) assert.ok((await kv.get(["few", i])).versionstamp);
});

/** A database that asks of each atomic how many checks it has, and refuses as a `denokv` server does. */
function withChecksCounted(kv: Deno.Kv, takes: (checks: number) => boolean): Deno.Kv {
  const counts = new WeakMap<Deno.AtomicOperation, number>();
  const counting = new Proxy(kv, {
    get(target, property): unknown {
      const value: unknown = Reflect.get(target, property, target);
      if (property !== "atomic") return typeof value === "function" ? value.bind(target) : value;
      return () => {
        const operation = target.atomic();
        const check = operation.check.bind(operation);
        operation.check = (...checks): Deno.AtomicOperation => {
          counts.set(operation, (counts.get(operation) ?? 0) + checks.length);
          return check(...checks);
        };
        return operation;
      };
    },
  });
  return withCommit(counting, (operation) => {
    if (takes(counts.get(operation) ?? 0)) return operation.commit();
    throw new Error("Too many checks included in atomic write.");
  });
}

Deno.test("inOneMoment() takes what was read together only when nothing was written meanwhile", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const there = async (key: string): Promise<boolean> => (await kv.get([key])).value !== null;
  await store.commit(put(["b"]));
  /** Moves it from b to a, which has been read by then. */
  const moved = store.inOneMoment(async () => {
    const a = await there("a");
    await store.commit({ ...put(["a"]), deletes: [["b"]] });
    return [a, await there("b")];
  });
  assert.equal(await moved, null);
  const writing = store.commit(put(["c"]));
  await Promise.resolve();
  assert.equal(await store.inOneMoment(() => there("a")), null, "while it is being written");
  await writing;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(await store.inOneMoment(async () => [await there("a"), await there("b")]), [true, false]);
});

Deno.test("commit() over a network has some atomics under way at once, and never two that share a key", async () => {
  using kv = await Deno.openKv(":memory:");
  const release: (() => void)[] = [];
  let flying = 0;
  let most = 0;
  const slow = withCommit(kv, async (operation) => {
    most = Math.max(most, ++flying);
    await new Promise<void>((resolve) => release.push(resolve));
    const result = await operation.commit();
    flying--;
    return result;
  });
  const own = committer(slow, { overNetwork: true });
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  const first = own.commit({ name: "settle", sets: [{ key: ["a"], value: encode({ n: 1 }) }] });
  await turn();
  const second = own.commit({ name: "settle", sets: [{ key: ["a"], value: encode({ n: 2 }) }] });
  const checked = own.commit({ name: "settle", checks: [{ key: ["a"], versionstamp: null }] });
  await turn();
  assert.equal(release.length, 1, "both touch what is being written");
  const others = ["b", "c", "d"].map(async (key) => {
    await turn();
    return await own.commit(put([key]));
  });
  await turn();
  await turn();
  assert.ok(release.length > 1, "the others do not wait for it");
  assert.equal(own.calm, null);
  while (release.length > 0) {
    release.shift()!();
    await turn();
    await turn();
  }
  assert.ok((await Promise.all([first, second, ...others])).every(({ ok }) => ok));
  assert.equal((await checked).ok, false, "it was written before the check was made");
  assert.deepEqual(await kv.get(["a"]).then(({ value }) => decode(value)), { n: 2 });
  assert.ok(most > 1 && most <= 4, `${most} at once`);
});

Deno.test("commit() of a thousand writes with a few at once makes each once, counters included", async () => {
  using kv = await Deno.openKv(":memory:");
  const own = committer(kv, { overNetwork: true });
  const random = chance(7);
  const results = await Promise.all(Array.from({ length: 1_000 }, async (_, i) => {
    for (let k = random() * 20; k > 0; k--) await Promise.resolve();
    return await own.commit({
      ...put(["each", i % 700]),
      sums: [{ key: ["count"], add: 1 }],
    });
  }));
  assert.equal(results.filter(({ ok }) => ok).length, 700, "of two for one key the first is made");
  assert.equal((await kv.get<Deno.KvU64>(["count"])).value?.value, 700n);
});
