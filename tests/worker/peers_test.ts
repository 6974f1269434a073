import assert from "node:assert/strict";
import { Peers } from "../../engine/worker/peers.ts";

const DEAD = "01DEAD";

Deno.test("isDead() tells a dead peer to all who ask at once: none waits for a lease in vain", async () => {
  const folder = await Deno.makeTempDir();
  // A process that was killed leaves its file behind, and nobody holds it.
  await Deno.writeTextFile(`${folder}/${DEAD}.lock`, "");
  const peers = new Peers(folder, "01SELF");
  await peers.announce();
  const answers = await Promise.all(Array.from({ length: 50 }, () => peers.isDead(DEAD)));
  assert.deepEqual([...new Set(answers)], [true]);
  await peers.leave();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("isDead() never calls a living peer dead, until it left", async () => {
  const folder = await Deno.makeTempDir();
  const [one, other] = [new Peers(folder, "01ONE"), new Peers(folder, "01OTHER")];
  await one.announce();
  await other.announce();
  assert.equal(await one.isDead("01OTHER"), false);
  await other.leave();
  assert.equal(await one.isDead("01OTHER"), true);
  await one.leave();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("announce() shows no file that is not locked yet: nobody takes a starting process for dead", async () => {
  const folder = await Deno.makeTempDir();
  const watcher = new Peers(folder, "01WATCHER", (owner) => assert.fail(`${owner} was called dead`));
  await watcher.announce();
  let seen = 0;
  for (let i = 0; i < 30; i++) {
    const peer = new Peers(folder, `01PEER${i}`);
    const announced = peer.announce();
    for (let looks = 0; looks < 5; looks++) seen += (await watcher.living()).length;
    await announced;
    assert.deepEqual(await watcher.living(), [`01PEER${i}`]);
    await peer.leave();
  }
  assert.ok(seen > 0);
  await watcher.leave();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("living() finds a death that nobody asked about, and tells it once", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/${DEAD}.lock`, "");
  const found: string[] = [];
  const [one, other] = ["01ONE", "01OTHER"].map((owner) =>
    new Peers(folder, owner, (dead) => found.push(dead))
  );
  await one!.announce();
  await other!.announce();
  assert.deepEqual(await one!.living(), ["01OTHER"]);
  assert.deepEqual(await other!.living(), ["01ONE"]);
  assert.deepEqual(found, [DEAD]);
  await one!.leave();
  await other!.leave();
  await Deno.remove(folder, { recursive: true });
});
