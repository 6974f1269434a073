/** The inbox by cause: what is mended together is one card, counted by the commits that change it. */
import assert from "node:assert/strict";
import { causeId, readCause } from "../../engine/core/cause.ts";
import type { CauseCard } from "../../engine/schemas/inbox.ts";
import { ANN, chain, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { FAILS } from "./stories.ts";

const PAGE = { limit: 50 };
const BOB = { userId: "bob", name: "Bob" };

async function fail(house: Opened, path: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await hook(house.engine, path, { i });
  await house.until(async () =>
    (await house.engine.executions.list({ limit: 200 })).items.every(({ status }) => status === "failed")
  );
}

async function causes({ engine }: Opened): Promise<CauseCard[]> {
  return (await engine.inbox.cards(PAGE)).causes;
}

Deno.test("inbox.cards() 50 executions with one 401 in two workflows are one card that says where", async () => {
  await using house = await openEngine();
  house.probe.answer = FAILS;
  for (const path of ["one", "two"]) {
    await publish(house.engine, [
      hookNode(path),
      node("call", "probe", { say: "x" }, { label: "Call the service" }),
    ], chain("hook", "call"));
  }
  await fail(house, "one", 30);
  house.clock.advance(60_000);
  await fail(house, "two", 20);
  const [card, ...others] = await causes(house);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [card?.title, card?.type, card?.code, card?.status, card?.host, card?.count, card?.more],
    ["401 from api.example.com", "probe", "http_401", 401, "api.example.com", 50, false],
  );
  assert.deepEqual(card?.where.map(({ label, count }) => [label, count]), [
    ["Call the service", 30],
    ["Call the service", 20],
  ]);
  assert.ok(Date.parse(card!.lastAt) - Date.parse(card!.createdAt) >= 60_000);
  assert.equal(await house.engine.inbox.count(), 1);
  let listed = 0;
  // A look ends after 50 ms, with a cursor from which it goes on.
  for (let cursor: string | undefined, more = true; more;) {
    const { items, nextCursor } = await house.engine.executions.list({
      cause: card!.id,
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    listed += items.length;
    cursor = nextCursor ?? undefined;
    more = nextCursor !== null;
  }
  assert.equal(listed, 50);
  await oracle(house.store);
});

Deno.test("inbox.cards() failures without a host are each node's own", async () => {
  await using house = await openEngine();
  house.probe.answer = ({ nodeId }) => ({
    kind: "fail",
    failure: { code: "odd", message: `Odd ${nodeId}`, retryable: false },
  });
  await publish(house.engine, [hookNode("go"), node("a", "probe"), node("b", "probe")], [
    ...chain("hook", "a"),
    ...chain("hook", "b"),
  ]);
  await fail(house, "go", 3);
  assert.deepEqual((await causes(house)).map(({ count, where }) => [where[0]?.nodeId, count]).sort(), [
    ["a", 3],
    ["b", 3],
  ]);
});

Deno.test("mending.startBulk() retries all of a cause, and the card goes with the last of them", async () => {
  await using house = await openEngine();
  house.probe.answer = FAILS;
  await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  await fail(house, "go", 25);
  const [card] = await causes(house);
  const input = { action: "retry", filter: { cause: card!.id } } as const;
  const { count } = await house.engine.mending.count(input);
  assert.equal(count, 25);
  house.probe.answer = () => ({ kind: "done" });
  const job = await house.engine.mending.startBulk({ ...input, expect: count }, {}, ANN);
  await house.until(async () => (await house.engine.mending.bulkJob(job.id)).status === "completed");
  await house.until(async () =>
    (await house.engine.executions.list({ status: "completed", limit: 200 })).items.length === 25
  );
  assert.equal(await house.engine.inbox.count(), 0);
  await oracle(house.store);
});

Deno.test("mending.count() reaches also those whose other steps still run", async () => {
  await using house = await openEngine();
  house.probe.answer = FAILS;
  const pause = node("pause", "wait", { kind: "for", duration: { value: 1, unit: "days" } });
  await publish(house.engine, [hookNode("go"), node("a", "probe"), pause], [
    ...chain("hook", "a"),
    ...chain("hook", "pause"),
  ]);
  const { executionId } = await hook(house.engine, "go");
  await house.until(async () => await house.engine.inbox.count() === 1);
  assert.equal((await house.engine.executions.get(executionId)).status, "waiting");
  const [card] = await causes(house);
  assert.equal((await house.engine.mending.count({ action: "retry", filter: { cause: card!.id } })).count, 1);
});

Deno.test("inbox.cards() of one execution are what it asks, and the causes that it has a part in", async () => {
  await using house = await openEngine();
  const { engine } = house;
  house.probe.answer = FAILS;
  await publish(house.engine, [hookNode("one"), node("call", "probe", { say: "x" })], chain("hook", "call"));
  await publish(house.engine, [
    hookNode("two"),
    node("ask", "task", { title: "Call Ann", outcomes: ["Reached", "Not reached"] }),
  ], chain("hook", "ask"));
  const failed: string[] = [];
  for (let i = 0; i < 3; i++) failed.push((await hook(engine, "one", { i })).executionId);
  const asking: string[] = [];
  for (let i = 0; i < 2; i++) asking.push((await hook(engine, "two", { i })).executionId);
  await house.until(async () => (await engine.inbox.list(PAGE)).items.length === 5);
  const of = (executionId: string): ReturnType<Opened["engine"]["inbox"]["cards"]> =>
    engine.inbox.cards({ ...PAGE, executionId });
  const mend = await of(failed[1]!);
  assert.deepEqual([mend.causes.map(({ count }) => count), mend.items, mend.nextCursor], [[3], [], null]);
  const answer = await of(asking[1]!);
  assert.deepEqual([answer.causes, answer.items.map((item) => item.executionId)], [[], [asking[1]]]);
  assert.deepEqual(
    await of("01M"),
    { causes: [], items: [], nextCursor: null },
    "of what begins so: nothing",
  );
  await engine.inbox.ignore(mend.causes[0]!.id, ANN);
  assert.deepEqual((await of(failed[1]!)).causes, []);
});

Deno.test("inbox.ignore() takes a cause away until something fails for it again", async () => {
  await using house = await openEngine();
  house.probe.answer = FAILS;
  await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  await fail(house, "go", 4);
  const [card] = await causes(house);
  await house.engine.inbox.ignore(card!.id, ANN);
  assert.deepEqual([await house.engine.inbox.count(), await causes(house)], [0, []]);
  assert.equal((await house.engine.mending.count({ action: "retry", filter: { cause: card!.id } })).count, 0);
  await assert.rejects(house.engine.inbox.ignore(card!.id, ANN), { status: 404 });
  house.clock.advance(60_000);
  await fail(house, "go", 2);
  const [again] = await causes(house);
  assert.deepEqual([again?.id, again?.count, again?.returned?.by], [card!.id, 2, "Ann"]);
  assert.equal((await house.engine.mending.count({ action: "retry", filter: { cause: card!.id } })).count, 2);
});

Deno.test("inbox.assign() gives cards to oneself, others and nobody, and refuses strangers", async () => {
  await using house = await openEngine();
  house.probe.answer = FAILS;
  const task = node("ask", "task", { title: "Ask", outcomes: ["Yes"] });
  await publish(house.engine, [hookNode("go"), node("a", "probe"), task], [
    ...chain("hook", "a"),
    ...chain("hook", "ask"),
  ]);
  await hook(house.engine, "go");
  await house.until(async () => await house.engine.inbox.count() === 2);
  const { causes: [cause], items: [item] } = await house.engine.inbox.cards(PAGE);
  assert.deepEqual(await house.engine.inbox.assign(item!.id, "me", BOB), BOB);
  assert.deepEqual(await house.engine.inbox.assign(cause!.id, "bob", BOB), BOB);
  const owned = await house.engine.inbox.cards(PAGE);
  assert.deepEqual([owned.causes[0]?.owner, owned.items[0]?.owner], [BOB, BOB]);
  assert.equal(await house.engine.inbox.assign(cause!.id, null, ANN), null);
  assert.equal((await causes(house))[0]?.owner, undefined);
  await assert.rejects(house.engine.inbox.assign(item!.id, "nobody", ANN), { status: 422 });
  await assert.rejects(house.engine.inbox.assign("nothing.a.1", "me", ANN), { status: 404 });
  await house.engine.inbox.complete(item!.id, { outcome: "Yes" }, ANN);
  assert.deepEqual(
    await house.store.keys({ selector: { prefix: ["card"] } }).then((keys) => keys.map(([, id]) => id)),
    [
      cause!.id,
    ],
  );
});

Deno.test("inbox.cards() pages through what is no failure; causes stand on the first page", async () => {
  await using house = await openEngine();
  await publish(
    house.engine,
    [hookNode("go"), node("ask", "task", { title: "Ask", outcomes: ["Yes"] })],
    chain("hook", "ask"),
  );
  for (let i = 0; i < 5; i++) await hook(house.engine, "go", { i });
  await house.until(async () => await house.engine.inbox.count() === 5);
  const first = await house.engine.inbox.cards({ limit: 3 });
  const second = await house.engine.inbox.cards({ limit: 3, cursor: first.nextCursor! });
  assert.deepEqual([first.items.length, second.items.length, second.nextCursor], [3, 2, null]);
  assert.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 5);
  await assert.rejects(house.engine.inbox.cards({ limit: 3, cursor: "nothing" }), { status: 422 });
});

Deno.test("indexInbox() finds the cards of a database from before, under the causes that a retry takes away", async () => {
  const before = await openEngine();
  before.probe.answer = FAILS;
  await publish(before.engine, [
    hookNode("go"),
    node("a", "probe"),
    node("ask", "task", { title: "Ask", outcomes: ["Yes"] }),
  ], [
    ...chain("hook", "a"),
    ...chain("hook", "ask"),
  ]);
  await hook(before.engine, "go");
  await before.until(async () => await before.engine.inbox.count() === 2);
  await before.engine.stop();
  for (const prefix of ["todo", "attention_by_cause"]) {
    for (const key of await before.store.keys({ selector: { prefix: [prefix] } })) {
      await before.real.delete(key);
    }
  }
  await before.real.delete(["meta", "inbox_index"]);
  before.die();
  const after = await openEngine({ real: before.real, manual: before.clock, probe: before.probe });
  assert.equal(await after.engine.inbox.count(), 2);
  await oracle(after.store);
  const { items: [execution] } = await after.engine.executions.list({ limit: 1 });
  before.probe.answer = () => ({ kind: "done" });
  await after.engine.executions.retry(execution!.id, {}, ANN);
  await after.until(async () => await after.engine.inbox.count() === 1);
  await oracle(after.store);
  await after[Symbol.asyncDispose]();
  before.real.close();
});

Deno.test("readCause() reads what causeId() names, whatever the parts hold", () => {
  const odd = { code: "a:b/%", status: 503, host: "[::1]", message: "" };
  const read = readCause(causeId({ id: "n", type: "api" }, odd, "w"));
  assert.deepEqual(read, { type: "api", code: "a:b/%", status: 503, host: "[::1]", at: null });
  const own = readCause(causeId({ id: "n", type: "set" }, { code: "template", message: "" }, "w"));
  assert.deepEqual(own, {
    type: "set",
    code: "template",
    status: null,
    host: null,
    at: { workflowId: "w", nodeId: "n" },
  });
  for (const text of ["", "cause:", "cause:a:b:c:%", "e1.a.1"]) assert.equal(readCause(text), null);
});
