/** Stories for the commits of the inbox's cards and of alerts. */
import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { ANN, chain, hook, hookNode, node } from "../helpers/engine.ts";
import type { Story, World } from "../worker/crash_fixture.ts";
import { ended, trigger } from "../worker/stories.ts";

export const FAILS: NonNullable<Story["answer"]> = () => ({
  kind: "fail",
  failure: {
    code: "http_401",
    status: 401,
    host: "api.example.com",
    message: "401 from api.example.com",
    retryable: false,
  },
});

/** A failure is given to somebody, and ignored; asked again after a death, the card is gone by then. */
export const cardStory: Story = {
  nodes: [hookNode("go"), node("a", "probe")],
  edges: chain("hook", "a"),
  answer: FAILS,
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
    const { causes } = await world.ask((engine) => engine.inbox.cards({ limit: 10 }));
    const id = causes[0]!.id;
    await world.ask((engine) => engine.inbox.assign(id, "me", ANN));
    const { causes: [card] } = await world.ask((engine) => engine.inbox.cards({ limit: 10 }));
    assert.deepEqual(card?.owner, ANN);
    await world.ask((engine) =>
      engine.inbox.ignore(id, ANN).catch((error) => {
        if (!(error instanceof EngineError) || error.status !== 404) throw error;
      })
    );
  },
  async after({ engine }): Promise<void> {
    assert.equal(await engine.inbox.count(), 0);
    assert.deepEqual((await engine.inbox.cards({ limit: 10 })).causes, []);
  },
};

/** A look comes every minute: whoever died of the last one looks with the next. */
async function told(world: World, count: number): Promise<void> {
  await world.until(async (engine) =>
    (await engine.executions.list({ limit: 10 })).items.every(({ status }) =>
      ["completed", "failed"].includes(status)
    )
  );
  for (let minute = 0; minute < 5; minute++) {
    world.clock.advance(61_000);
    const quiet = world.clock.now + 10_000;
    await world.until(() => Promise.resolve(world.clock.now >= quiet));
    if ((await world.ask((engine) => engine.messages.list({ limit: 10 }))).items.length === count) return;
  }
  assert.fail(`${count} were to be told`);
}

/** Three fail in a row: one incident, told once; one completes, and that is told too. */
export const alertStory: Story = {
  looks: true,
  nodes: [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.say }}" })],
  edges: chain("hook", "a"),
  answer: (context, say) => say === "good" ? { kind: "done" } : FAILS(context, say),
  async prepare({ engine }): Promise<void> {
    await engine.alerts.saveSettings({ channels: [{ id: "mail", kind: "email", to: ["ann@example.com"] }] });
  },
  async play(world): Promise<void> {
    for (const key of ["one", "two", "three"]) {
      await world.ask((engine) => hook(engine, "go", { key }, { key }));
    }
    await told(world, 1);
    world.clock.advance(10);
    await world.ask((engine) => hook(engine, "go", { say: "good" }, { key: "four" }));
    await told(world, 2);
  },
  async after(world): Promise<void> {
    const { engine } = world;
    const { items } = await engine.alerts.incidents({ limit: 10 });
    assert.deepEqual(items.map(({ kind, status }) => [kind, status]), [["streak", "recovered"]]);
    const subjects = (await engine.messages.list({ limit: 10 })).items.map(({ subject }) => subject);
    assert.match(subjects[0]!, /^Recovered: 3 runs of .* failed in a row$/);
    assert.match(subjects[1]!, /^3 runs of .* failed in a row$/);
    assert.deepEqual(await engine.alerts.undelivered(), []);
    for (const prefix of ["notice", "telling", "incident_open"]) {
      assert.deepEqual(await world.store().keys({ selector: { prefix: [prefix] } }), [], prefix);
    }
  },
};
