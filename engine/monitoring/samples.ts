import type { ExecutionState, Stored } from "../core/state.ts";
import { invalid, notFound } from "../errors.ts";
import { displayName } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { Json } from "../schemas/json.ts";
import type { Sample, Samples, SampleStep } from "../schemas/sample.ts";
import { readBody } from "../store/bodies.ts";
import { loadExecutions } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import { collectPage } from "../store/pages.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";
import { candidatesOf } from "./candidates.ts";

const SHOWN = 5;
const PAYLOAD_BYTES = 64 * 1_024;
const OUTPUT_BYTES = 256 * 1_024;

/** What the editor can pin: the newest executions with what arrived, and of one of them what its steps put out. */
export async function readSamples(
  deps: { store: Store; versions: Versions },
  workflowId: string,
  executionId: string | undefined,
): Promise<Samples> {
  const { store } = deps;
  const workflow = await store.get<{ deletedAt?: number }>(keys.workflow(workflowId));
  if (!workflow || workflow.value.deletedAt !== undefined) throw notFound("workflow", workflowId);
  const filter = { workflowId, limit: SHOWN };
  // Children stand in the same index: they are passed over for 50 ms.
  const { items } = await collectPage(candidatesOf(deps, filter), {
    paging: filter,
    keep: (head) => !head.parent,
    view: ({ id }) => id,
    at: (head) => head.createdAt,
    elapsed: store.monotonic,
  });
  const loaded = await loadExecutions(store, items);
  return {
    items: await samplesOf(store, loaded.flatMap((each) => each ? [each.state] : [])),
    steps: executionId === undefined ? null : await stepsOf(deps, workflowId, executionId),
  };
}

async function samplesOf(store: Store, states: readonly ExecutionState[]): Promise<Sample[]> {
  const leads = await store.getMany<LeadRecord>(states.map(({ leadId }) => keys.lead(leadId ?? "")));
  return await Promise.all(states.map(async (state, i) => {
    const lead = leads[i]?.value;
    return {
      executionId: state.id,
      version: state.version,
      status: state.status,
      at: new Date(state.createdAt).toISOString(),
      lead: lead ? { id: lead.id, name: displayName(lead), email: lead.email } : null,
      trigger: state.trigger,
      payload: await readUpTo(store, state, state.steps.get(state.trigger.nodeId)?.output, PAYLOAD_BYTES),
    };
  }));
}

async function stepsOf(
  { store, versions }: { store: Store; versions: Versions },
  workflowId: string,
  executionId: string,
): Promise<SampleStep[]> {
  const [loaded] = await loadExecutions(store, [executionId]);
  if (!loaded) throw notFound("execution", executionId);
  const { state } = loaded;
  if (state.workflowId !== workflowId) {
    const message = `The execution "${executionId}" is one of another workflow`;
    throw invalid(message, [{ path: "executionId", message, accepted: "an execution of this workflow" }]);
  }
  const { graph } = await versions.get(workflowId, state.version);
  return await Promise.all(graph.nodes.map(async ({ id, type, index }) => {
    const step = state.steps.get(id);
    const output = step?.output;
    const tooLarge = output !== undefined && "ref" in output && output.bytes > OUTPUT_BYTES;
    return {
      nodeId: id,
      type,
      status: state.statuses[index] ?? "pending",
      port: step?.port ?? null,
      output: await readUpTo(store, state, output, OUTPUT_BYTES),
      ...tooLarge ? { bytes: output.bytes } : {},
    };
  }));
}

async function readUpTo(
  store: Store,
  state: ExecutionState,
  stored: Stored | undefined,
  bytes: number,
): Promise<Json> {
  if (!stored) return null;
  if ("json" in stored) return stored.json;
  return stored.bytes > bytes ? null : await readBody(store, state.id, stored);
}
