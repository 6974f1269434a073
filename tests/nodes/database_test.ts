/** The database node over the real engine: what workflows keep, and what a dry run only reads. */
import assert from "node:assert/strict";
import type { JsonObject } from "../../engine/schemas/json.ts";
import type { SimulatedStep } from "../../engine/schemas/simulation.ts";
import { chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";
import { problems } from "./context_fixture.ts";

const KEEP = {
  action: "put",
  collection: "customers",
  key: "{{ trigger.body.email }}",
  value: { company: "{{ trigger.body.company }}", seats: "{{ trigger.body.seats }}" },
  indexes: ["company"],
};

/** A workflow of these acts in a row; the outputs of a run, by node. */
async function rowOf(house: Opened, path: string, ...acts: JsonObject[]): Promise<string> {
  const nodes = acts.map((config, i) => node(`n${i}`, "database", config));
  return await publish(
    house.engine,
    [{ ...hookNode(path), id: "hook" }, ...nodes],
    chain("hook", ...nodes.map(({ id }) => id)),
  );
}

async function ran(
  house: Opened,
  path: string,
  body: JsonObject = {},
): Promise<{ [nodeId: string]: unknown }> {
  const { executionId } = await hook(house.engine, path, body);
  await house.until(() => isOver(house.engine, executionId));
  const { steps } = await house.engine.executions.get(executionId);
  return Object.fromEntries(steps.map((step) => [step.nodeId, step.failure ?? step.output]));
}

Deno.test("database keeps a record in one workflow, and another finds, counts, lists and deletes it", async () => {
  await using house = await openEngine();
  await rowOf(house, "keep", KEEP);
  const { n0 } = await ran(house, "keep", { email: "ann@example.com", company: "Acme", seats: 5 });
  assert.equal((n0 as { created: boolean }).created, true);
  await ran(house, "keep", { email: "bob@example.com", company: "Acme", seats: 7 });
  await ran(house, "keep", { email: "kim@example.com", company: "Initech", seats: 1 });
  const collection = "customers";
  await rowOf(
    house,
    "ask",
    { action: "get", collection, key: "{{ trigger.body.email }}" },
    { action: "get", collection, key: "nobody" },
    { action: "find", collection, field: "company", value: "{{ steps.n0.output.record.value.company }}" },
    { action: "list", collection, limit: 2 },
    { action: "list", collection, limit: 2, cursor: "{{ steps.n3.output.nextCursor }}" },
    { action: "delete", collection, key: "{{ trigger.body.email }}" },
    { action: "count", collection },
  );
  const out = await ran(house, "ask", { email: "bob@example.com" });
  const { found, record } = out.n0 as { found: boolean; record: { value: JsonObject } };
  assert.deepEqual([found, record.value], [true, { company: "Acme", seats: 7 }]);
  assert.deepEqual(out.n1, { found: false, record: null });
  const keysOf = (output: unknown): string[] =>
    (output as { items: { key: string }[] }).items.map(({ key }) => key);
  assert.deepEqual(keysOf(out.n2), ["ann@example.com", "bob@example.com"]);
  assert.deepEqual(keysOf(out.n3), ["ann@example.com", "bob@example.com"]);
  assert.deepEqual(keysOf(out.n4), ["kim@example.com"]);
  assert.deepEqual(out.n5, { deleted: true });
  assert.deepEqual(out.n6, { count: 2 });
  await oracle(house.store);
});

Deno.test("database names what it refuses, and leaves by its error port", async () => {
  await using house = await openEngine();
  await rowOf(house, "keep", KEEP);
  const { n0 } = await ran(house, "keep", { email: "", company: "Acme" });
  assert.equal((n0 as { code: string }).code, "bad_key");
  const long = await ran(house, "keep", { email: "a", company: "x".repeat(300) });
  assert.equal((long.n0 as { code: string }).code, "invalid");
  assert.match((long.n0 as { message: string }).message, /"company" has 300 characters/);
  await ran(house, "keep", { email: "b", company: "Acme" });
  await rowOf(house, "ask", { action: "find", collection: "customers", field: "seats", value: 1 });
  const asked = await ran(house, "ask");
  assert.deepEqual([(asked.n0 as { code: string }).code, (asked.n0 as { retryable: boolean }).retryable], [
    "not_indexed",
    false,
  ]);
});

Deno.test("database whose process dies after its put writes nothing over whoever came between", async () => {
  await using first = await openEngine();
  await rowOf(first, "keep", KEEP);
  // The second of its commits: the first makes the collection.
  first.faults.arm({ name: "collection", nth: 2, fault: "crash after" });
  const { executionId } = await hook(first.engine, "keep", {
    email: "ann@example.com",
    company: "Acme",
    seats: 1,
  });
  await first.faults.crashed;
  await using second = await openEngine({ real: first.real, manual: first.clock });
  const value = { company: "By hand" };
  const { collections } = second.engine;
  assert.equal((await collections.get("customers")).count, 1);
  await collections.put("customers", "ann@example.com", { value, mode: "replace", indexes: [] });
  await second.until(() => isOver(second.engine, executionId));
  assert.equal((await second.engine.executions.get(executionId)).status, "completed");
  assert.deepEqual((await collections.record("customers", "ann@example.com")).value, value);
  assert.equal((await collections.get("customers")).count, 1);
});

for (const fault of FAULTS) {
  Deno.test(`database: "${fault}" at each of its commits leaves one record, counted and found once`, async () => {
    for (let nth = 1; nth <= 3; nth++) {
      await using first = await openEngine();
      await rowOf(first, "keep", KEEP, { action: "delete", collection: "customers", key: "gone" });
      await first.engine.collections.put("customers", "gone", { value: 1, mode: "replace", indexes: [] });
      first.faults.arm({ name: "collection", nth, fault });
      const body = { email: "ann@example.com", company: "Acme", seats: 1 };
      const { executionId } = await hook(first.engine, "keep", body);
      const over = first.until(async () => first.faults.dead || await isOver(first.engine, executionId));
      await Promise.race([over, first.faults.crashed]);
      assert.ok(first.faults.fired, `commit ${nth} was met`);
      await using second = await openEngine({ real: first.real, manual: first.clock });
      first.die();
      await second.until(() => isOver(second.engine, executionId));
      const { collections } = second.engine;
      assert.equal((await collections.get("customers")).count, 1);
      const { items } = await collections.find("customers", { field: "company", value: "Acme" }, {
        limit: 9,
      });
      assert.deepEqual(items.map(({ key }) => key), ["ann@example.com"]);
      const { steps } = await second.engine.executions.get(executionId);
      assert.deepEqual(steps.find(({ nodeId }) => nodeId === "n1")?.output, { deleted: true });
      await oracle(second.store);
    }
  });
}

Deno.test("database in a dry run reads the real records, sees what it wrote, and writes nothing", async () => {
  await using house = await openEngine();
  const { collections, simulate } = house.engine;
  const value = { company: "Acme" };
  await collections.put("customers", "ann@example.com", { value, mode: "replace", indexes: ["company"] });
  const before = await Array.fromAsync(house.real.list({ prefix: ["record"] }));
  const collection = "customers";
  const id = await rowOf(
    house,
    "go",
    KEEP,
    { action: "find", collection, field: "company", value: "Acme" },
    { action: "delete", collection, key: "ann@example.com" },
    { action: "get", collection, key: "ann@example.com" },
    { action: "count", collection },
    { ...KEEP, collection: "fresh" },
    { action: "find", collection: "fresh", field: "company", value: "Acme" },
    { action: "list", collection },
  );
  const run = await simulate(id, {
    input: { email: "bob@example.com", company: "Acme", seats: 2 },
    ...{ version: "draft", answers: {}, opened: [], clicked: [], signals: [], http: {} },
  });
  assert.equal(run.endedAs, "completed");
  const step = (name: string): SimulatedStep => run.steps.find(({ nodeId }) => nodeId === name)!;
  const keysOf = (name: string): string[] =>
    (step(name).output as unknown as { items: { key: string }[] }).items.map(({ key }) => key);
  assert.deepEqual(step("n0").would, {
    kind: "data",
    action: "put",
    collection,
    key: "bob@example.com",
    value: { company: "Acme", seats: 2 },
  });
  assert.deepEqual(keysOf("n1"), ["ann@example.com", "bob@example.com"]);
  assert.deepEqual(step("n2").output, { deleted: true });
  assert.deepEqual(step("n3").output, { found: false, record: null });
  assert.deepEqual(step("n4").output, { count: 1 });
  assert.deepEqual(keysOf("n6"), ["bob@example.com"]);
  assert.deepEqual(keysOf("n7"), ["bob@example.com"]);
  assert.deepEqual(await Array.fromAsync(house.real.list({ prefix: ["record"] })), before);
  assert.equal((await collections.get("customers")).count, 1);
  await assert.rejects(collections.get("fresh"), { status: 404 });
});

Deno.test("database names what is wrong with its config", async () => {
  const collection = "customers";
  assert.deepEqual(await problems("database", KEEP), []);
  assert.deepEqual(await problems("database", { ...KEEP, collection: "Customers!" }), ["collection"]);
  assert.deepEqual(await problems("database", { ...KEEP, indexes: ["a..b"] }), ["indexes.0"]);
  assert.deepEqual(await problems("database", { action: "get", collection, key: " " }), ["key"]);
  assert.deepEqual(await problems("database", { action: "list", collection, limit: 101 }), ["limit"]);
  assert.deepEqual(await problems("database", { action: "drop", collection }), ["action"]);
});
