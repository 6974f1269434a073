import assert from "node:assert/strict";
import { COMMIT_NAMES } from "../../engine/store/commit.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { Prepared, run } from "./crash_fixture.ts";
import type { Story } from "./crash_fixture.ts";
import { mailThatLeaves, STORIES } from "./stories.ts";
import { mailServer } from "../messages/smtp_fixture.ts";

// What died mid-way leaves its timers behind, as a killed process does.
const unclean = { sanitizeOps: false, sanitizeResources: false };

/** Every commit of the run, by name and number. */
function commitsOf(batches: readonly (readonly CommitName[])[]): { name: CommitName; nth: number }[] {
  const seen = new Map<CommitName, number>();
  return batches.flatMap((batch) =>
    [...new Set(batch)].map((name) => {
      seen.set(name, (seen.get(name) ?? 0) + 1);
      return { name, nth: seen.get(name)! };
    })
  );
}

async function everyFault(
  story: Story,
  options: Parameters<typeof run>[2],
  again: Parameters<typeof run>[4] = null,
): Promise<Set<string>> {
  const prepared = await Prepared.of(story);
  const clean = await run(story, prepared, options, null);
  const hit = new Set<string>();
  // How often a lease is renewed depends on how fast the machine is, where something real is waited for.
  for (const commit of commitsOf(clean.batches).filter(({ name }) => name !== "renew")) {
    for (const fault of again ? ["crash before", "crash after"] as const : FAULTS) {
      const aim = { ...commit, fault };
      const { fired } = await run(story, prepared, options, aim, again);
      assert.ok(fired, `${JSON.stringify(aim)} never came`);
      hit.add(`${commit.name}: ${fault}`);
    }
  }
  return hit;
}

for (const queue of [false, true]) {
  Deno.test({
    ...unclean,
    name: `a fault at every commit, queue ${queue ? "on" : "off"}: nothing lost, nothing doubled`,
    async fn(t): Promise<void> {
      const reached = new Set<string>();
      for (const [name, story] of STORIES) {
        await t.step(name, async () => {
          for (const each of await everyFault(story, { queue })) reached.add(each);
        });
      }
      const names = [
        "accept",
        "settle",
        "wait",
        "retry",
        "wake",
        "claim",
        "mail",
        "vote",
        "deliver",
        "tracking",
      ];
      for (const name of names) {
        assert.ok(COMMIT_NAMES.some((known) => known === name));
        for (const fault of FAULTS) {
          assert.ok(reached.has(`${name}: ${fault}`), `${name}: ${fault} was never hit`);
        }
      }
    },
  });
}

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
