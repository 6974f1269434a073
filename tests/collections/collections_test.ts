/** The team's own records over a real database: indexes, counts and idempotency keys stay true whatever comes between. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createCollections } from "../../engine/collections/mod.ts";
import type { CollectionSubject } from "../../engine/collections/mod.ts";
import { finishIndexes, MAX_BUILT } from "../../engine/collections/indexes.ts";
import type { CollectionDeps } from "../../engine/collections/write.ts";
import type {
  CollectionAnswer,
  CollectionRecord,
  IndexValue,
  PutInput,
} from "../../engine/schemas/collection.ts";
import type { Json } from "../../engine/schemas/json.ts";
import { keys } from "../../engine/store/keys.ts";
import { encode, Store } from "../../engine/store/store.ts";

interface House extends AsyncDisposable {
  kv: Deno.Kv;
  deps: CollectionDeps;
  collections: CollectionSubject;
}

async function open(): Promise<House> {
  const kv = await Deno.openKv(":memory:");
  let serial = 0;
  const deps = {
    store: new Store(kv),
    now: () => Date.UTC(2026, 10, 22) + serial,
    newId: () => `01${String(++serial).padStart(24, "0")}`,
  };
  return {
    kv,
    deps,
    collections: createCollections(deps),
    [Symbol.asyncDispose]: () => Promise.resolve(kv.close()),
  };
}

function put(value: Json, more: Partial<PutInput> = {}): PutInput {
  return { value, mode: "replace", indexes: [], ...more };
}

async function foundBy({ collections }: House, field: string, value: IndexValue): Promise<string[]> {
  const { items } = await collections.find("c", { field, value }, { limit: 200 });
  return items.map(({ key }) => key);
}

async function problemOf(
  promise: Promise<unknown>,
): Promise<{ status: number; slug: string; paths: string[] }> {
  const error = await promise.then(() => assert.fail("it was accepted"), (error) => error);
  return {
    status: error.status,
    slug: error.slug,
    paths: error.issues.map(({ path }: { path: string }) => path),
  };
}

/** Keys of every entry of the index, and the counter, against the records as they are. */
async function consistent({ kv, deps }: House, fields: readonly string[]): Promise<void> {
  const records = await Array.fromAsync(deps.store.list<{ value: { [field: string]: Json } }>({
    selector: { prefix: ["record", "c"] },
  }));
  const wanted = records.flatMap(({ key, value: { value } }) =>
    fields.flatMap((field) => {
      const found = value?.[field];
      const list = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
      return [...new Set(list)].map((each) => JSON.stringify(["record_index", "c", field, each, key[2]]));
    })
  );
  const entries = await Array.fromAsync(kv.list({ prefix: ["record_index"] }));
  assert.deepEqual(entries.map(({ key }) => JSON.stringify(key)).sort(), wanted.sort());
  const { value } = await kv.get<Deno.KvU64>(keys.recordCount("c"));
  assert.equal(Number(value?.value ?? 0), records.length);
}

Deno.test("put() makes the collection, replaces and merges; record(), count and list() tell what is there", async () => {
  await using house = await open();
  const { collections } = house;
  assert.equal((await collections.put("c", " ann ", put({ a: 1, b: { x: 1 } }))).created, true);
  assert.equal((await collections.put("c", "ann", put({ b: 2 }, { mode: "merge" }))).created, false);
  assert.deepEqual((await collections.record("c", "ann")).value, { a: 1, b: 2 });
  await collections.put("c", "ann", put([1]));
  assert.deepEqual((await collections.record("c", "ann")).value, [1]);
  await collections.put("d", "bob", put("text", { indexes: ["x"] }));
  const { items } = await collections.list({ limit: 10 });
  assert.deepEqual(items.map(({ name, count, indexes }) => [name, count, indexes]), [["c", 1, []], ["d", 1, [
    "x",
  ]]]);
  await collections.remove("c", "ann");
  assert.equal((await collections.get("c")).count, 0);
  assert.equal((await problemOf(collections.remove("c", "ann"))).status, 404);
  assert.equal((await problemOf(collections.record("c", "ann"))).status, 404);
  assert.equal((await problemOf(collections.get("nowhere"))).status, 404);
});

