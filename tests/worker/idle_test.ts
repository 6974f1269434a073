/** Waiting costs nothing: a look at what is due reads as much beside 100,000 sleeping executions as beside none. */
import assert from "node:assert/strict";
import { SHARDS } from "../../engine/store/keys.ts";
import { chain, emptyDatabase, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";

/** The database, counting what is read of it. */
function counted(real: Deno.Kv): { kv: Deno.Kv; reads(): { calls: number; entries: number } } {
  let calls = 0;
  let entries = 0;
  const kv = new Proxy(real, {
    get(target, property): unknown {
      if (property === "list") {
        return async function* (...args: Parameters<Deno.Kv["list"]>): AsyncGenerator<Deno.KvEntry<unknown>> {
          calls++;
          for await (const entry of target.list(...args)) {
            entries++;
            yield entry;
          }
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (property === "get" || property === "getMany") calls++;
        return value.apply(target, args);
      };
    },
  });
  return { kv, reads: () => ({ calls, entries }) };
}

/** Reads of ten idle seconds beside so many executions that sleep for a day. */
async function idleReads(sleeping: number): Promise<{ calls: number; entries: number }> {
  const real = await emptyDatabase();
  const { kv, reads } = counted(real);
  await using house = await openEngine({ real, kv });
  const wait = node("wait", "wait", { kind: "for", duration: { value: 1, unit: "days" } });
  await publish(house.engine, [hookNode("go"), wait], chain("hook", "wait"));
  await Promise.all(Array.from({ length: sleeping }, () => hook(house.engine, "go")));
  await house.settle();
  assert.equal((await house.store.keys({ selector: { prefix: ["live"] } })).length, sleeping);
  house.clock.advance(5_000);
  await house.settle();
  const before = reads();
  for (let i = 0; i < 10; i++) {
    house.clock.advance(1_000);
    await house.settle();
  }
  const after = reads();
  await house.engine.stop();
  house.die();
  real.close();
  return { calls: after.calls - before.calls, entries: after.entries - before.entries };
}

Deno.test({
  sanitizeOps: false,
  sanitizeResources: false,
  name:
    "an idle look reads no entry and one list for each shard and lane, also beside 2,000 sleeping executions",
  async fn(): Promise<void> {
    const none = await idleReads(0);
    const many = await idleReads(2_000);
    // A look is one list for each shard and lane; one a second, and one that was begun before.
    for (const { calls, entries } of [none, many]) {
      assert.ok(calls > 0 && calls <= 11 * 2 * SHARDS, `${calls} reads in ten seconds`);
      assert.equal(entries, 0, "nothing is due, and nothing is read");
    }
  },
});
