import assert from "node:assert/strict";
import fc from "fast-check";
import { Batch, measure } from "../../engine/store/batch.ts";
import type { Write } from "../../engine/store/commit.ts";

const key = (): fc.Arbitrary<string[]> => fc.constantFrom(["a"], ["b"], ["c"], ["d", "e"], ["f"]);
const stamp = (): fc.Arbitrary<string | null> => fc.constantFrom(null, "0001", "0002");

function write(): fc.Arbitrary<Write> {
  return fc.record({
    name: fc.constant("settle" as const),
    checks: fc.array(fc.record({ key: key(), versionstamp: stamp() }), { maxLength: 2 }),
    sets: fc.array(fc.record({ key: key(), value: fc.uint8Array({ maxLength: 4 }) }), { maxLength: 2 }),
    deletes: fc.array(key(), { maxLength: 2 }),
    sums: fc.array(
      fc.record({ key: fc.constantFrom(["n", 1], ["n", 2]), add: fc.integer({ min: 1, max: 9 }) }),
      {
        maxLength: 3,
      },
    ),
    stamped: fc.array(
      fc.record({ prefix: fc.constantFrom(["s"], ["t"]), value: fc.uint8Array({ maxLength: 4 }) }),
      {
        maxLength: 1,
      },
    ),
    bells: fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 2 }),
    feed: fc.array(
      fc.record({ executionId: fc.constantFrom("x", "y"), seq: fc.integer({ min: 1, max: 9 }) }),
      { maxLength: 2 },
    ),
  });
}

const touched = (each: Write): string[] =>
  [
    ...(each.sets ?? []).map((set) => set.key),
    ...(each.deletes ?? []),
    ...(each.stamped ?? []).map(({ prefix }) => prefix),
  ].map(String);

Deno.test("Batch.admit() never brings two writes together that touch one key, except to check it alike", () => {
  fc.assert(
    fc.property(fc.array(write(), { minLength: 2, maxLength: 8 }), (writes) => {
      const batch = new Batch();
      const taken = writes.filter((each) => batch.admit(each));
      assert.equal(taken[0], writes[0], "an empty batch takes anything");
      for (const [i, one] of taken.entries()) {
        for (const other of taken.slice(i + 1)) {
          for (const name of touched(one)) {
            assert.ok(!touched(other).includes(name), `both write ${name}`);
            assert.ok(
              !(other.checks ?? []).some((check) => String(check.key) === name),
              `one checks ${name}`,
            );
          }
          for (const check of one.checks ?? []) {
            assert.ok(!touched(other).includes(String(check.key)));
            for (const its of other.checks ?? []) {
              if (String(its.key) === String(check.key)) {
                assert.ok(sharedStamp(one, other, String(check.key)));
              }
            }
          }
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

/** The last check of a key that a write makes of it twice decides; generated writes may be so. */
function sharedStamp(one: Write, other: Write, name: string): boolean {
  const stamps = [one, other].map((each) =>
    new Set(
      (each.checks ?? []).filter((check) => String(check.key) === name).map((check) => check.versionstamp),
    )
  );
  return [...stamps[0]!].some((each) => stamps[1]!.has(each));
}

Deno.test("Batch.merge() adds sums up, keeps every set, delete and event, and rings once a second", () => {
  fc.assert(
    fc.property(fc.array(write(), { maxLength: 8 }), (writes) => {
      const merged = Batch.merge(writes);
      const total = new Map<string, number>();
      for (const { key, add } of writes.flatMap((each) => each.sums ?? [])) {
        total.set(String(key), (total.get(String(key)) ?? 0) + add);
      }
      assert.deepEqual(new Map(merged.sums.map(({ key, add }) => [String(key), add])), total);
      assert.equal(merged.sums.length, total.size);
      assert.deepEqual(merged.sets, writes.flatMap((each) => each.sets ?? []));
      assert.deepEqual(merged.deletes, writes.flatMap((each) => each.deletes ?? []));
      assert.deepEqual(merged.stamped, writes.flatMap((each) => each.stamped ?? []));
      assert.deepEqual(
        merged.feed,
        writes.flatMap((each) => (each.feed ?? []).map(({ executionId, seq }) => [executionId, seq])),
      );
      const asked = writes.flatMap((each) => each.bells ?? []);
      for (const at of asked) {
        const second = merged.bells.filter((bell) => Math.floor(bell / 1_000) === Math.floor(at / 1_000));
        assert.equal(second.length, 1);
        assert.ok(second[0]! <= at, "never later than asked");
      }
      assert.ok(merged.bells.every((bell) => asked.includes(bell)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("measure() refuses by name what is over the limits of one write", () => {
  const sets = (count: number, bytes: number): Write => ({
    name: "settle",
    sets: Array.from({ length: count }, (_, i) => ({ key: ["k", i], value: new Uint8Array(bytes) })),
  });
  const refusals: [Write, RegExp][] = [
    [sets(401, 1), /"settle": 401 mutations, at most 400/],
    [sets(10, 60_000), /"settle": \d+ bytes, at most 409600/],
    [sets(1, 65_537), /65537 bytes under "k", at most 65536/],
    [{ name: "accept", deletes: [["k", "x".repeat(3_000)]] }, /a key of [\d.]+ bytes under "k"/],
    [{
      name: "cancel",
      checks: Array.from({ length: 91 }, (_, i) => ({ key: ["k", i], versionstamp: null })),
    }, /"cancel": 91 checks, at most 90/],
    [{
      name: "forget",
      deletes: Array.from({ length: 300 }, (_, i) => ["k", `${i}`.padEnd(200, "x")]),
    }, /"forget": [\d.]+ keyBytes/],
  ];
  for (const [each, message] of refusals) {
    assert.throws(() => measure(each), (error) => error instanceof RangeError && message.test(error.message));
  }
  measure(sets(400, 500));
  measure(sets(1, 65_536));
});

Deno.test("a full batch of the largest writes that measure() allows is taken by the database", async () => {
  using kv = await Deno.openKv(":memory:");
  const batch = new Batch();
  const taken: Write[] = [];
  for (let i = 0;; i++) {
    const each: Write = {
      name: "settle",
      checks: [{ key: ["check", i], versionstamp: null }],
      sets: Array.from({ length: 3 }, (_, n) => ({
        key: ["set", i, n, "k".repeat(60)],
        value: new Uint8Array(n === 0 ? 65_536 : 2_000),
      })),
      deletes: Array.from({ length: 40 }, (_, n) => ["delete", i, n, "k".repeat(20)]),
    };
    if (!batch.admit(each)) break;
    taken.push(each);
  }
  const merged = Batch.merge(taken);
  const atomic = kv.atomic();
  for (const check of merged.checks) atomic.check(check);
  for (const { key, value } of merged.sets) atomic.set(key, value);
  for (const key of merged.deletes) atomic.delete(key);
  assert.ok((await atomic.commit()).ok);
  assert.ok(taken.length >= 5, `${taken.length} writes`);
});
