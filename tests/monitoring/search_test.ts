/** What the filters of the executions list find beyond heads: text in inputs and outputs, causes, times. */
import assert from "node:assert/strict";
import type { ExecutionFilter } from "../../engine/schemas/execution.ts";
import { SEARCHED_AT_ONCE, searchPage } from "../../engine/monitoring/search.ts";
import { keys } from "../../engine/store/keys.ts";
import type { HeadRecord } from "../../engine/store/records.ts";
import { encode } from "../../engine/store/store.ts";
import { timeOfId } from "../../engine/worker/clock.ts";
import { ANN, chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const HOUR = 3_600_000;

async function found(house: Opened, filter: ExecutionFilter, payloads = true): Promise<string[]> {
  const { items } = await house.engine.executions.list({ ...filter, limit: 50 }, { payloads });
  return items.map(({ id }) => id);
}

async function run(house: Opened, body: { [name: string]: string }): Promise<string> {
  const { executionId } = await hook(house.engine, "go", { email: "ann@example.com", ...body });
  await house.until(() => isOver(house.engine, executionId));
  return executionId;
}

Deno.test("list() finds text in inputs, outputs, large ones too, and in names, whatever the case", async () => {
  await using house = await openEngine();
  house.probe.answer = (_context, say) => ({
    kind: "done",
    output: { text: say === "large" ? `${"x".repeat(200_000)} the Needle` : say },
  });
  await publish(house.engine, [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.say }}" })], [
    ...chain("hook", "a"),
  ]);
  const plain = await run(house, { say: 'He said "Grüezi"', firstName: "Kim" });
  const large = await run(house, { say: "large" });
  assert.deepEqual(await found(house, { q: "NEEDLE" }), [large]);
  assert.deepEqual(await found(house, { q: 'said "grüezi"' }), [plain]);
  assert.deepEqual(await found(house, { q: plain.toLowerCase() }), [plain]);
  assert.deepEqual(await found(house, { q: "ann@example" }), [large, plain]);
  assert.deepEqual(await found(house, { q: "nothing of this" }), []);
});

Deno.test("list() searches no payload for whom may not see one: nothing shows by being found", async () => {
  await using house = await openEngine();
  house.probe.answer = (_context, say) => ({ kind: "done", output: { say } });
  await publish(house.engine, [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.say }}" })], [
    ...chain("hook", "a"),
  ]);
  const id = await run(house, { say: "salary 5000" });
  assert.deepEqual(await found(house, { q: "salary" }), [id]);
  assert.deepEqual(await found(house, { q: "salary" }, false), []);
  assert.deepEqual(await found(house, { q: "ann@example.com" }, false), [id]);
});

Deno.test("list() finds failed ones by their cause: node type, code, status and host, all of the words", async () => {
  await using house = await openEngine();
  house.probe.answer = (_context, say) => {
    const status = Number(say);
    const host = `${say}.example.com`;
    const failure = { code: `http_${say}`, message: "No", retryable: false, status, host };
    return { kind: "fail", failure };
  };
  await publish(house.engine, [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.say }}" })], [
    ...chain("hook", "a"),
  ]);
  const unauthorized = await run(house, { say: "401" });
  const forbidden = await run(house, { say: "403" });
  assert.deepEqual(await found(house, { error: "probe http_401 401.example.com" }), [unauthorized]);
  assert.deepEqual(await found(house, { error: "HTTP_403" }), [forbidden]);
  assert.deepEqual(await found(house, { error: "403" }), [forbidden]);
  assert.deepEqual(await found(house, { error: "probe" }), [forbidden, unauthorized]);
  assert.deepEqual(await found(house, { error: "http_401 403.example.com" }), []);
  assert.deepEqual(await found(house, { error: "email http_401" }), []);
  const counted = await house.engine.mending.count({ action: "retry", filter: { error: "http_401" } });
  assert.deepEqual(counted.sample, [unauthorized]);
});

Deno.test("list() by time: of creation by its ids alone, of the end whenever it began; active are not settled", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  await publish(engine, [
    hookNode("go"),
    node("pause", "wait", { kind: "for", duration: { value: 3, unit: "hours" } }),
  ], chain("hook", "pause"));
  const began = clock.now;
  const first = (await hook(engine, "go", { email: "ann@example.com" })).executionId;
  await house.settle();
  clock.advance(2 * HOUR);
  const second = (await hook(engine, "go", { email: "kim@example.com" })).executionId;
  await house.until(() => isOver(engine, first), 4 * HOUR);
  const iso = (hours: number): string => new Date(began + hours * HOUR).toISOString();
  assert.deepEqual(await found(house, { to: iso(1) }), [first]);
  assert.deepEqual(await found(house, { from: iso(1) }), [second]);
  assert.deepEqual(await found(house, { timeOf: "ended", from: iso(2.5), to: iso(4) }), [first]);
  assert.deepEqual(await found(house, { timeOf: "ended", from: iso(3.5) }), []);
  assert.deepEqual(await found(house, { status: "active" }), [second]);
  await engine.executions.cancel(second, {}, ANN);
  assert.deepEqual(await found(house, { status: "active" }), []);
});

Deno.test("searchPage() looks into the newest 5,000, says so, and goes on behind them", async () => {
  await using house = await openEngine();
  const { engine, store } = house;
  await publish(engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const model = await run(house, { note: "like the others" });
  const head = (await store.get<HeadRecord>(keys.execution(model)))!.value;
  const older = 5_200;
  const ids: string[] = [];
  for (let n = 1; n <= older; n++) {
    const createdAt = head.createdAt - n * 1_000;
    const id = `${timeOfId(createdAt)}${"0".repeat(16)}`;
    const needle = n === 5_100 ? { ...head.reason, code: "x", text: "the needle" } : head.reason;
    ids.push(id);
    await house.real.set(keys.execution(id), encode({ ...head, id, createdAt, reason: needle ?? null }));
  }
  const deps = {
    store,
    versions: { nodesOf: () => Promise.resolve([]), typeOf: () => Promise.resolve(null) },
  };
  // On a slow machine too the number ends it, and not the time.
  const options = { payloads: true, elapsed: () => 0 };
  const page = await searchPage(deps, { q: "the needle", limit: 50 }, options);
  assert.deepEqual([page.items.length, page.searched], [0, SEARCHED_AT_ONCE]);
  assert.equal(page.nextCursor, ids[SEARCHED_AT_ONCE - 2]);
  assert.equal(page.searchedUntil, new Date(head.createdAt - (SEARCHED_AT_ONCE - 1) * 1_000).toISOString());
  const rest = await searchPage(deps, { q: "the needle", limit: 50, cursor: page.nextCursor! }, options);
  assert.deepEqual(rest.items.map(({ id }) => id), [ids[5_099]]);
  assert.deepEqual([rest.nextCursor, rest.searchedUntil], [null, undefined]);
  const one = await searchPage(deps, {
    q: "nowhere",
    limit: 50,
    from: new Date(head.createdAt).toISOString(),
  }, {
    payloads: true,
    elapsed: () => 0,
  });
  assert.deepEqual([one.searched, one.nextCursor], [1, null]);
});
