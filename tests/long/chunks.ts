/** Large data is whole or absent: a fault at every commit and every read of what carries it, and a reader beside it. */
import assert from "node:assert/strict";
import { loadExecutions } from "../../engine/store/executions.ts";
import { readBody } from "../../engine/store/bodies.ts";
import { readContent } from "../../engine/workflows/content.ts";
import type { VersionRecord, WorkflowRecord } from "../../engine/workflows/record.ts";
import { ANN, chain, hook, hookNode, isOver, node } from "../helpers/engine.ts";
import { everyFault, everyRead } from "../worker/crash_fixture.ts";
import type { Story, World } from "../worker/crash_fixture.ts";
import { HOUSE_STORIES } from "../worker/house_stories.ts";
import type { Result } from "./result.ts";

const LARGE = 2_000_000;
const BODY = 700_000;

/** Whole bodies that were read while they were written, or while their writer died. */
let looks = 0;
let bodies = 0;

/** At any moment what a record names is there, whole. */
async function allWhole(world: World): Promise<void> {
  const store = world.store();
  looks++;
  const ids = (await store.keys({ selector: { prefix: ["execution"] } })).map((key) => String(key[1]));
  for (const loaded of await loadExecutions(store, ids)) {
    for (const [nodeId, { input, output }] of loaded?.state.steps ?? []) {
      for (const stored of [input, output]) {
        if (!stored || !("ref" in stored)) continue;
        bodies++;
        assert.notEqual(await readBody(store, loaded!.state.id, stored), null, `${nodeId}: a part of a body`);
      }
    }
  }
  for await (const { key, value } of store.list<WorkflowRecord>({ selector: { prefix: ["workflow"] } })) {
    // One that is about to be made names nothing yet.
    if (value.draftHash === "") continue;
    await wholeContent(world, key, value.id, { hash: value.draftHash, chunks: value.draftChunks });
  }
  for await (const { key, value } of store.list<VersionRecord>({ selector: { prefix: ["version"] } })) {
    await wholeContent(world, key, value.workflowId, value);
  }
}

/** A record that was replaced meanwhile names other content, and what is deleted goes bit by bit. */
async function wholeContent(
  world: World,
  key: Deno.KvKey,
  workflowId: string,
  at: { hash: string; chunks: number },
): Promise<void> {
  const store = world.store();
  bodies++;
  if (await readContent(store, workflowId, at) !== null) return;
  const owner = await store.get<WorkflowRecord>(["workflow", workflowId]);
  if (!owner || owner.value.deletedAt !== undefined) return;
  const named = JSON.stringify((await store.get(key))?.value ?? null).includes(at.hash);
  assert.ok(
    !named || await readContent(store, workflowId, at) !== null,
    `${key.join()}: a part of its content`,
  );
}

async function wholeUntil(world: World, holds: (id: string) => Promise<boolean>): Promise<void> {
  await world.until(async () => {
    await allWhole(world);
    return await holds(world.executionId);
  }, 600_000);
}

const flow = {
  nodes: [hookNode("go"), node("a", "probe"), node("b", "probe", { say: "{{ steps.a.output.say }}" })],
  edges: chain("hook", "a", "b"),
};
const answer: NonNullable<Story["answer"]> = ({ nodeId }, say) => ({
  kind: "done",
  output: { say: nodeId, text: nodeId === "a" ? "x".repeat(LARGE) : say },
});

const output: Story = {
  ...flow,
  answer,
  async play(world): Promise<void> {
    const body = { email: "ann@example.com", text: "y".repeat(BODY) };
    world.executionId =
      (await world.ask((engine) => hook(engine, "go", body, { key: "delivery-1" }))).executionId;
    await wholeUntil(world, (id) => isOver(world.engine, id));
  },
  async after(world): Promise<void> {
    const [loaded] = await loadExecutions(world.store(), [world.executionId]);
    const stored = loaded!.state.steps.get("a")!.output!;
    assert.ok("ref" in stored);
    assert.deepEqual(await readBody(world.store(), world.executionId, stored), {
      say: "a",
      text: "x".repeat(LARGE),
    });
  },
};

const replay: Story = {
  ...flow,
  answer,
  async prepare({ engine, until }): Promise<void> {
    const { executionId } = await hook(engine, "go", { text: "y".repeat(BODY) });
    await until(() => isOver(engine, executionId));
  },
  async play(world): Promise<void> {
    const [{ id } = { id: "" }] = (await world.ask((engine) => engine.executions.list({ limit: 10 }))).items;
    const again = await world.ask((engine) =>
      engine.mending.replay(id, { from: "b" }, { idempotencyKey: "replay-1" }, ANN)
    );
    world.executionId = again.executionId;
    await wholeUntil(world, (id) => isOver(world.engine, id));
  },
  async after(world): Promise<void> {
    assert.equal((await world.store().keys({ selector: { prefix: ["execution"] } })).length, 2);
    assert.equal((await world.engine.executions.get(world.executionId)).status, "completed");
  },
};

const workflow = HOUSE_STORIES.get("a workflow's life")!;
const content: Story = {
  ...workflow,
  async play(world): Promise<void> {
    const reading = setInterval(() => void allWhole(world).catch(failed.reject), 10);
    const failed = Promise.withResolvers<never>();
    try {
      await Promise.race([workflow.play(world), failed.promise]);
    } finally {
      clearInterval(reading);
    }
  },
};

export async function runChunks(): Promise<Result> {
  let runs = 0;
  for (const [name, story] of Object.entries({ output, replay, content })) {
    // A workflow's life has reads by the hundred, and few of them are of its content.
    for (const play of name === "content" ? [everyFault] : [everyFault, everyRead]) {
      const played = await play(story, { queue: false }).catch((error) => {
        throw new Error(`${name}: ${error instanceof Error ? error.stack?.slice(0, 4_000) : String(error)}`);
      });
      runs += played.runs;
    }
  }
  return {
    told:
      `chunks: 3 stories of large bodies, ${runs} runs with a fault at every commit or read, read ${looks} times ` +
      `meanwhile: ${bodies} bodies and contents whole, 0 in part`,
    ok: runs > 0 && bodies > 0,
  };
}
