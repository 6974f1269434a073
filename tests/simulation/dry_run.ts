/** Dry runs as a caller of the API makes them: what is absent gets its default. */
import { openEngine } from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { ANN } from "../helpers/engine.ts";
import { SimulateInput } from "../../engine/schemas/simulation.ts";
import type { Simulated, SimulatedStep } from "../../engine/schemas/simulation.ts";
import type { WorkflowEdge, WorkflowNode, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import type { z } from "zod";

export interface Graph {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  settings?: WorkflowSettings;
}

/** Runs `test` in a house with this draft, which is not published. */
export async function withDraft(
  graph: Graph,
  test: (
    house: Opened,
    id: string,
    dryRun: (input?: z.input<typeof SimulateInput>) => Promise<Simulated>,
  ) => Promise<void>,
  options: OpenOptions = {},
): Promise<void> {
  await using house = await openEngine(options);
  const { id } = await house.engine.workflows.create(
    { name: "Follow-up", settings: {}, ...graph },
    ANN,
  );
  await test(house, id, (input = {}) => house.engine.simulate(id, SimulateInput.parse(input)));
}

export function stepOf(run: Simulated, nodeId: string): SimulatedStep {
  const step = run.steps.find((one) => one.nodeId === nodeId);
  if (!step) throw new Error(`no step ${nodeId}`);
  return step;
}

/** Node → status. */
export function statusesOf(run: Simulated): { [nodeId: string]: string } {
  return Object.fromEntries(run.steps.map(({ nodeId, status }) => [nodeId, status]));
}

/** Every key of a database with its value and versionstamp. */
export async function dump(kv: Deno.Kv): Promise<unknown[]> {
  const entries: unknown[] = [];
  for await (const { key, value, versionstamp } of kv.list({ prefix: [] })) {
    entries.push([key, value, versionstamp]);
  }
  return entries;
}
