import type { Ran } from "../core/fits.ts";
import type { Plan } from "../core/replay_plan.ts";
import { planReplay } from "../core/replay_plan.ts";
import { conflict, EngineError, invalid, notFound } from "../errors.ts";
import type { ReplayInput } from "../schemas/mending.ts";
import { loadExecutions } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import type { Entry } from "../store/store.ts";
import { targetOf } from "../worker/versions.ts";
import type { CompiledVersion } from "../worker/versions.ts";
import type { PublishedRecord } from "../workflows/mod.ts";
import type { MendingDeps } from "./deps.ts";
import { MAX_TRIES } from "./deps.ts";

/** A replay that is possible: what ran, what is to run, and what comes along. */
export interface Source {
  ran: Ran;
  version: CompiledVersion;
  published: Entry<PublishedRecord>;
  plan: Plan;
}

/** Throws 404 for no execution, 409 when nothing of its workflow is live, 422 naming what cannot be mapped. */
export async function readSource(
  deps: MendingDeps,
  id: string,
  input: Pick<ReplayInput, "from" | "version">,
): Promise<Source> {
  const ran = await readRan(deps, id);
  refuseRound(ran);
  const { workflowId } = ran.state;
  const published = await deps.store.get<PublishedRecord>(keys.published(workflowId));
  if (!published) {
    const detail = "Nothing of its workflow is live: it was deleted, so nothing new can start";
    throw new EngineError("not-live", 409, "Conflict with the present state", detail);
  }
  const choice = input.version ?? "same";
  const number = choice === "same"
    ? ran.state.version
    : choice === "latest"
    ? published.value.version
    : choice;
  const version = await versionOf(deps, workflowId, number);
  const plan = planReplay(ran, targetOf(version), input.from ?? null);
  if (!("issues" in plan)) return { ran, version, published, plan };
  const [first] = plan.issues;
  throw invalid(`It cannot be replayed so: ${first?.message ?? ""}`, plan.issues);
}

/** A round of a loop is a part of the execution above it, which would not hear of another. */
function refuseRound({ state: { parent }, graph }: Ran): void {
  if (parent === null) return;
  const loop = graph.nodes[graph.indexOf.get(parent.nodeId) ?? -1];
  if (loop?.type !== "for_each" && loop?.type !== "repeat") return;
  const detail =
    `A round of a loop cannot be replayed by itself: replay ${parent.executionId} from "${loop.label}"`;
  throw conflict("loop-round", detail);
}

/** Head and the steps beside it as of one moment, also while it is moving. */
export async function readRan(deps: MendingDeps, id: string): Promise<Ran> {
  for (let i = 0;; i++) {
    const [loaded] = await loadExecutions(deps.store, [id]);
    if (!loaded) throw notFound("execution", id);
    const { state, spilled, versionstamp } = loaded;
    const still = spilled.size === 0 || i >= MAX_TRIES ||
      (await deps.store.get(keys.execution(id)))?.versionstamp === versionstamp;
    if (!still) continue;
    return { state, graph: (await deps.worker.versions.get(state.workflowId, state.version)).graph };
  }
}

async function versionOf(deps: MendingDeps, workflowId: string, version: number): Promise<CompiledVersion> {
  try {
    return await deps.worker.versions.get(workflowId, version);
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 404) throw error;
    const message = `There is no version ${version}`;
    throw invalid(message, [{
      path: "version",
      message,
      accepted: "same, latest or the number of a version",
    }]);
  }
}
