import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { displayName, leadView } from "../../engine/leads/mod.ts";
import { keys } from "../../engine/store/keys.ts";
import { openHouse } from "./house.ts";

Deno.test("create() stores a lead under its address in lower case, with lead.created", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: " Ann@Example.com ", firstName: "Ann", score: 72 });
  assert.equal(lead.email, "ann@example.com");
  assert.equal(lead.status, "new");
  assert.equal(lead.company, "");
  assert.deepEqual(await house.leads.get(lead.id), lead);
  const { items } = await house.leads.signals(lead.id, { limit: 10 });
  assert.deepEqual(items.map((signal) => signal.type), ["lead.created"]);
});

Deno.test("create() refuses bad input naming the field, and stores nothing", async () => {
  await using house = await openHouse();
  const refused: [Record<string, unknown>, string][] = [
    [{ email: "ann" }, "email"],
    [{ email: "a@b.c>,<x@y.z" }, "email"],
    [{ email: "ann@example.com", timezone: "Mars/Olympus" }, "timezone"],
    [{ email: "ann@example.com", score: "high" }, "score"],
    [{ email: "ann@example.com", fields: JSON.parse('{"__proto__": 1}') }, "fields.__proto__"],
    [{ email: "ann@example.com", fields: { text: "x".repeat(70_000) } }, "fields"],
  ];
  for (const [input, path] of refused) {
    // What a script could send; the types forbid it to us.
    await assert.rejects(house.leads.create(JSON.parse(JSON.stringify(input))), (error: EngineError) => {
      assert.equal(error.status, 422, path);
      assert.equal(error.issues[0]?.path, path);
      return true;
    });
  }
  assert.deepEqual(await house.store.keys({ selector: { prefix: [] } }), []);
});

Deno.test("create() gives an address to one of many at once", async () => {
  await using house = await openHouse();
  const results = await Promise.allSettled(
    ["ann@example.com", "ANN@example.com", "ann@EXAMPLE.com"].map((email) => house.leads.create({ email })),
  );
  assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
  for (const result of results) {
    if (result.status === "rejected") assert.equal(result.reason.status, 409);
  }
  assert.equal((await house.leads.list({ limit: 10 })).items.length, 1);
});

Deno.test("update() changes what it names and moves the address", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: "ann@example.com", company: "Acme", fields: { a: 1 } });
  house.clock.now += 1_000;
  const moved = await house.leads.update(lead.id, {
    email: "New@Example.com",
    fields: { b: 2 },
    tags: ["hot"],
  });
  assert.equal(moved.email, "new@example.com");
  assert.equal(moved.company, "Acme");
  assert.deepEqual(moved.fields, { b: 2 });
  assert.notEqual(moved.updatedAt, lead.updatedAt);
  assert.equal(await house.store.get(keys.leadByEmail("ann@example.com")), null);
  await house.leads.create({ email: "ann@example.com" });
  await assert.rejects(house.leads.update(lead.id, { email: "ann@example.com" }), { status: 409 });
  await assert.rejects(house.leads.update(lead.id, { timezone: "Nowhere" }), { status: 422 });
  await assert.rejects(house.leads.update("nobody", {}), { status: 404 });
  assert.deepEqual(await house.leads.get(lead.id), moved);
});

Deno.test("update() of many at once loses none", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: "ann@example.com" });
  const patches = [{ firstName: "Ann" }, { company: "Acme" }, { score: 5 }, { phone: "1" }, { tags: ["x"] }];
  await Promise.all(patches.map((patch) => house.leads.update(lead.id, patch)));
  const { firstName, company, score, phone, tags } = await house.leads.get(lead.id);
  assert.deepEqual({ firstName, company, score, phone, tags }, Object.assign({}, ...patches));
});

Deno.test("remove() leaves nothing of a lead", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: "ann@example.com" });
  for (let i = 0; i < 5; i++) await house.leads.signal(lead.id, { type: "call.completed" });
  await house.leads.remove(lead.id);
  const left = (await house.store.keys({ selector: { prefix: [] } })).filter((key) => key[0] !== "due");
  assert.deepEqual(left, []);
  await assert.rejects(house.leads.remove(lead.id), { status: 404 });
  await assert.rejects(house.leads.signal(lead.id, { type: "call.completed" }), { status: 404 });
  await assert.rejects(house.leads.signals(lead.id, { limit: 1 }), { status: 404 });
});

Deno.test("list() pages newest first without loss or repeat, and finds in address, name and company", async () => {
  await using house = await openHouse();
  const ids: string[] = [];
  for (let i = 0; i < 12; i++) {
    ids.push(
      (await house.leads.create({ email: `lead${i}@example.com`, company: i % 2 ? "Acme" : "Other" })).id,
    );
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof house.leads.list>> = await house.leads.list({ limit: 5, cursor });
    seen.push(...page.items.map((item) => item.id));
    await house.leads.create({ email: `late${seen.length}@example.com` });
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  assert.deepEqual(seen, ids.toReversed());
  assert.equal((await house.leads.list({ limit: 50, q: "aCmE" })).items.length, 6);
  assert.equal((await house.leads.list({ limit: 50, q: "lead11@" })).items.length, 1);
});

Deno.test("leadView() has every own field, the name, and the team's fields under fields", async () => {
  await using house = await openHouse();
  const { id } = await house.leads.create({
    email: "ann@example.com",
    firstName: "Ann",
    fields: { plan: "pro", email: "other" },
  });
  const entry = await house.leads.load(id);
  assert.ok(entry);
  const view = leadView(entry.value);
  assert.equal(view.email, "ann@example.com");
  assert.equal(view.name, "Ann");
  assert.equal(view.score, null);
  assert.deepEqual(view.fields, { plan: "pro", email: "other" });
  assert.equal(displayName({ ...entry.value, firstName: "" }), "ann@example.com");
});
