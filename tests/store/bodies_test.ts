import assert from "node:assert/strict";
import fc from "fast-check";
import { Bodies, readBody } from "../../engine/store/bodies.ts";
import { Store } from "../../engine/store/store.ts";

Deno.test("keep() and readBody() give every value back, of any size, beside others", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  await fc.assert(
    fc.asyncProperty(
      fc.uuid(),
      fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.nat(400_000)), {
        minLength: 1,
        maxLength: 3,
      }),
      async (id, parts) => {
        const bodies = new Bodies();
        const kept = parts.map(([text, size], index) => {
          const value = { text: text.repeat(Math.ceil(size / text.length)), index };
          return { value, stored: bodies.keep(value, `n${index}.1.1.0.output`) };
        });
        const { along, before } = bodies.writes(id);
        for (const write of [...before, { name: "settle" as const, sets: along }]) {
          assert.ok((await store.commit(write)).ok);
        }
        for (const { value, stored } of kept) {
          const read = "json" in stored ? stored.json : await readBody(store, id, stored);
          assert.deepEqual(read, value);
        }
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("two who keep a large value under one name at once do not mix their chunks", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const [one, two] = [new Bodies(), new Bodies()];
  const kept = [one, two].map((bodies, i) =>
    bodies.keep("ab"[i]!.repeat(700_000 - i * 100_000), "n.1.1.0.output")
  );
  const writes = [one, two].map((bodies) => bodies.writes("01EXECUTION").before);
  for (let i = 0; i < 3; i++) for (const each of writes) if (each[i]) await store.commit(each[i]!);
  for (const [i, stored] of kept.entries()) {
    assert.ok("ref" in stored);
    assert.equal(await readBody(store, "01EXECUTION", stored), "ab"[i]!.repeat(700_000 - i * 100_000));
  }
});

Deno.test("readBody() of which a chunk is missing is nothing, not a part", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const bodies = new Bodies();
  const stored = bodies.keep("x".repeat(200_000), "n.1.1.0.output");
  assert.ok("ref" in stored);
  const { along } = bodies.writes("01EXECUTION");
  assert.equal(along.length, 4);
  for (const missing of along.keys()) {
    for (const [i, { key, value }] of along.entries()) {
      if (i === missing) await kv.delete(key);
      else await kv.set(key, value);
    }
    assert.equal(await readBody(store, "01EXECUTION", stored), null);
  }
});
