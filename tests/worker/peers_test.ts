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
