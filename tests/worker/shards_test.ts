import assert from "node:assert/strict";
import { createIds } from "../../engine/worker/clock.ts";
import { Peers } from "../../engine/worker/peers.ts";
import { Shards } from "../../engine/worker/shards.ts";
import { ManualClock } from "../helpers/clock.ts";
import { eventually } from "../helpers/eventually.ts";

interface Process {
  peers: Peers;
  shards: Shards;
  gone: number;
}

async function join(folder: string, owner: string, clock: ManualClock): Promise<Process> {
  const peers = new Peers(folder, owner);
  const own = clock.process();
  const shards = new Shards({ clock: own, others: peers, owner, onGone: () => process.gone++ });
  const process: Process = { peers, shards, gone: 0 };
  await peers.announce();
  await shards.start();
  return process;
}

/** Moves time until all see it so: looking at who lives is I/O. */
async function agree(clock: ManualClock, holds: () => boolean): Promise<void> {
  await eventually("they do not agree", () => {
    if (holds()) return true;
    clock.advance(500);
    return false;
  });
}

Deno.test("isMine() gives each id to one living process, in equal parts, and all to the last", async () => {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock();
  const one = await join(folder, "01A", clock);
  assert.ok(one.shards.alone);
  const two = await join(folder, "01B", clock);
  const three = await join(folder, "01C", clock);
  const all = [one, two, three];
  const newId = createIds(clock.process());
  const ids = Array.from({ length: 3_000 }, newId);
  const owners = (id: string): number => all.filter((each) => each.shards.isMine(id)).length;
  await agree(clock, () => ids.every((id) => owners(id) === 1));
  for (const { shards } of all) {
    const share = ids.filter((id) => shards.isMine(id)).length;
    assert.ok(share > 900 && share < 1_100, `${share} of 3,000`);
  }
  two.shards.stop();
  await two.peers.leave();
  three.shards.stop();
  await three.peers.leave();
  await agree(clock, () => one.shards.alone);
  assert.ok(one.gone >= 1);
  assert.ok(ids.every((id) => one.shards.isMine(id)));
  one.shards.stop();
  await one.peers.leave();
  await Deno.remove(folder, { recursive: true });
});
