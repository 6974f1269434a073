import assert from "node:assert/strict";
import type { Actor } from "../../engine/contract.ts";
import type { BulkJob, MigrateInput, Running } from "../../engine/schemas/mending.ts";
import type { WorkflowEdge, WorkflowNode, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { ANN, hook, node } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

export const BOSS: Actor = { userId: "boss", name: "Ann" };
export const LEAD = { email: "ann@example.com", firstName: "Ann" };

export function pause(id: string, value = 1, unit = "hours"): WorkflowNode {
  return node(id, "wait", { kind: "for", duration: { value, unit } });
}

/** Publishes the workflow's next version. */
export async function republish(
  { engine }: Pick<Opened, "engine">,
  id: string,
  nodes: WorkflowNode[],
  edges: WorkflowEdge[],
  settings?: WorkflowSettings,
): Promise<number> {
  const { revision } = await engine.workflows.get(id);
  await engine.workflows.save(id, revision, { nodes, edges, ...(settings ? { settings } : {}) }, ANN);
  return (await engine.workflows.publish(id, {}, ANN)).version;
}

/** Triggers once and lets it come to where it waits. */
export async function waiting(house: Opened, path = "go", lead: object = LEAD): Promise<string> {
  const { executionId } = await hook(house.engine, path, { ...lead });
  await house.until(async () => (await house.engine.executions.get(executionId)).status === "waiting");
  return executionId;
}

/** All pages of it. */
export async function running({ engine }: Pick<Opened, "engine">, id: string): Promise<Running> {
  const page = await engine.mending.running(id, {});
  assert.equal(page.nextCursor, null, "so few are looked at within 50 ms");
  return page;
}

/** Starts and follows the bulk action to its end. */
export async function moveAll(
  house: Opened,
  id: string,
  input: Omit<MigrateInput, "mode"> & Partial<MigrateInput>,
): Promise<BulkJob> {
  const { mending } = house.engine;
  const job = await mending.startMigration(id, { mode: "migrate", ...input }, {}, BOSS);
  await house.until(async () => (await mending.bulkJob(job.id)).status !== "running");
  return await mending.bulkJob(job.id);
}
