import assert from "node:assert/strict";
import { Store } from "../../engine/store/store.ts";
import { Heartbeats } from "../../engine/worker/heartbeats.ts";
import { ManualClock } from "../helpers/clock.ts";

Deno.test("living() names who beat lately, forgets who fell silent or left, and clears away what they left", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const clock = new ManualClock();
  // A wrong wall clock plays no part.
  const of = (owner: string, offset: number): Heartbeats =>
    new Heartbeats(store, clock.process({ offset }), owner);
  const [one, two, dying] = [of("1", 0), of("2", 300_000), of("3", -300_000)];
  for (const each of [one, two, dying]) await each.living();
  assert.deepEqual(await one.living(), ["2", "3"]);
  const pass = async (ms: number): Promise<string[]> => {
    let living: string[] = [];
    for (let gone = 0; gone < ms; gone += 2_500) {
      clock.advance(2_500);
      await two.living();
      living = await one.living();
    }
    return living;
  };
  assert.deepEqual(await pass(10_000), ["2", "3"]);
  assert.deepEqual(await pass(10_000), ["2"]);
  assert.equal((await store.keys({ selector: { prefix: ["peer"] } })).length, 3);
  assert.deepEqual(await pass(60_000), ["2"]);
  assert.deepEqual(await store.keys({ selector: { prefix: ["peer"] } }), [["peer", "1"], ["peer", "2"]]);
  await two.leave();
  assert.deepEqual(await one.living(), []);
  assert.deepEqual(await dying.living(), ["1"]);
});
