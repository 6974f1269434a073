import assert from "node:assert/strict";
import { shardOf, SHARDS } from "../../engine/store/keys.ts";
import {
  chain,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
} from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const PAUSE = { kind: "for", duration: { value: 20, unit: "seconds" } };

/** A cron tick; `over` says whether it has returned. */
function sweep({ engine }: Opened): { done: Promise<void>; isOver: () => boolean } {
  let over = false;
  const done = engine.sweep().then(() => void (over = true));
  return { done, isOver: () => over };
}

async function passes({ clock, settle }: Opened, ms: number): Promise<void> {
  for (const end = clock.now + ms; clock.now < end;) {
    clock.advance(500);
    await settle();
  }
}

async function opened(real?: Deno.Kv): Promise<Opened> {
  const house = await openEngine(real ? { real } : {});
  await publish(house.engine, [hookNode("go"), node("pause", "wait", PAUSE)], chain("hook", "pause"));
  return house;
}

Deno.test("stay() keeps a host awake until what falls due in this minute is done, and no longer", async () => {
  await using house = await opened();
  const { executionId } = await hook(house.engine, "go");
  await house.settle();
  const tick = sweep(house);
  await passes(house, 19_000);
  assert.ok(!tick.isOver() && !await isOver(house.engine, executionId));
  await passes(house, 2_000);
  await tick.done;
  assert.ok(await isOver(house.engine, executionId));
});

Deno.test("stay() does not go while something comes into a shard that it has just read", async () => {
  using real = await emptyDatabase();
  await using house = await opened(real);
  const until = house.clock.now - house.clock.now % 60_000 + 58_000;
  const list = real.list.bind(real);
  let executionId: string | null = null;
  /** Once its last shard is read, an execution begins to wait in another one. */
  async function* listing<T>(...args: Parameters<Deno.Kv["list"]>): AsyncGenerator<Deno.KvEntry<T>> {
    const [selector] = args;
    const end = "end" in selector ? selector.end : [];
    if (executionId === null && end[1] === SHARDS - 1 && end[2] === 0 && end[3] === until) {
      do ({ executionId } = await hook(house.engine, "go")); while (shardOf(executionId) === SHARDS - 1);
    }
    yield* list<T>(...args);
  }
  Object.defineProperty(real, "list", { value: listing, writable: true, configurable: true });
  const tick = sweep(house);
  await house.settle();
  await passes(house, 15_000);
  assert.ok(executionId !== null && !tick.isOver(), "it waits for what came");
  await passes(house, 10_000);
  await tick.done;
  assert.ok(await isOver(house.engine, executionId));
});
