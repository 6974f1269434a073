import assert from "node:assert/strict";
import type { Engine, Followed } from "../../engine/mod.ts";
import { chain, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

/** What a follower gets, up to `most` events; it leaves as a closed tab does. */
async function take(
  follow: (signal: AbortSignal) => AsyncIterable<Followed | { id: string; reset: true }>,
  most: number,
): Promise<Followed[]> {
  const controller = new AbortController();
  const found: Followed[] = [];
  for await (const each of follow(controller.signal)) {
    assert.ok("event" in each, "no reset");
    found.push(each);
    if (found.length >= most) break;
  }
  controller.abort();
  return found;
}

async function story(house: Opened): Promise<string> {
  const { engine } = house;
  await publish(engine, [
    hookNode("go"),
    node("a", "probe"),
    node("b", "probe"),
    node("c", "set", { fields: [{ name: "x", value: 1 }] }),
    node("pause", "wait", { kind: "for", duration: { value: 2, unit: "seconds" } }),
    node("d", "probe"),
  ], [...chain("hook", "a", "pause", "d"), ...chain("hook", "b", "c"), edge("c", "d")]);
  return (await hook(engine, "go")).executionId;
}

/** The cursor after all that has happened. */
async function newest({ store }: Opened): Promise<string> {
  const [key] = await store.keys({ selector: { prefix: ["feed"] }, reverse: true, limit: 1 });
  return `${String(key![1])}.999999`;
}

const seqOf = ({ event }: Followed): number => (event.data as { seq: number }).seq;

Deno.test("follow() from every event on gets the rest, once and in order, and ends with the execution", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await story(house);
  await house.until(() => isOver(engine, id));
  const all = await take((signal) => engine.executions.follow(id, 0, signal), Infinity);
  assert.deepEqual(all.map(seqOf), all.map((_, index) => index + 1));
  assert.equal(all.at(-1)?.event.type, "completed");
  for (const [index, { id: cursor }] of all.entries()) {
    const rest = await take((signal) => engine.executions.follow(id, Number(cursor), signal), Infinity);
    assert.deepEqual(rest, all.slice(index + 1));
  }
  assert.deepEqual(await engine.executions.events(id, {}), all);
  assert.deepEqual(await engine.executions.events(id, { after: 3, limit: 4 }), all.slice(3, 7));
});

Deno.test("follow() live, with a break after every event, on another process, misses and repeats nothing", async () => {
  await using house = await openEngine();
  await using other = await openEngine({ real: house.real, manual: house.clock, probe: house.probe });
  const id = await story(house);
  const seen: Followed[] = [];
  const following = (async (): Promise<void> => {
    for (;;) {
      const engine: Engine = seen.length % 2 ? house.engine : other.engine;
      const [next] = await take((signal) => engine.executions.follow(id, seen.length, signal), 1);
      if (!next) return;
      seen.push(next);
    }
  })();
  await house.until(() => isOver(house.engine, id));
  await following;
  assert.deepEqual(seen, await house.engine.executions.events(id, {}));
});

Deno.test("followAll() from every cursor on gets the rest of all executions, once and in order", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [hookNode("before")], []);
  await hook(engine, "before");
  const start = await newest(house);
  const first = await story(house);
  const others = await Promise.all(Array.from({ length: 5 }, () => hook(engine, "go")));
  for (const id of [first, ...others.map(({ executionId }) => executionId)]) {
    await house.until(() => isOver(engine, id));
  }
  let total = 0;
  for (const id of [first, ...others.map(({ executionId }) => executionId)]) {
    total += (await engine.executions.events(id, {})).length;
  }
  const all = await take((signal) => engine.executions.followAll(start, signal), total);
  assert.equal(new Set(all.map(({ id }) => id)).size, total, "an id is unique");
  assert.equal(new Set(all.map((each) => `${each.event.executionId} ${seqOf(each)}`)).size, total);
  for (const id of new Set(all.map(({ event }) => event.executionId))) {
    const seqs = all.filter(({ event }) => event.executionId === id).map(seqOf);
    assert.deepEqual(seqs, seqs.map((_, index) => index + 1), "in the order in which they happened");
  }
  for (const [index, { id: cursor }] of all.entries()) {
    if (index === all.length - 1) continue;
    const next = await take(
      (signal) => engine.executions.followAll(cursor, signal),
      Math.min(3, all.length - 1 - index),
    );
    assert.deepEqual(next.slice(0, 1), all.slice(index + 1, index + 2));
    assert.deepEqual(next, all.slice(index + 1, index + 1 + next.length));
  }
});

Deno.test("followAll() with a cursor older than the feed says so, and goes on from there without a repeat", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  await publish(engine, [hookNode("go")], []);
  await hook(engine, "go");
  const old = await newest(house);
  clock.advance(25 * 3_600_000);
  await hook(engine, "go");
  await house.until(async () => {
    const feed = await house.store.keys({ selector: { prefix: ["feed"] } });
    return feed.length === 1;
  }, 2 * 3_600_000);
  const controller = new AbortController();
  const stream = engine.executions.followAll(old, controller.signal)[Symbol.asyncIterator]();
  const reset = await stream.next();
  assert.ok(!reset.done && "reset" in reset.value);
  controller.abort();
  await stream.return?.();
  const fresh = take((signal) => engine.executions.followAll(reset.value.id, signal), 1);
  const { executionId } = await hook(engine, "go");
  assert.deepEqual((await fresh).map(({ event }) => event.executionId), [executionId]);
});
