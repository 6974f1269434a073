import assert from "node:assert/strict";
import { deploy } from "./deploy.ts";

const ROUNDS = 10;

Deno.test("instances that come and go as on Deno Deploy lose nothing and run nothing twice", async () => {
  const seed = Date.now() % 1_000_000;
  const counts = await deploy({ rounds: ROUNDS, seed });
  const told = JSON.stringify(counts);
  assert.deepEqual([counts.lost, counts.doubled], [[], []], told);
  assert.ok(counts.instances >= ROUNDS / 2 && counts.killed > 0, told);
  assert.ok(counts.accepted > ROUNDS * 5, told);
});