Deno.test("find() finds by text, number, yes/no and each of a list, exactly, and no longer what was replaced", async () => {
  await using house = await open();
  const { collections } = house;
  const indexes = ["name", "n", "on", "tags", "a.b"];
  await collections.put(
    "c",
    "1",
    put({ name: "Acme", n: 1, on: true, tags: ["x", "y", "x"], a: { b: "deep" } }, { indexes }),
  );
  await collections.put("c", "2", put({ name: "acme", n: "1", on: "true", tags: "x", a: [{ b: "deep" }] }));
  await collections.put("c", "3", put({ name: null }));
  assert.deepEqual(await foundBy(house, "name", "Acme"), ["1"]);
  assert.deepEqual(await foundBy(house, "n", 1), ["1"]);
  assert.deepEqual(await foundBy(house, "n", "1"), ["2"]);
  assert.deepEqual(await foundBy(house, "on", true), ["1"]);
  assert.deepEqual(await foundBy(house, "tags", "x"), ["1", "2"]);
  assert.deepEqual(await foundBy(house, "a.b", "deep"), ["1"]);
  await collections.put("c", "1", put({ name: "Other" }));
  assert.deepEqual(await foundBy(house, "name", "Acme"), []);
  assert.deepEqual(await foundBy(house, "name", "Other"), ["1"]);
  await collections.remove("c", "1");
  assert.deepEqual(await foundBy(house, "name", "Other"), []);
  await consistent(house, ["name", "n", "on", "tags"]);
});

Deno.test("find() and records() page in the order of keys, without loss or repeat", async () => {
  await using house = await open();
  const { collections } = house;
  for (let i = 0; i < 25; i++) {
    await collections.put("c", `k${i}`, put({ kind: i % 5 ? "a" : "b" }, { indexes: ["kind"] }));
  }
  for (const by of [null, { field: "kind", value: "a" }]) {
    const seen: CollectionRecord[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
      const paging = { limit: 4, cursor };
      const page = by ? await collections.find("c", by, paging) : await collections.records("c", paging);
      assert.ok(page.items.length <= 4);
      seen.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    assert.equal(seen.length, by ? 20 : 25);
    const names = seen.map(({ key }) => key);
    assert.deepEqual(names, [...new Set(names)].sort());
  }
});

Deno.test("put() refuses what cannot be kept or found, names the field, and changes nothing", async () => {
  await using house = await open();
  const { collections } = house;
  await collections.put("c", "ann", put({ email: "ann" }, { indexes: ["email"] }));
  const refused: [Promise<unknown>, string][] = [
    [collections.put("C", "a", put(1)), "collection"],
    [collections.put("", "a", put(1)), "collection"],
    [collections.put("a".repeat(65), "a", put(1)), "collection"],
    [collections.put("c", " ", put(1)), "key"],
    [collections.put("c", "k".repeat(201), put(1)), "key"],
    [collections.put("c", "ann", put("x".repeat(61_440))), "value"],
    [collections.put("c", "ann", put({ email: "x".repeat(201) })), "value.email"],
    [collections.put("c", "ann", put({ email: { a: 1 } })), "value.email"],
    [collections.put("c", "ann", put({ email: Array.from({ length: 21 }, (_, i) => i) })), "value.email"],
    [
      collections.put("c", "ann", put(1, { indexes: Array.from({ length: 10 }, (_, i) => `f${i}`) })),
      "indexes",
    ],
  ];
  for (const [promise, path] of refused) {
    const problem = await problemOf(promise);
    assert.deepEqual([problem.status, problem.paths], [422, [path]]);
  }
  assert.deepEqual((await collections.record("c", "ann")).value, { email: "ann" });
  assert.deepEqual((await collections.get("c")).indexes, ["email"]);
  const problem = await problemOf(collections.find("c", { field: "name", value: "x" }, { limit: 1 }));
  assert.deepEqual([problem.status, problem.slug, problem.paths], [422, "not-indexed", ["field"]]);
  assert.deepEqual(await collections.find("none", { field: "name", value: "x" }, { limit: 1 }), {
    items: [],
    nextCursor: null,
  });
  await consistent(house, ["email"]);
});

Deno.test("a field that is declared late finds the records of before; a build that broke off is finished by who asks", async () => {
  await using house = await open();
  const { collections, deps } = house;
  for (let i = 0; i < 30; i++) await collections.put("c", `k${i}`, put({ team: i % 2, odd: { no: "text" } }));
  await collections.put("c", "last", put({ team: 1 }, { indexes: ["team"] }));
  assert.equal((await foundBy(house, "team", 1)).length, 16);
  await consistent(house, ["team"]);
  // As a process leaves it that died between the declaration and the first entry.
  const key = keys.collection("c");
  const meta = (await deps.store.get<{ indexes: string[] }>(key))!.value;
  const unbuilt = { ...meta, indexes: ["team", "odd"], building: ["odd"] };
  await deps.store.commit({ name: "collection", sets: [{ key, value: encode(unbuilt) }] });
  assert.deepEqual(await foundBy(house, "odd", "x"), [], "what no field can hold is left out");
  assert.deepEqual((await deps.store.get<{ building: string[] }>(key))?.value.building, []);
  await consistent(house, ["team"]);
});

Deno.test("a field cannot be declared any more once there are too many records", async () => {
  await using house = await open();
  await house.collections.put("c", "a", put({ x: 1 }));
  await house.kv.set(keys.recordCount("c"), new Deno.KvU64(BigInt(MAX_BUILT + 1)));
  const problem = await problemOf(house.collections.put("c", "b", put({ x: 1 }, { indexes: ["x"] })));
  assert.deepEqual([problem.status, problem.paths], [422, ["indexes"]]);
  assert.equal((await problemOf(house.collections.record("c", "b"))).status, 404);
});

Deno.test("act() writes once for a step's key, and a repeated delete says what the first said", async () => {
  await using house = await open();
  const { collections } = house;
  const act = (value: Json, key: string): Promise<CollectionAnswer> =>
    collections.act({ action: "put", collection: "c", key: "ann", input: put(value) }, key);
  await act({ by: "first" }, "E1.n.1");
  await act({ by: "second" }, "E2.n.1");
  const again = await act({ by: "first, rendered otherwise" }, "E1.n.1");
  assert.ok("created" in again && !again.created);
  assert.deepEqual((await collections.record("c", "ann")).value, { by: "second" });
  const gone = { action: "delete", collection: "c", key: "ann" } as const;
  assert.deepEqual(await collections.act(gone, "E3.n.1"), { deleted: true });
  assert.deepEqual(await collections.act(gone, "E3.n.1"), { deleted: true });
  assert.deepEqual(await collections.act(gone, "E4.n.1"), { deleted: false });
  await act({ by: "first" }, "E1.n.1");
  assert.equal((await problemOf(collections.record("c", "ann"))).status, 404, "what is deleted stays so");
  await consistent(house, []);
});

Deno.test("many at once: merges of one record lose nothing, counts and indexes stay true", async () => {
  await using house = await open();
  const { collections } = house;
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) =>
        collections.put("c", "one", put({ [`f${i}`]: i, tag: `t${i}` }, { mode: "merge", indexes: ["tag"] })),
    ),
  );
  const { value } = await collections.record("c", "one");
  assert.equal(Object.keys(value as object).length, 21);
  await Promise.all(
    Array.from({ length: 60 }, (_, i) => collections.put("c", `k${i % 20}`, put({ tag: i % 3 }))),
  );
  await Promise.all(Array.from({ length: 20 }, (_, i) => collections.remove("c", `k${i}`)));
  assert.equal((await collections.get("c")).count, 1);
  await consistent(house, ["tag"]);
});

