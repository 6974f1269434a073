import type { Actor } from "../contract.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState } from "../core/state.ts";
import { conflict, EngineError, invalid } from "../errors.ts";
import { MAX_BULK } from "../schemas/mending.ts";
import type { BulkJob, MigrateInput } from "../schemas/mending.ts";
import { deliveryOf } from "../store/deliveries.ts";
import { EMPTY } from "../store/executions.ts";
import { keys, shardOf } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import { targetOf } from "../worker/versions.ts";
import type { PublishedRecord } from "../workflows/mod.ts";
import { begin } from "./bulk.ts";
import type { MendingDeps } from "./deps.ts";
import { readRan } from "./replay_source.ts";
import { candidatesOf, judged, targetVersion } from "./running.ts";

/** Fixes who moves or starts anew, and begins (contract: `Mending`). */
export async function startMigration(
  deps: MendingDeps,
  workflowId: string,
  input: MigrateInput,
  options: { idempotencyKey?: string },
  actor: Actor,
): Promise<BulkJob> {
  const { mode, from, count } = input;
  const published = await deps.store.get<PublishedRecord>(keys.published(workflowId));
  if (!published) {
    const detail = "Nothing of this workflow is live, so there is no version to go on in";
    throw new EngineError("not-live", 409, "Conflict with the present state", detail);
  }
  const to = input.to ?? published.value.version;
  if (from === to) {
    const message = "They run that version already";
    throw invalid(message, [{ path: "from", message, accepted: `another version than ${to}` }]);
  }
  return await begin(deps, {
    what: { action: mode, filter: { workflowId }, ...(from === undefined ? {} : { from }), to },
    delivery: await deliveryOf(`${workflowId}.migrate`, options.idempotencyKey, input),
    count,
    select: () => select(deps, workflowId, { mode, from, to }),
    changed: (now) => {
      const can = mode === "migrate" ? "move" : "be restarted";
      return `${now} executions can ${can} by now, not ${count}: look again`;
    },
  }, actor);
}

async function select(
  deps: MendingDeps,
  workflowId: string,
  { mode, from, to }: { mode: MigrateInput["mode"]; from: number | undefined; to: number },
): Promise<string[]> {
  const target = await targetVersion(deps, workflowId, to);
  const ids: string[] = [];
  for await (const { candidates } of candidatesOf(deps, { workflowId, target })) {
    for (const { ran: { state }, unmovable, restartable } of candidates) {
      if (from !== undefined && state.version !== from) continue;
      if (mode === "migrate" ? unmovable !== null : !restartable) continue;
      if (ids.push(state.id) === MAX_BULK) return ids;
    }
  }
  return ids;
}

const TRIES = 20;

/**
 * Moves one execution, or marks it to move when its running step has ended. Asked twice, it moves once. Throws 409:
 * `settled`, or `unmovable` with the reason.
 */
export async function migrateExecution(
  deps: MendingDeps,
  id: string,
  to: number,
  actor: Pick<Actor, "name">,
): Promise<void> {
  const { worker } = deps;
  for (let i = 0; i < TRIES; i++) {
    const ran = await readRan(deps, id);
    const { state } = ran;
    if (isSettled(state)) throw conflict("settled", `The execution is ${state.status} already`);
    if (state.version === to || state.migrating?.to === to) return;
    const target = targetOf(await targetVersion(deps, state.workflowId, to));
    const { unmovable } = judged(ran, target);
    if (unmovable !== null) throw conflict("unmovable", unmovable);
    if (state.lease && state.lease.owner !== worker.owner) {
      return await tell(deps, state, { to, by: actor.name });
    }
    const held = worker.hold(id);
    held.offer({ kind: "migrate", to, by: actor.name });
    await held.idle();
  }
  throw conflict("busy", "The execution is being moved by many at once; try again");
}

/** Mail to whoever holds it: applied by its next transition, whatever becomes of that process or of this one. */
async function tell(
  { store, worker }: MendingDeps,
  { id }: ExecutionState,
  ask: { to: number; by: string },
): Promise<void> {
  const at = worker.clock.now();
  await store.commit({
    name: "migrate",
    sets: [
      { key: keys.mail(id, worker.newId()), value: encode({ v: 1, kind: "migrate", ...ask, at }) },
      { key: keys.due(shardOf(id), 0, at, "mail", id), value: EMPTY },
    ],
    bells: [at],
  });
}
