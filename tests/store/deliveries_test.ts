import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import { DELIVERY_KEPT_MS, deliveryOf, deliveryWrite, findDelivery } from "../../engine/store/deliveries.ts";
import { forgetDeliveries } from "../../engine/store/deliveries.ts";
import { keys } from "../../engine/store/keys.ts";
import { Store } from "../../engine/store/store.ts";
import { ANN, hook, hookNode, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const HOUR_MS = 3_600_000;

interface Creation {
  /** Creates under the key; `other` is another body. */
  create(house: Opened, key: string | undefined, other?: boolean): Promise<string>;
  count(engine: Engine): Promise<number>;
}

const CREATIONS: { [what: string]: Creation } = {
  workflow: {
    async create({ engine }, key, other): Promise<string> {
      const input = { name: other ? "Other" : "Outreach", nodes: [], edges: [], settings: {} };
      return (await engine.workflows.create(input, ANN, key ? { idempotencyKey: key } : {})).id;
    },
    count: async (engine) => (await engine.workflows.list({ limit: 100 })).items.length,
  },
  lead: {
    async create({ engine }, key, other): Promise<string> {
      const email = other ? "other@example.com" : "ann@example.com";
      return (await engine.leads.create({ email }, key ? { idempotencyKey: key } : {})).id;
    },
    count: async (engine) => (await engine.leads.list({ limit: 100 })).items.length,
  },
  signal: {
    async create({ engine }, key, other): Promise<string> {
      const input = { type: "demo.booked", data: { other: other ?? false } };
      return (await engine.leads.signal(await theLead(engine), input, key ? { idempotencyKey: key } : {})).id;
    },
    async count(engine): Promise<number> {
      const { items } = await engine.leads.signals(await theLead(engine), { limit: 100 });
      return items.filter(({ type }) => type === "demo.booked").length;
    },
  },
};

async function theLead(engine: Engine): Promise<string> {
  const [lead] = (await engine.leads.list({ limit: 1 })).items;
  return lead?.id ?? (await engine.leads.create({ email: "ann@example.com" })).id;
}

for (const [what, { create, count }] of Object.entries(CREATIONS)) {
  Deno.test(`create() 20 times at once under one key makes one ${what}, the same for all`, async () => {
    await using house = await openEngine();
    if (what === "signal") await theLead(house.engine);
    const ids = await Promise.all(Array.from({ length: 20 }, () => create(house, "k1")));
    assert.equal(new Set(ids).size, 1);
    assert.equal(await count(house.engine), 1);
    assert.equal(await create(house, "k1"), ids[0], "and later");
    assert.equal(await count(house.engine), 1);
  });

  Deno.test(`create() of a ${what} refuses a key that came with another body, and names it`, async () => {
    await using house = await openEngine();
    const first = await create(house, "k1");
    await assert.rejects(
      create(house, "k1", true),
      (error: Error & { status: number; issues: unknown[] }) => {
        assert.equal(error.status, 422);
        assert.match(JSON.stringify(error.issues), /"path":"Idempotency-Key"/);
        return true;
      },
    );
    assert.equal(await count(house.engine), 1);
    assert.notEqual(await create(house, "k2", true), first, "another key is another one");
  });

  Deno.test(`create() of a ${what} under a key of 73 hours ago makes a new one`, async () => {
    await using house = await openEngine();
    const first = await create(house, "k1", true);
    house.clock.skip(DELIVERY_KEPT_MS - 1_000);
    assert.equal(await create(house, "k1", true), first);
    house.clock.skip(HOUR_MS);
    if (what === "lead") await house.engine.leads.remove(first);
    assert.notEqual(await create(house, "k1", true), first);
  });
}

Deno.test("forgetDeliveries() deletes what is older than 72 h, in as many looks as it takes", async () => {
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const now = Date.UTC(2026, 10, 22);
  for (let i = 0; i < 250; i++) {
    const delivery = await deliveryOf("w1.hook", `k${i}`, { i });
    const at = i % 2 ? now : now - DELIVERY_KEPT_MS - 1;
    await store.commit({ name: "accept", ...deliveryWrite(delivery!, null, { id: `e${i}`, at }) });
  }
  assert.equal(await forgetDeliveries(store, now, null), null, "one look was enough");
  const left = await store.keys({ selector: { prefix: ["delivery"] } });
  assert.equal(left.length, 125);
  assert.equal(
    await forgetDeliveries(store, now + DELIVERY_KEPT_MS + 1, keys.delivery("w1.hook", "k5")),
    null,
  );
  const before = await store.keys({ selector: { prefix: ["delivery"] } });
  assert.ok(before.length > 0 && before.length < 125, "a look goes on behind the one before");
  kv.close();
});

Deno.test("forgetDeliveries() keeps a key that was used anew while it looked", async () => {
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const now = Date.UTC(2026, 10, 22);
  const delivery = (await deliveryOf("w1.hook", "k", {}))!;
  await store.commit({ name: "accept", ...deliveryWrite(delivery, null, { id: "old", at: 0 }) });
  const found = await findDelivery(store, delivery, now);
  assert.ok(found.known === null && found.expired);
  const racing = new Store(
    new Proxy(kv, {
      get(target, name): unknown {
        const value = Reflect.get(target, name, target);
        if (name !== "list") return typeof value === "function" ? value.bind(target) : value;
        return async function* (...args: Parameters<Deno.Kv["list"]>): AsyncGenerator<unknown> {
          for await (const entry of target.list(...args)) {
            await store.commit({
              name: "accept",
              ...deliveryWrite(delivery, found.expired, { id: "new", at: now }),
            });
            yield entry;
          }
        };
      },
    }),
  );
  await forgetDeliveries(racing, now, null);
  const after = await findDelivery(store, delivery, now);
  assert.equal(after.known?.value.id, "new");
  kv.close();
});

Deno.test("upkeep forgets idempotency keys after 72 h; forgetting an execution before does not", async () => {
  await using house = await openEngine({ retentionDays: 1 });
  await publish(house.engine, [hookNode("go")], []);
  const first = await hook(house.engine, "go", {}, { key: "k1" });
  const forgotten = async (): Promise<boolean> =>
    await house.store.get(keys.execution(first.executionId)) === null;
  await jump(house, 27 * HOUR_MS, forgotten);
  const again = await hook(house.engine, "go", {}, { key: "k1" });
  assert.deepEqual([again.executionId, again.fresh], [first.executionId, false], "its key outlives it");
  const stored = async (): Promise<number> =>
    (await house.store.keys({ selector: { prefix: ["delivery"] } })).length;
  await jump(house, DELIVERY_KEPT_MS, async () => await stored() === 0);
});

/** Sleeps through the time, and lets what fell due meanwhile be done. */
async function jump(house: Opened, ms: number, holds: () => Promise<boolean>): Promise<void> {
  house.clock.skip(ms);
  await house.until(holds, 2_000);
}
