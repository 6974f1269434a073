/** A run keeps its version: its workflow is published anew, renamed or deleted beside every commit of every story. */
import { ANN, node } from "../helpers/engine.ts";
import { replayGoldens } from "../golden/golden.ts";
import { STORIES } from "../worker/stories.ts";
import type { Story, World } from "../worker/crash_fixture.ts";
import { besideEveryCommit } from "./beside.ts";
import type { Result } from "./result.ts";
import { MORE_STORIES } from "./shapes.ts";

const CHANGES: { readonly [name: string]: (world: World, id: string, story: Story) => Promise<void> } = {
  async published({ engine }, id, { nodes }): Promise<void> {
    // Nothing is left of it but its triggers.
    const triggers = nodes.filter(({ type }) => type.startsWith("trigger_"));
    const other = node("other", "probe");
    const edges = [{
      id: "other",
      source: triggers[0]!.id,
      sourceHandle: "out",
      target: other.id,
      targetHandle: "in",
    }];
    const { revision } = await engine.workflows.get(id);
    await engine.workflows.save(id, revision, { nodes: [...triggers, other], edges }, ANN);
    await engine.workflows.publish(id, {}, ANN);
  },
  async renamed({ engine }, id): Promise<void> {
    const { revision } = await engine.workflows.get(id);
    await engine.workflows.save(id, revision, { name: "Renamed" }, ANN);
  },
  async deleted({ engine }, id): Promise<void> {
    await engine.workflows.remove(id, { running: "finish" }, ANN);
  },
};

export async function runVersions(): Promise<Result> {
  const counts: { [name: string]: number } = {};
  for (const [change, make] of Object.entries(CHANGES)) {
    for (const [name, story] of [...STORIES, ...MORE_STORIES]) {
      const played = await besideEveryCommit(story, () => ({
        async act(world): Promise<void> {
          const id = await workflowOf(world);
          await make(world, id, story);
        },
        check: async (world) => await story.after(world),
      })).catch((error) => {
        throw new Error(`${name}, ${change}: ${error instanceof Error ? error.stack : String(error)}`);
      });
      counts[change] = (counts[change] ?? 0) + played;
    }
  }
  const golden = await replayGoldens();
  const told = Object.entries(counts).map(([change, count]) => `${count} ${change}`).join(", ");
  return {
    told:
      `versions: beside every commit of ${
        STORIES.size + MORE_STORIES.size
      } stories, ${told}: all settle as ` +
      `without; ${golden.histories} recorded histories gone on with from each of ${golden.prefixes} commits: the same end`,
    ok: Object.keys(counts).length === 3 && golden.histories > 0 && golden.prefixes > 0,
  };
}

const WAIT_MS = 5;
const TRIES = 400;

/** The workflow, once an execution of it was accepted: before that there is no run that could keep its version. */
async function workflowOf({ engine }: World): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [execution] = (await engine.executions.list({ limit: 1 })).items;
    if (execution) return execution.workflowId;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
  throw new Error("nothing was accepted");
}
