import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { ANN, input, large, openHouse, storedContents } from "./house.ts";

Deno.test("create() stores a draft at revision 1 that get() gives back", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Über uns ✨", ["new-lead"]), ANN);
  assert.equal(made.revision, 1);
  assert.equal(made.version, null);
  assert.equal(made.draftChanged, true);
  assert.deepEqual(made.webhooks, ["/hooks/new-lead"]);
  assert.equal(made.createdAt, "2026-11-22T00:00:00.000Z");
  assert.deepEqual(await house.workflows.get(made.id), made);
});

Deno.test("create() refuses what is no graph and stores nothing", async () => {
  await using house = await openHouse();
  const dangling = { ...input("Dangling", []), edges: [{ id: "e", source: "a", target: "gone" }] };
  await assert.rejects(house.workflows.create(dangling, ANN), (error: EngineError) => {
    assert.equal(error.status, 422);
    assert.equal(error.slug, "invalid");
    assert.equal(error.issues[0]?.path, "edges.e");
    return true;
  });
  for (const name of ["", "   ", "x".repeat(201)]) {
    await assert.rejects(house.workflows.create(input(name, []), ANN), { status: 422 });
  }
  assert.deepEqual(await house.store.keys({ selector: { prefix: [] } }), []);
});

Deno.test("create() keeps an unfinished config with its issues", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Half", ["a"], "unfinished"), ANN);
  assert.deepEqual(made.issues.map((issue) => issue.nodeId), ["hook0"]);
});

Deno.test("create() takes hostile names as text", async () => {
  await using house = await openHouse();
  for (const name of ["__proto__", "../../etc", "<img src=x onerror=alert(1)>", "a\u0000b"]) {
    const made = await house.workflows.create(input(name, []), ANN);
    assert.equal((await house.workflows.get(made.id)).name, name);
  }
});

Deno.test("save() raises the revision by one and keeps absent parts", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("First", ["a"]), ANN);
  const renamed = await house.workflows.save(made.id, 1, { name: "Second" }, ANN);
  assert.equal(renamed.revision, 2);
  assert.deepEqual(renamed.nodes, made.nodes);
  const changed = await house.workflows.save(made.id, 2, { nodes: input("", ["b"]).nodes }, ANN);
  assert.equal(changed.revision, 3);
  assert.equal(changed.name, "Second");
  assert.deepEqual(changed.webhooks, ["/hooks/b"]);
});

Deno.test("save() keeps the revision when nothing changes", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Same", ["a"]), ANN);
  house.clock.now += 1_000;
  const saved = await house.workflows.save(made.id, 1, input("Same", ["a"]), ANN);
  assert.equal(saved.revision, 1);
  assert.equal(saved.updatedAt, made.updatedAt);
});

Deno.test("save() refuses a stale revision and names both", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Stale", []), ANN);
  await house.workflows.save(made.id, 1, { name: "Newer" }, ANN);
  await assert.rejects(house.workflows.save(made.id, 1, { name: "Lost" }, ANN), (error: EngineError) => {
    assert.equal(error.status, 412);
    assert.match(error.message, /revision 2.*revision 1/);
    return true;
  });
  assert.equal((await house.workflows.get(made.id)).name, "Newer");
});

Deno.test("save() lets one of many at once win", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Race", []), ANN);
  const results = await Promise.allSettled(
    Array.from(
      { length: 8 },
      (_, i) => house.workflows.save(made.id, 1, input(`Saver ${i}`, [`p${i}`]), ANN),
    ),
  );
  const won = results.filter((result) => result.status === "fulfilled");
  const lost = results.filter((result) => result.status === "rejected");
  assert.equal(won.length, 1);
  assert.ok(lost.every((result) => result.reason.status === 412));
  const stored = await house.workflows.get(made.id);
  assert.deepEqual(stored, won[0]?.value);
  assert.equal((await storedContents(house.store, made.id)).size, 1);
});

Deno.test("save() and get() carry content across many chunks, and drop the old content", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create({ ...input("Large", []), ...large(150, "é") }, ANN);
  const [chunks] = (await storedContents(house.store, made.id)).values();
  assert.ok(chunks !== undefined && chunks >= 4, `${chunks} chunks`);
  assert.deepEqual((await house.workflows.get(made.id)).nodes, large(150, "é").nodes);
  const saved = await house.workflows.save(made.id, 1, large(900, "b"), ANN);
  assert.deepEqual((await house.workflows.get(made.id)).nodes, saved.nodes);
  assert.equal(saved.nodes.length, 900);
  assert.equal((await storedContents(house.store, made.id)).size, 1);
  await house.workflows.save(made.id, 2, { nodes: [] }, ANN);
  assert.deepEqual([...(await storedContents(house.store, made.id)).values()], [1]);
});

Deno.test("save() of staged content leaves nothing behind when it loses", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create({ ...input("Large", []), ...large(500, "a") }, ANN);
  const results = await Promise.allSettled(
    ["b", "b", "c"].map((letter) => house.workflows.save(made.id, 1, large(500, letter), ANN)),
  );
  assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
  const stored = await house.workflows.get(made.id);
  assert.equal(stored.revision, 2);
  assert.equal((await storedContents(house.store, made.id)).size, 1);
});

Deno.test("save() refuses more than 4 MiB and says so", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Huge", []), ANN);
  const nodes = large(900, "a".repeat(6)).nodes;
  await assert.rejects(house.workflows.save(made.id, 1, { nodes }, ANN), (error: EngineError) => {
    assert.equal(error.issues[0]?.accepted, "at most 4 MiB");
    return true;
  });
  assert.equal((await house.workflows.get(made.id)).revision, 1);
});

Deno.test("get() finds the draft whole while others save", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create({ ...input("Busy", []), ...large(70, "a") }, ANN);
  const saving = (async (): Promise<void> => {
    for (let revision = 1; revision <= 10; revision++) {
      await house.workflows.save(made.id, revision, large(70, String.fromCharCode(97 + revision)), ANN);
    }
  })();
  const seen = await Promise.all(Array.from({ length: 20 }, () => house.workflows.get(made.id)));
  await saving;
  for (const workflow of seen) assert.equal(workflow.nodes.length, 70);
});

Deno.test("get() answers 404 for an unknown workflow", async () => {
  await using house = await openHouse();
  await assert.rejects(house.workflows.get("nobody"), { status: 404 });
  await assert.rejects(house.workflows.save("nobody", 1, {}, ANN), { status: 404 });
  await assert.rejects(house.workflows.publish("nobody", {}, ANN), { status: 404 });
  await assert.rejects(house.workflows.remove("nobody", {}, ANN), { status: 404 });
});
