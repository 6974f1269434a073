import assert from "node:assert/strict";
import fc from "fast-check";
import { leadFromBody } from "../../engine/leads/from_body.ts";
import type { Json } from "../../engine/schemas/json.ts";
import { accept, openHouse } from "./house.ts";

Deno.test("leadFromBody() finds the address under its many names", () => {
  const bodies: [Json, string | null][] = [
    [{ email: " Ann@Example.COM " }, "ann@example.com"],
    [{ Email: "ann@example.com" }, "ann@example.com"],
    [{ emailAddress: "ann@example.com" }, "ann@example.com"],
    [{ EMAIL_ADDRESS: "ann@example.com" }, "ann@example.com"],
    [{ e_mail: "ann@example.com" }, "ann@example.com"],
    [{ "E-Mail": "ann@example.com" }, "ann@example.com"],
    [{ email: "no", e_mail: "ann@example.com" }, "ann@example.com"],
    [{ lead: { email: "ann@example.com" } }, "ann@example.com"],
    [{ email: "no", Contact: { email: "ann@example.com" } }, "ann@example.com"],
    [{ data: { email: "ann@example.com" } }, null],
    [{ email: "a@b.c>,<x@y.z" }, null],
    [{ email: "ann@example.com\r\nBcc: x@example.com" }, null],
    [{ email: ["ann@example.com"] }, null],
    [{ email: `${"a".repeat(400)}@example.com` }, null],
    [[{ email: "ann@example.com" }], null],
    ["ann@example.com", null],
    [null, null],
    [{}, null],
  ];
  for (const [body, email] of bodies) {
    assert.equal(leadFromBody(body)?.email ?? null, email, JSON.stringify(body).slice(0, 100));
  }
});

Deno.test("leadFromBody() reads names, numbers and zones as people send them", () => {
  const email = "ann@example.com";
  const read = (body: { [key: string]: Json }): unknown => {
    const known = leadFromBody({ email, ...body })?.known ?? {};
    return Object.fromEntries(
      Object.entries(known).filter(([, value]) => value !== "" && value !== undefined),
    );
  };
  assert.deepEqual(read({ first_name: "Ann", lastname: "Example" }), {
    firstName: "Ann",
    lastName: "Example",
  });
  assert.deepEqual(read({ name: "Ann van Example" }), { firstName: "Ann", lastName: "van Example" });
  assert.deepEqual(read({ name: "Ann Example", firstName: "Anna" }), {
    firstName: "Anna",
    lastName: "Example",
  });
  assert.deepEqual(read({ score: "72.5" }), { score: 72.5 });
  assert.deepEqual(read({ score: 0 }), { score: 0 });
  assert.deepEqual(read({ score: "high" }), {});
  assert.deepEqual(read({ score: true }), {});
  assert.deepEqual(read({ phone: 41_44_000 }), { phone: "4144000" });
  assert.deepEqual(read({ timezone: "Europe/Zurich" }), { timezone: "Europe/Zurich" });
  assert.deepEqual(read({ timezone: "../../etc" }), {});
  assert.deepEqual(read({ company: null, industry: "  " }), {});
});

Deno.test("leadFromBody() keeps other scalars, and no hostile names", () => {
  const body = JSON.parse(
    '{"email":"ann@example.com","plan":"pro","seats":5,"vip":true,"list":[1],"o":{},"":"x","__proto__":"x","constructor":"x","prototype":"x"}',
  );
  assert.deepEqual([...leadFromBody(body)?.others ?? []], [["plan", "pro"], ["seats", 5], ["vip", true]]);
});

Deno.test("leadFromBody() never throws", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), (body) => {
    leadFromBody(body as Json);
    leadFromBody({ email: "ann@example.com", lead: body as Json });
  }));
});

Deno.test("planFromBody() creates the lead by the accepting commit alone", async () => {
  await using house = await openHouse();
  const planned = await house.leads.planFromBody({
    email: "Ann@example.com",
    firstName: "Ann",
    company: "Acme",
    score: 72,
    source: "fair",
  });
  assert.ok(planned?.created);
  assert.deepEqual((await house.leads.list({ limit: 5 })).items, [], "planning writes nothing");
  assert.equal(await accept(house, planned), true);
  const lead = await house.leads.get(planned.lead.id);
  assert.equal(lead.email, "ann@example.com");
  assert.deepEqual([lead.firstName, lead.company, lead.score], ["Ann", "Acme", 72]);
  assert.deepEqual(lead.fields, { source: "fair" });
  const { items } = await house.leads.signals(lead.id, { limit: 5 });
  assert.deepEqual(items.map((item) => item.type), ["lead.created"]);
});

Deno.test("planFromBody() fills empty fields and overwrites none", async () => {
  await using house = await openHouse();
  const made = await house.leads.create({
    email: "ann@example.com",
    company: "Acme",
    score: 0,
    fields: { plan: "pro", note: "", vip: false },
  });
  const planned = await house.leads.planFromBody({
    email: "ann@example.com",
    company: "Evil",
    firstName: "Ann",
    score: 99,
    plan: "free",
    note: "met",
    vip: true,
    seats: 5,
  });
  assert.ok(planned && !planned.created);
  assert.equal(await accept(house, planned), true);
  const lead = await house.leads.get(made.id);
  assert.deepEqual([lead.company, lead.score, lead.firstName], ["Acme", 0, "Ann"]);
  assert.deepEqual(lead.fields, { plan: "pro", note: "met", vip: false, seats: 5 });
  const again = await house.leads.planFromBody({ email: "ann@example.com", firstName: "Anna", seats: 6 });
  assert.equal(again?.write, null);
});

Deno.test("planFromBody() of one address at once commits one lead", async () => {
  await using house = await openHouse();
  const body = { email: "ann@example.com" };
  const [one, two] = await Promise.all([house.leads.planFromBody(body), house.leads.planFromBody(body)]);
  assert.ok(one && two);
  const committed = await Promise.all([accept(house, one), accept(house, two)]);
  assert.deepEqual(committed.toSorted(), [false, true]);
  const later = await house.leads.planFromBody(body);
  assert.equal(later?.created, null);
  assert.equal((await house.leads.list({ limit: 5 })).items.length, 1);
});

Deno.test("planFromBody() bounds what bodies can add to a lead", async () => {
  await using house = await openHouse();
  for (let round = 0; round < 10; round++) {
    const entries = Array.from({ length: 600 }, (_, i) => [`field${round}_${i}`, "é".repeat(900)]);
    const body = { email: "ann@example.com", ...Object.fromEntries(entries) };
    const planned = await house.leads.planFromBody(body);
    assert.ok(planned);
    assert.equal(await accept(house, planned), true);
  }
  const [lead] = (await house.leads.list({ limit: 1 })).items;
  assert.ok(lead && Object.keys(lead.fields).length <= 200);
});
