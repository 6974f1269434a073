import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import type { WorkflowInput } from "../../engine/schemas/workflow.ts";
import { keys } from "../../engine/store/keys.ts";
import { ANN, input, openHouse, storedContents } from "./house.ts";

function listening(signal: string): WorkflowInput {
  const position = { x: 0, y: 0 };
  const node = { id: "listen", type: "trigger_signal", position, data: { label: "", config: { signal } } };
  return { name: "Listener", nodes: [node], edges: [], settings: {} };
}

Deno.test("publish() makes numbered versions, each with its own graph and name", async () => {
  await using house = await openHouse();
  const { workflows } = house;
  const made = await workflows.create(input("One", ["a"]), ANN);
  assert.deepEqual(await workflows.publish(made.id, { note: "first" }, ANN), { version: 1 });
  await workflows.save(made.id, 1, input("Two", ["b"]), ANN);
  assert.deepEqual(await workflows.publish(made.id, { revision: 2 }, ANN), { version: 2 });
  assert.equal((await workflows.loadVersion(made.id, 1)).name, "One");
  assert.equal((await workflows.loadVersion(made.id, 1)).nodes[0]?.data.config.path, "a");
  assert.equal((await workflows.loadVersion(made.id, 2)).nodes[0]?.data.config.path, "b");
  const versions = await workflows.versions(made.id);
  assert.deepEqual(versions.map((version) => [version.version, version.note]), [[2, undefined], [
    1,
    "first",
  ]]);
  assert.equal((await workflows.version(made.id, 1)).publishedBy, "Ann");
  await assert.rejects(workflows.version(made.id, 3), { status: 404 });
  const live = await workflows.loadPublished(made.id);
  assert.equal(live?.value.version, 2);
});

Deno.test("publish() of what is live already is the same version", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Same", ["a"]), ANN);
  await house.workflows.publish(made.id, {}, ANN);
  assert.deepEqual(await house.workflows.publish(made.id, {}, ANN), { version: 1 });
  assert.equal((await house.workflows.get(made.id)).draftChanged, false);
});

Deno.test("publish() moves webhooks and listeners with the version", async () => {
  await using house = await openHouse();
  const { workflows, store } = house;
  const made = await workflows.create(input("Hooks", ["a", "b"]), ANN);
  assert.equal(await workflows.resolveHook("a"), null);
  await workflows.publish(made.id, {}, ANN);
  assert.deepEqual(await workflows.resolveHook("b"), {
    v: 1,
    workflowId: made.id,
    nodeId: "hook1",
    method: "POST",
  });
  await workflows.save(made.id, 1, input("Hooks", ["b", "c"]), ANN);
  assert.notEqual(await workflows.resolveHook("a"), null, "a draft changes nothing that is live");
  await workflows.publish(made.id, {}, ANN);
  assert.equal(await workflows.resolveHook("a"), null);
  assert.equal((await workflows.resolveHook("b"))?.nodeId, "hook0");
  assert.equal((await workflows.resolveHook("c"))?.nodeId, "hook1");
  await workflows.save(made.id, 2, listening("lead.created"), ANN);
  await workflows.publish(made.id, {}, ANN);
  assert.equal(await workflows.resolveHook("b"), null);
  assert.notEqual(await store.get(keys.listener("lead.created", made.id, "listen")), null);
  await workflows.save(made.id, 3, listening("call.completed"), ANN);
  await workflows.publish(made.id, {}, ANN);
  const listeners = await store.keys({ selector: { prefix: ["listener"] } });
  assert.deepEqual(listeners, [keys.listener("call.completed", made.id, "listen")]);
});

Deno.test("publish() refuses an unfinished draft with issues per node, and a stale revision", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Half", ["a"], "unfinished"), ANN);
  await assert.rejects(house.workflows.publish(made.id, {}, ANN), (error: EngineError) => {
    assert.equal(error.status, 422);
    assert.deepEqual(error.issues.map((issue) => issue.nodeId), ["hook0"]);
    return true;
  });
  await assert.rejects(house.workflows.publish(made.id, { revision: 2 }, ANN), { status: 412 });
  assert.equal((await house.workflows.get(made.id)).version, null);
  assert.equal(await house.workflows.resolveHook("a"), null);
});

Deno.test("publish() refuses a path that another workflow has, naming it", async () => {
  await using house = await openHouse();
  const first = await house.workflows.create(input("Owner of the path", ["mine"]), ANN);
  const second = await house.workflows.create(input("Second", ["other", "mine"]), ANN);
  await house.workflows.publish(first.id, {}, ANN);
  await assert.rejects(house.workflows.publish(second.id, {}, ANN), (error: EngineError) => {
    assert.equal(error.issues.length, 1);
    assert.equal(error.issues[0]?.nodeId, "hook1");
    assert.match(error.issues[0]?.message ?? "", /Owner of the path/);
    return true;
  });
  assert.equal(await house.workflows.resolveHook("other"), null, "nothing of it is written");
  assert.match((await house.workflows.get(second.id)).issues[0]?.message ?? "", /Owner of the path/);
});

