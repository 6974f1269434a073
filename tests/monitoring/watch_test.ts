import assert from "node:assert/strict";
import type { Watched } from "../../engine/contract.ts";
import { Watch } from "../../engine/monitoring/watch.ts";
import { Store } from "../../engine/store/store.ts";
import type { ListOptions } from "../../engine/store/store.ts";
import type { Followed } from "../../engine/mod.ts";
import { eventually } from "../helpers/eventually.ts";
import { chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const seqOf = ({ event }: Followed): number => (event.data as { seq: number }).seq;

/** Somebody who looks on; `got` is what was shown so far. */
interface Viewer {
  got: Watched[];
  leave(): Promise<void>;
}

async function look(house: Opened, cursor: string | null = null): Promise<Viewer> {
  const controller = new AbortController();
  const got: Watched[] = [];
  const watching = (async (): Promise<void> => {
    for await (const one of house.engine.executions.watch(cursor, controller.signal)) got.push(one);
  })();
  // It has read where it stands.
  await house.settle();
  return {
    got,
    async leave(): Promise<void> {
      controller.abort();
      await watching;
    },
  };
}

const eventsOf = (viewer: Viewer): Followed[] => viewer.got.flatMap(({ events }) => events ?? []);

async function until(isSo: () => boolean, what: string): Promise<void> {
  await eventually(`not so: ${what}`, isSo);
}

async function published(house: Opened): Promise<void> {
  await publish(
    house.engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe")],
    chain("hook", "a", "b"),
  );
}

Deno.test("watch() shows all who look the same: every event once, in order, put together once", async () => {
  await using house = await openEngine();
  await published(house);
  const viewers = [await look(house), await look(house), await look(house)];
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push((await hook(house.engine, "go")).executionId);
  for (const id of ids) await house.until(() => isOver(house.engine, id));
  let total = 0;
  for (const id of ids) total += (await house.engine.executions.events(id, {})).length;
  for (const viewer of viewers) {
    await until(() => eventsOf(viewer).length >= total, "all events are shown");
    for (const id of ids) {
      const seqs = eventsOf(viewer).filter(({ event }) => event.executionId === id).map(seqOf);
      assert.deepEqual(seqs, seqs.map((_, index) => index + 1));
    }
    assert.equal(eventsOf(viewer).length, total);
    assert.ok(viewer.got.every((one, i) => one === viewers[0]!.got[i]), "the very same batches");
  }
  for (const viewer of viewers) await viewer.leave();
});

Deno.test("watch() goes on behind a cursor that is at hand, and says so where it is not", async () => {
  await using house = await openEngine();
  await published(house);
  const first = await look(house);
  const { executionId } = await hook(house.engine, "go");
  await house.until(() => isOver(house.engine, executionId));
  await until(
    () => eventsOf(first).some(({ event }) => event.taskId === null && event.type === "completed"),
    "over",
  );
  const back = await look(house, first.got[0]!.at);
  await until(() => back.got.length === first.got.length - 1, "the rest");
  assert.ok(back.got.every(({ events }) => events !== null));
  assert.deepEqual(eventsOf(back), eventsOf(first).slice(first.got[0]!.events!.length));
  const lost = await look(house, "00000000000000000001.0");
  await until(() => lost.got.length > 0, "a reset");
  assert.deepEqual(lost.got[0], { at: first.got.at(-1)!.at, events: null, readMs: 1_000 });
  const next = await hook(house.engine, "go");
  await until(() => eventsOf(lost).some(({ event }) => event.executionId === next.executionId), "goes on");
  for (const viewer of [first, back, lost]) await viewer.leave();
});

Deno.test("watch() passes over what is more than a screen can show: one reset instead, and goes on behind it", async () => {
  await using house = await openEngine();
  await published(house);
  const viewer = await look(house);
  const crowd = await Promise.all(Array.from({ length: 300 }, () => hook(house.engine, "go")));
  await until(() => viewer.got.some(({ events }) => events === null), "a reset");
  const before = eventsOf(viewer).length;
  assert.ok(before < 300, `${before} of at least 300 were shown`);
  for (const { executionId } of crowd) await house.until(() => isOver(house.engine, executionId));
  // Some looks later, each at most 100 ms after the one before, it has passed over all of them.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { executionId } = await hook(house.engine, "go");
  await house.until(() => isOver(house.engine, executionId));
  await until(
    () =>
      eventsOf(viewer).some(({ event }) => event.executionId === executionId && event.type === "completed"),
    "what comes behind it is shown",
  );
  await viewer.leave();
});

Deno.test("watch() tells many viewers to read their lists less often: ten readings a second for all", async () => {
  await using house = await openEngine();
  await published(house);
  const viewers: Viewer[] = [];
  for (let i = 0; i < 40; i++) viewers.push(await look(house));
  const told = viewers.map(({ got }) => got.map(({ events, readMs }) => [events?.length, readMs]));
  assert.deepEqual([told[9], told[19], told[39]], [[], [[0, 2_000]], [[0, 4_000]]], "as soon as they come");
  await hook(house.engine, "go");
  await until(() => viewers.every((viewer) => eventsOf(viewer).length > 0), "all are shown it");
  assert.deepEqual(new Set(viewers.map(({ got }) => got.at(-1)!.readMs)), new Set([4_000]));
  for (const viewer of viewers) await viewer.leave();
});

Deno.test("watch() shows what is committed while it looks, though nothing rings again", async () => {
  const feed = ["00000000000000000001"];
  const gate = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  let held = true;
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  store.list = async function* <T>({ selector }: ListOptions): ReturnType<typeof store.list<T>> {
    const after = "start" in selector ? String(selector.start[1]).replace("\u0000", "") : "";
    const found = feed.filter((one) => one > after);
    if (held && found.length > 0) {
      held = false;
      looked.resolve();
      await gate.promise;
    }
    for (const one of found) {
      yield { key: ["feed", one], versionstamp: one, value: { v: 1, e: [["e1", 1]] } as T };
    }
  };
  store.keys = () => Promise.resolve([]);
  const bells = new Set<() => void>();
  const tail = {
    follow(_id: string | null, bell: () => void): () => void {
      bells.add(bell);
      return () => bells.delete(bell);
    },
  };
  const versions = { get: () => Promise.reject(new Error("no execution is there")) };
  const watch = new Watch({ store, versions, tail });
  const controller = new AbortController();
  const shown: string[] = [];
  const watching = (async (): Promise<void> => {
    for await (const { at } of watch.follow(null, controller.signal)) shown.push(at.slice(0, 20));
  })();
  await until(() => bells.size > 0, "it follows");
  await new Promise((resolve) => setTimeout(resolve, 10));
  for (const bell of bells) bell();
  await looked.promise;
  feed.push("00000000000000000002");
  for (const bell of bells) bell();
  gate.resolve();
  await until(() => shown.length === 2, `both are shown, not only ${shown}`);
  assert.deepEqual(shown, feed);
  controller.abort();
  await watching;
  kv.close();
});
