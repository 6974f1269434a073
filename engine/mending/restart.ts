import type { Actor } from "../contract.ts";
import { isSettled } from "../core/state.ts";
import { conflict, notFound } from "../errors.ts";
import type { Write } from "../store/commit.ts";
import { loadExecutions } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import { cancelMark } from "../worker/mark.ts";
import type { MendingDeps } from "./deps.ts";
import { replayExecution } from "./replay.ts";

/**
 * A new execution of a version with the same lead and input, in the place of the old one: the commit that accepts it
 * marks the old one as cancelled under that one's own check, so there are never two at work and never none. Asked again
 * with the same id it finds what was made. Throws 409 `settled`.
 */
export async function restartExecution(
  deps: MendingDeps,
  id: string,
  { to, as }: { to: number; as: string },
  actor: Actor,
): Promise<void> {
  if (await deps.store.get(keys.execution(as))) return;
  const instead = async (): Promise<Pick<Write, "checks" | "sets">> => {
    const [loaded] = await loadExecutions(deps.store, [id]);
    if (!loaded) throw notFound("execution", id);
    const { state } = loaded;
    if (isSettled(state) || state.cancelling) {
      throw conflict(
        "settled",
        `The execution is ${state.cancelling ? "being cancelled" : state.status} already`,
      );
    }
    return cancelMark(deps.worker, loaded, { by: actor.name, reason: `restarted in version ${to}` });
  };
  await replayExecution(deps, id, { version: to }, { executionId: as, instead }, actor);
}
