/** Stories for the commits of the inbox's cards and of alerts. */
import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import { ANN, chain, hookNode, node } from "../helpers/engine.ts";
import type { Story } from "../worker/crash_fixture.ts";
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
