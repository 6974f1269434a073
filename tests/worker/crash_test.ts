import assert from "node:assert/strict";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { everyFault } from "./crash_fixture.ts";
import { mailThatLeaves, STORIES, STORY_NAMES } from "./stories.ts";
import { mailServer } from "../messages/smtp_fixture.ts";

// What died mid-way leaves its timers behind, as a killed process does.
const unclean = { sanitizeOps: false, sanitizeResources: false };

/** Plays one alone. */
const STORY = Deno.env.get("LEADFLOW_TEST_STORY");

for (const queue of [false, true]) {
  Deno.test({
    ...unclean,
    name: `a fault at every commit, queue ${queue ? "on" : "off"}: nothing lost, nothing doubled`,
    async fn(t): Promise<void> {
      const reached = new Set<string>();
      for (const [name, story] of STORIES) {
        if (STORY && name !== STORY) continue;
        await t.step(name, async () => {
          for (const each of (await everyFault(story, { queue })).hit) reached.add(each);
        });
      }
      if (STORY) return assert.ok(reached.size > 0, `there is no story "${STORY}"`);
      for (const name of STORY_NAMES) {
        for (const fault of FAULTS) {
          assert.ok(reached.has(`${name}: ${fault}`), `${name}: ${fault} was never hit`);
        }
      }
    },
  });
}

Deno.test({
  ...unclean,
  name:
    "a fault at every commit while others are under way, as over a network: nothing lost, nothing doubled",
  async fn(t): Promise<void> {
    for (const name of ["mail opened", "fan-out and join", "retry, then success"]) {
      await t.step(name, async () => {
        const { hit } = await everyFault(STORIES.get(name)!, { overNetwork: true });
        for (const fault of FAULTS) {
          assert.ok([...hit].some((each) => each.endsWith(`: ${fault}`)), `${fault} was never hit`);
        }
      });
    }
  },
});

Deno.test({
  ...unclean,
  name: "a death at every commit, and another while the first is mended: nothing lost, nothing doubled",
  async fn(t): Promise<void> {
    for (const name of ["mail not opened", "a row of effects", "retry, then success"]) {
      for (const again of ["crash before", "crash after"] as const) {
        await t.step(`${name}, again ${again}`, async () => {
          await everyFault(STORIES.get(name)!, {}, again);
        });
      }
    }
  },
});

Deno.test({
  ...unclean,
  name: "a fault at every commit of a mail that leaves: sent once, or a person is asked",
  async fn(): Promise<void> {
    await using server = await mailServer();
    await everyFault(mailThatLeaves(server), { smtpUrl: server.url });
  },
});
