/** A loop that is gone on with by hand, with a fault at each of its commits. */
import assert from "node:assert/strict";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { pooled, Prepared, run } from "./crash_fixture.ts";
import { roundsStory } from "./rounds_story.ts";

for (const retried of ["loop", "round"] as const) {
  Deno.test({
    // What died mid-way leaves its timers behind, as a killed process does.
    sanitizeOps: false,
    sanitizeResources: false,
    name:
      `a fault at every commit of a loop that is gone on with by its ${retried}: nothing lost, nothing doubled`,
    async fn(): Promise<void> {
      const story = roundsStory(retried);
      const prepared = await Prepared.of(story);
      let played = 0;
      await pooled(FAULTS, async (fault) => {
        // How the commits of two rounds meet in one atomic differs: by number and not by name, until none is left.
        for (let nth = 1;; nth++) {
          const { fired } = await run(story, prepared, { queue: false }, { name: null, nth, fault });
          if (!fired) break;
          played++;
        }
      });
      assert.ok(played >= 15 * FAULTS.length, `${played} runs`);
    },
  });
}