Deno.test("publish() refuses one path twice in one workflow, and too many triggers", async () => {
  await using house = await openHouse();
  const twice = await house.workflows.create(input("Twice", ["same", "same"]), ANN);
  await assert.rejects(house.workflows.publish(twice.id, {}, ANN), { status: 422 });
  const paths = Array.from({ length: 51 }, (_, i) => `p${i}`);
  const many = await house.workflows.create(input("Many", paths), ANN);
  await assert.rejects(house.workflows.publish(many.id, {}, ANN), { status: 422 });
  await house.workflows.save(many.id, 1, input("Many", paths.slice(1)), ANN);
  assert.deepEqual(await house.workflows.publish(many.id, {}, ANN), { version: 1 });
});

Deno.test("publish() gives a contested path to one of many at once", async () => {
  await using house = await openHouse();
  const made = [];
  for (let i = 0; i < 6; i++) made.push(await house.workflows.create(input(`W${i}`, ["contested"]), ANN));
  const results = await Promise.allSettled(made.map(({ id }) => house.workflows.publish(id, {}, ANN)));
  const winners = made.filter((_, i) => results[i]?.status === "fulfilled");
  assert.equal(winners.length, 1);
  assert.equal((await house.workflows.resolveHook("contested"))?.workflowId, winners[0]?.id);
  for (const result of results) {
    if (result.status === "rejected") assert.equal(result.reason.status, 422);
  }
});

Deno.test("publish() many times at once makes one version", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Once", ["a"]), ANN);
  const results = await Promise.all([1, 2, 3, 4].map(() => house.workflows.publish(made.id, {}, ANN)));
  assert.deepEqual(results, [1, 2, 3, 4].map(() => ({ version: 1 })));
});

Deno.test("remove() refuses while executions are unsettled, naming the count", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Running", ["a"]), ANN);
  await house.workflows.publish(made.id, {}, ANN);
  house.unsettled.counts.set(made.id, 12);
  await assert.rejects(house.workflows.remove(made.id, {}, ANN), (error: EngineError) => {
    assert.equal(error.status, 409);
    assert.match(error.message, /^12 executions/);
    return true;
  });
  assert.notEqual(await house.workflows.resolveHook("a"), null);
  assert.deepEqual(house.unsettled.cancelled, []);
});

Deno.test("remove() takes the workflow off the air and keeps versions until the last execution is forgotten", async () => {
  await using house = await openHouse();
  const { workflows, store, kv } = house;
  const made = await workflows.create(input("Leaving", ["a"]), ANN);
  await workflows.publish(made.id, {}, ANN);
  house.unsettled.counts.set(made.id, 1);
  const pointer = keys.byWorkflow(made.id, "execution");
  await kv.set(pointer, new Uint8Array());
  await workflows.remove(made.id, { running: "finish" }, ANN);
  assert.deepEqual(house.unsettled.cancelled, []);
  await assert.rejects(workflows.get(made.id), { status: 404 });
  await assert.rejects(workflows.remove(made.id, {}, ANN), { status: 404 });
  assert.deepEqual((await workflows.list({ limit: 10 })).items, []);
  assert.equal(await workflows.loadPublished(made.id), null);
  assert.equal(await workflows.resolveHook("a"), null);
  assert.equal((await workflows.loadVersion(made.id, 1)).name, "Leaving");
  const heir = await workflows.create(input("Heir", ["a"]), ANN);
  assert.deepEqual(await workflows.publish(heir.id, {}, ANN), { version: 1 });
  assert.equal(await workflows.purge(made.id), false);
  house.clock.now += 7_200_000;
  assert.equal(await workflows.purgeDeleted(), 0);
  await kv.delete(pointer);
  assert.equal(await workflows.purgeDeleted(), 1);
  const left = (await store.keys({ selector: { prefix: [] } })).filter((key) => key.includes(made.id));
  assert.deepEqual(left, []);
  assert.equal(await workflows.purge(heir.id), false, "what lives is never purged");
});

Deno.test("remove() cancels what runs when asked, and leaves nothing when nothing is stored", async () => {
  await using house = await openHouse();
  const made = await house.workflows.create(input("Cancelled", ["a"]), ANN);
  await house.workflows.publish(made.id, {}, ANN);
  house.unsettled.counts.set(made.id, 3);
  await house.workflows.remove(made.id, { running: "cancel" }, ANN);
  assert.deepEqual(house.unsettled.cancelled, [made.id, made.id], "before, and for what started meanwhile");
  assert.deepEqual(await house.store.keys({ selector: { prefix: [] } }), []);
  assert.equal((await storedContents(house.store, made.id)).size, 0);
});
