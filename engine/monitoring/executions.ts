import type { Actor, Executions, Followed } from "../contract.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState, Stored } from "../core/state.ts";
import { conflict, notFound } from "../errors.ts";
import { displayName } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { Execution, ExecutionFilter, ExecutionSummary } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import { readBody } from "../store/bodies.ts";
import { loadExecutions } from "../store/executions.ts";
import type { Loaded } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import { collectPage } from "../store/pages.ts";
import { stateOf } from "../store/records.ts";
import type { HeadRecord } from "../store/records.ts";
import { replaysOf } from "../store/replays.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";
import type { Worker } from "../worker/worker.ts";
import { candidatesOf, matches } from "./candidates.ts";
import type { Tail } from "./feed.ts";
import { followEverything, followOne, readEvents } from "./follow.ts";
import { toExecution, toSummary } from "./present.ts";
import type { Names } from "./present.ts";
import { queueReasons } from "./queue.ts";
import { readNodeCounts } from "./node_counts.ts";
import { readSamples } from "./samples.ts";
import { retrySteps } from "./retry.ts";
import { looksInside, searchPage } from "./search.ts";
import { Watch } from "./watch.ts";

export interface MonitoringDeps {
  store: Store;
  versions: Versions;
  worker: Worker;
  tail: Tail;
}

/** Executions as people see and steer them (contract: `Executions`). */
export function createExecutions(deps: MonitoringDeps): Executions {
  const watch = new Watch(deps);
  return {
    list: (filter, see) => list(deps, filter, see?.payloads ?? true),
    get: (id) => detail(deps, id),
    nodeCounts: (workflowId) => readNodeCounts(deps, workflowId),
    samples: (workflowId, executionId) => readSamples(deps, workflowId, executionId),
    async events(id, { after = 0, limit = 200 }): Promise<Followed[]> {
      const state = await stateById(deps.store, id);
      const { graph } = await deps.versions.get(state.workflowId, state.version);
      const events = await readEvents(deps, { id, graph, left: state.left }, after, limit);
      return events.map(({ seq, event }) => ({ id: String(seq), event }));
    },
    follow: (id, after, signal) => followOne(deps, id, after, signal),
    followAll: (cursor, signal) => followEverything(deps, cursor, signal),
    watch: (cursor, signal) => watch.follow(cursor, signal),
    cancel: (id, options, actor) => cancel(deps, id, options.reason ?? "", actor),
    retry: (id, options) => retrySteps(deps, id, options.nodeId ?? null),
  };
}

async function stateById(store: Store, id: string): Promise<ExecutionState> {
  const [loaded] = await loadExecutions(store, [id]);
  if (!loaded) throw notFound("execution", id);
  return loaded.state;
}

const DETAIL_TRIES = 5;

/** The head before and after reading what lies beside it: a detail never mixes two moments. */
async function detail(deps: MonitoringDeps, id: string): Promise<Execution> {
  for (let i = 0;; i++) {
    const [loaded] = await loadExecutions(deps.store, [id]);
    if (!loaded) throw notFound("execution", id);
    const { state } = loaded;
    const { graph } = await deps.versions.get(state.workflowId, state.version);
    const [names] = await namesOf(deps, [state]);
    const read = async (stored: Stored | undefined): Promise<Json> => {
      if (!stored) return null;
      return "json" in stored ? stored.json : await readBody(deps.store, id, stored);
    };
    const shown = await toExecution(state, graph, names!, read);
    const replayedAs = await replaysOf(deps.store, id, REPLAYS_SHOWN);
    const execution = replayedAs.length > 0 ? { ...shown, replayedAs } : shown;
    if (isPlain(loaded) || i >= DETAIL_TRIES) return execution;
    const again = await deps.store.get<HeadRecord>(keys.execution(id));
    if (again?.versionstamp === loaded.versionstamp) return execution;
  }
}

const REPLAYS_SHOWN = 20;

/** Everything lay in the head, so it was read in one moment. */
function isPlain({ state, spilled }: Loaded): boolean {
  if (spilled.size > 0) return false;
  for (const step of state.steps.values()) {
    if (step.input && "ref" in step.input || step.output && "ref" in step.output) return false;
  }
  return true;
}

/** Workflow and lead names, each record read once. */
async function namesOf(
  { store, worker }: Pick<MonitoringDeps, "store" | "worker">,
  states: readonly ExecutionState[],
): Promise<Names[]> {
  const workflowIds = [...new Set(states.map((state) => state.workflowId))];
  const leadIds = [...new Set(states.flatMap((state) => state.leadId ?? []))];
  const [workflows, leads, queued] = await Promise.all([
    store.getMany<{ name: string }>(workflowIds.map(keys.workflow)),
    store.getMany<LeadRecord>(leadIds.map(keys.lead)),
    queueReasons(store, states, worker.clock.now()),
  ]);
  const nameOf = new Map(workflowIds.map((id, i) => [id, workflows[i]?.value.name ?? "(deleted)"]));
  const leadOf = new Map(leadIds.map((id, i) => [id, leads[i]?.value ?? null]));
  return states.map((state) => {
    const lead = state.leadId ? leadOf.get(state.leadId) : null;
    return {
      workflow: nameOf.get(state.workflowId)!,
      lead: lead ? { id: lead.id, name: displayName(lead), email: lead.email } : null,
      queued: queued.get(state.id),
    };
  });
}

/** Newest first, by the narrowest index; other filters scan for 50 ms, a search for more, and say how far they came. */
async function list(
  deps: MonitoringDeps,
  filter: ExecutionFilter & Paging,
  payloads: boolean,
): Promise<Page<ExecutionSummary>> {
  const page: Page<HeadRecord> = looksInside(filter)
    ? await searchPage(deps, filter, { payloads })
    : await collectPage(candidatesOf(deps, filter), {
      paging: filter,
      keep: (head) => matches(head, filter),
      view: (head) => head,
      at: (head) => head.createdAt,
      elapsed: deps.store.monotonic,
    });
  const states = page.items.map(stateOf);
  const names = await namesOf(deps, states);
  return { ...page, items: states.map((state, i) => toSummary(state, names[i]!)) };
}

const CANCEL_TRIES = 20;

/**
 * In this process's hands, its holder is told. In another's, the head is marked under its own check: the holder's next
 * commit fails on it, and it aborts what runs.
 */
async function cancel(
  deps: MonitoringDeps,
  id: string,
  reason: string,
  actor: Actor,
): Promise<{ status: "cancelled" | "cancelling" }> {
  for (let i = 0; i < CANCEL_TRIES; i++) {
    const state = await stateById(deps.store, id);
    if (state.status === "cancelled") return { status: "cancelled" };
    if (isSettled(state)) throw conflict("settled", `The execution is ${state.status} already`);
    // A loop that stops its rounds may go on with them: a person's word outlasts that.
    if (state.cancelling && !state.cancelling.withParent) return { status: "cancelling" };
    if (!state.lease || state.lease.owner === deps.worker.owner) {
      const held = deps.worker.hold(id);
      held.offer({ kind: "cancel", by: actor.name, reason: reason.slice(0, 500) });
      await held.idle();
    } else {
      await deps.worker.markCancelling(id, { by: actor.name, reason: reason.slice(0, 500) });
    }
    const after = await stateById(deps.store, id);
    if (after.status === "cancelled") return { status: "cancelled" };
    if (after.cancelling) return { status: "cancelling" };
  }
  throw conflict("busy", "The execution is being moved by many at once; try again");
}
