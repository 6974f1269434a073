import assert from "node:assert/strict";
import { chance } from "../processes/chance.ts";
import { simulateSchedules } from "./simulation.ts";

Deno.test("three processes, three zones, a change of clocks, outages, deaths and edits: 0 double, 0 missing", async () => {
  const counts = await simulateSchedules({
    seed: chance(22),
    start: Date.UTC(2026, 2, 27),
    days: 10,
    outages: 2,
    deaths: 4,
    edits: 20,
    crons: ["30 2 * * *", "15,45 1-2 * * *", "0 */3 * * *"],
  });
  const { expected, begun, told, doubled, missing, unexpected, early, late, edits } = counts;
  const shown = JSON.stringify(counts);
  assert.deepEqual({ doubled, missing, unexpected, early, late }, {
    ...{ doubled: 0, missing: 0, unexpected: 0, early: 0, late: 0 },
  }, shown);
  assert.equal(begun + told, expected, shown);
  assert.ok(expected > 200 && edits > 12, shown);
});
