/** The list of names × faults is complete: what no workflow's own story commits is played here. */
import assert from "node:assert/strict";
import { COMMIT_NAMES } from "../../engine/store/commit.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { ManualClock } from "../helpers/clock.ts";
import { chain, createProbe, emptyDatabase, hook, hookNode, isOver, node } from "../helpers/engine.ts";
import { openEngine, publish } from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import type { Fault } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import type { Behaviour } from "../messages/smtp_fixture.ts";
import { MORE_STORIES } from "../long/shapes.ts";
import { migrationStory } from "../mending/migration_story.ts";
import { scheduleStory } from "../scheduling/schedule_story.ts";
import { collectionStory } from "./collection_story.ts";
import { everyFault } from "./crash_fixture.ts";
import { HOUSE_STORIES } from "./house_stories.ts";
import { rateStory } from "./rate_story.ts";
import { alertStory, cardStory } from "../alerts/stories.ts";
import { STORY_NAMES } from "./stories.ts";

const unclean = { sanitizeOps: false, sanitizeResources: false };
const PATIENCE_MS = 48 * 3_600_000;

const hit = new Set<string>();

const OWN_STORIES = [
  ["a collection", collectionStory],
  ["a rate", rateStory],
  ["a schedule", scheduleStory],
  ["a migration", migrationStory],
  ["a card of the inbox", cardStory],
  ["an alert", alertStory],
] as const;

for (const [name, story] of [...HOUSE_STORIES, ...MORE_STORIES, ...OWN_STORIES]) {
  Deno.test({
    ...unclean,
    name: `a fault at every commit of ${name}: nothing lost, nothing doubled`,
    async fn(): Promise<void> {
      for (const pair of (await everyFault(story, { queue: false })).hit) hit.add(pair);
    },
  });
}

/** The very first start: the sample and the feed's entry are there once, whatever happened to it. */
async function firstStart(fault: Fault): Promise<void> {
  const real = await Deno.openKv(":memory:");
  const manual = new ManualClock();
  const options = { real, manual, probe: createProbe() };
  const first = await openEngine({ ...options, aim: { name: "meta", nth: 1, fault } });
  assert.ok(first.faults.fired, `meta: ${fault} never came`);
  const second = first.faults.dead ? await openEngine(options) : first;
  await second.settle();
  assert.equal((await second.engine.workflows.list({ limit: 10 })).items.length, 1);
  const due = await second.store.keys({ selector: { prefix: ["due"] } });
  assert.equal(due.filter((key) => key[4] === "feed").length, 1);
  await oracle(second.store);
  await second.engine.stop();
  for (const house of [first, second]) house.die();
  real.close();
  hit.add(`meta: ${fault}`);
}

Deno.test({
  ...unclean,
  name: "a fault at the first start's commit: what is made once is there once",
  async fn(): Promise<void> {
    for (const fault of FAULTS) await firstStart(fault);
  },
});

/** A zombie writes what became of its mail, or dies of it: then a person is asked, and nothing is sent again. */
async function lateResult(fault: Fault): Promise<void> {
  const real = await emptyDatabase();
  const gate = Promise.withResolvers<void>();
  const behaviour: Behaviour = { beforeAnswer: () => gate.promise };
  await using server = await mailServer(behaviour);
  const zombie = await openEngine({ real, manual: new ManualClock(), smtpUrl: server.url });
  const mail = node("mail", "email", { to: "{{ lead.email }}", subject: "Hello", text: "Hello" });
  await publish(
    zombie.engine,
    [hookNode("go"), mail, node("after", "probe")],
    chain("hook", "mail", "after"),
  );
  const { executionId } = await hook(zombie.engine, "go", { email: "ann@example.com" });
  await zombie.until(() => server.received.length === 1, PATIENCE_MS);
  const heir = await openEngine({ real, manual: new ManualClock(zombie.clock.now), smtpUrl: server.url });
  await heir.until(async () => await heir.engine.inbox.count() === 1, PATIENCE_MS);
  zombie.faults.arm({ name: "ledger_result", nth: 1, fault });
  gate.resolve();
  await zombie.until(() => zombie.faults.fired, 1_200_000);
  await zombie.settle();
  if (fault === "crash before") {
    assert.equal(await heir.engine.inbox.count(), 1);
    const [card] = (await heir.engine.inbox.list({ limit: 10 })).items;
    await heir.engine.inbox.complete(card!.id, { outcome: "sent" }, { userId: "ann", name: "Ann" });
  }
  await heir.until(() => isOver(heir.engine, executionId), PATIENCE_MS);
  assert.equal((await heir.engine.executions.get(executionId)).status, "completed");
  assert.equal(server.received.length, 1);
  assert.equal(await heir.engine.inbox.count(), 0);
  await oracle(heir.store);
  for (const house of [zombie, heir]) house.die();
  real.close();
  hit.add(`ledger_result: ${fault}`);
}

Deno.test({
  ...unclean,
  name: "a fault at the commit of a late result: sent once, and known or asked about",
  async fn(): Promise<void> {
    for (const fault of FAULTS) await lateResult(fault);
  },
});

/** Pairs that cannot be hit, each with the reason. */
const NEVER: { readonly [name in CommitName]?: string } = {};

Deno.test("every name of a commit meets every fault, here or in the workflows' stories", () => {
  const missing: string[] = [];
  for (const name of COMMIT_NAMES) {
    if (STORY_NAMES.includes(name) || NEVER[name]) continue;
    for (const fault of FAULTS) if (!hit.has(`${name}: ${fault}`)) missing.push(`${name}: ${fault}`);
  }
  assert.deepEqual(missing, [], "a name needs a story in house_stories.ts or stories.ts");
});
