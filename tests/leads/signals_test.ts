import assert from "node:assert/strict";
import { keys, shardOf } from "../../engine/store/keys.ts";
import { openHouse } from "./house.ts";

Deno.test("signal() writes the signal, the clock and the delivery in one commit, then rings", async () => {
  await using house = await openHouse();
  const { id } = await house.leads.create({ email: "ann@example.com" });
  assert.deepEqual(house.signalled, [], "nobody listens to lead.created");
  const before = await house.store.get(keys.clock(id));
  house.clock.now += 5;
  const signal = await house.leads.signal(id, { type: "call.completed", data: { minutes: 3 } });
  assert.equal(signal.leadId, id);
  assert.deepEqual(signal.data, { minutes: 3 });
  const clock = await house.store.get(keys.clock(id));
  assert.notEqual(clock?.versionstamp, before?.versionstamp);
  const due = keys.due(shardOf(id), 0, house.clock.now, "deliver", id);
  assert.equal((await house.store.get(due))?.versionstamp, clock?.versionstamp);
  const [newest] = await house.store.keys({ selector: { prefix: ["signal", id] }, reverse: true, limit: 1 });
  assert.equal(newest?.[2], clock?.versionstamp);
  assert.deepEqual(house.signalled, [id]);
});

Deno.test("signal() refuses what is no signal type, and data that is too large", async () => {
  await using house = await openHouse();
  const { id } = await house.leads.create({ email: "ann@example.com" });
  for (const type of ["", "Call", "call completed", "__proto__", "a..b"]) {
    await assert.rejects(house.leads.signal(id, { type }), { status: 422 });
  }
  await assert.rejects(house.leads.signal(id, { type: "a", data: "x".repeat(40_000) }), { status: 422 });
  assert.equal((await house.leads.signals(id, { limit: 10 })).items.length, 1);
});

Deno.test("signals() pages newest first without loss or repeat while more happen", async () => {
  await using house = await openHouse();
  const { id } = await house.leads.create({ email: "ann@example.com" });
  for (let i = 0; i < 9; i++) await house.leads.signal(id, { type: "note.added", data: i });
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof house.leads.signals>> = await house.leads.signals(id, {
      limit: 4,
      cursor,
    });
    seen.push(...page.items.map((item) => item.data));
    await house.leads.signal(id, { type: "note.added", data: "late" });
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  assert.deepEqual(seen, [8, 7, 6, 5, 4, 3, 2, 1, 0, null]);
});

Deno.test("signal() of many at once keeps each", async () => {
  await using house = await openHouse();
  const { id } = await house.leads.create({ email: "ann@example.com" });
  await Promise.all(Array.from({ length: 10 }, (_, i) => house.leads.signal(id, { type: "hit", data: i })));
  const { items } = await house.leads.signals(id, { limit: 50 });
  const data = items.filter((item) => item.type === "hit").map((item) => Number(item.data));
  assert.deepEqual(data.sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("create() asks for delivery of lead.created where a workflow listens", async () => {
  await using house = await openHouse();
  await house.kv.set(keys.listener("lead.created", "workflow", "node"), new Uint8Array());
  const { id } = await house.leads.create({ email: "ann@example.com" });
  const due = keys.due(shardOf(id), 0, house.clock.now, "deliver", id);
  assert.notEqual(await house.store.get(due), null);
  assert.deepEqual(house.signalled, [id]);
});