Deno.test("any writing and deleting, also with a field declared in between, keeps index and count true", async () => {
  const value = fc.record({
    a: fc.oneof(fc.constantFrom("x", "y", null), fc.integer({ max: 2, min: 0 }), fc.boolean()),
  }, {
    requiredKeys: [],
  });
  const step = fc.oneof(
    fc.record({ do: fc.constant("put"), key: fc.constantFrom("1", "2", "3"), value, merge: fc.boolean() }),
    fc.record({ do: fc.constant("remove"), key: fc.constantFrom("1", "2", "3"), value, merge: fc.boolean() }),
    fc.record({ do: fc.constant("declare"), key: fc.constant("4"), value, merge: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, atOnce) => {
      await using house = await open();
      const { collections, deps } = house;
      const run = async (each: (typeof steps)[number]): Promise<void> => {
        if (each.do === "remove") return await collections.remove("c", each.key).catch(() => {});
        const indexes = each.do === "declare" ? ["a"] : [];
        await collections.put(
          "c",
          each.key,
          put(each.value, { mode: each.merge ? "merge" : "replace", indexes }),
        );
      };
      if (atOnce) await Promise.all(steps.map(run));
      else for (const each of steps) await run(each);
      await finishIndexes(deps, "c");
      await consistent(house, steps.some((each) => each.do === "declare") ? ["a"] : []);
    }),
    { numRuns: 150 },
  );
});
