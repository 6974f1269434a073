import { isCancelledRound } from "../core/reopen.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState, Mail } from "../core/state.ts";
import { conflict, notFound } from "../errors.ts";
import { EMPTY, loadExecutions } from "../store/executions.ts";
import type { Loaded } from "../store/executions.ts";
import { keys, shardOf } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { MonitoringDeps } from "./executions.ts";

type RetryDeps = Pick<MonitoringDeps, "store" | "versions" | "worker">;

const MAX_TRIES = 50;

/**
 * Opens failed steps again, all or one: of a failed execution, and of one whose other steps still run; and a round that a
 * person cancelled, whole. Throws 404, and 409 when there is nothing to retry. Who runs is told by mail, under a check of its head: mail that comes while it settles
 * opens it again.
 */
export async function retrySteps(
  deps: RetryDeps,
  id: string,
  nodeId: string | null,
): Promise<{ steps: string[] }> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const [loaded] = await loadExecutions(deps.store, [id]);
    if (!loaded) throw notFound("execution", id);
    const isCancelled = isCancelledRound(loaded.state) && nodeId === null;
    if (isCancelled) await loopMustWant(deps, loaded.state);
    const steps = isCancelled ? [] : await failedSteps(deps, loaded.state, nodeId);
    if (isSettled(loaded.state)) {
      const held = deps.worker.hold(id);
      held.offer({ kind: "retry", nodeIds: steps });
      await held.idle();
      return { steps };
    }
    if (await tell(deps, loaded, steps)) return { steps };
  }
  throw conflict("busy", "The execution is being moved by many at once; try again");
}

/** A round that a person cancelled is retried as long as its loop is not past it: nobody would take what it puts out. */
async function loopMustWant({ store }: RetryDeps, { parent }: ExecutionState): Promise<void> {
  const [above] = parent ? await loadExecutions(store, [parent.executionId]) : [];
  const step = parent && above?.state.steps.get(parent.nodeId);
  const wait = step?.visit === parent?.visit ? step?.rounds ?? step?.waitingFor : undefined;
  const isOpen = above && (!isSettled(above.state) || above.state.status === "failed");
  if (isOpen && parent && wait?.kind === "children" && parent.index >= wait.low) return;
  throw conflict("loop-is-past", "Its loop has gone on without this round; replay the execution above it");
}

async function failedSteps(
  deps: RetryDeps,
  state: ExecutionState,
  nodeId: string | null,
): Promise<string[]> {
  const isOpen = !isSettled(state) && !state.cancelling;
  const { graph } = await deps.versions.get(state.workflowId, state.version);
  const steps = graph.nodes.filter((node) =>
    state.statuses[node.index] === "failed" && state.steps.get(node.id)?.port === undefined &&
    (nodeId === null || node.id === nodeId)
  ).map((node) => node.id);
  if (state.status !== "failed" && !(isOpen && steps.length > 0)) {
    throw conflict("not-failed", `The execution is ${state.status}, only a failed one can be retried`);
  }
  if (steps.length > 0) return steps;
  throw conflict(
    "not-failed",
    nodeId ? `The step "${nodeId}" has not failed` : "No step can be retried: a time limit ended it",
  );
}

async function tell({ store, worker }: RetryDeps, loaded: Loaded, nodeIds: string[]): Promise<boolean> {
  const { id } = loaded.state;
  const at = worker.clock.now();
  const commit = worker.newId();
  const key = keys.mail(id, worker.newId());
  const mail: Mail = { kind: "retry", nodeIds, at };
  const result = await store.commit({
    name: "mail",
    checks: [{ key: keys.execution(id), versionstamp: loaded.versionstamp }],
    sets: [
      { key, value: encode({ v: 1, commit, ...mail }) },
      { key: keys.due(shardOf(id), 0, at, "mail", id), value: EMPTY },
    ],
    bells: [at],
    proof: { key, id: commit },
  });
  return result.ok;
}
