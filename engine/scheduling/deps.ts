import { notFound } from "../errors.ts";
import type { Executions } from "../contract.ts";
import { keys } from "../store/keys.ts";
import type { ScheduleRecord } from "../store/schedules.ts";
import type { Entry, Store } from "../store/store.ts";
import type { createTriggers } from "../triggers/mod.ts";
import type { Log } from "../worker/services.ts";
import type { Worker } from "../worker/worker.ts";
import type { WorkflowSubject } from "../workflows/mod.ts";

export interface SchedulingDeps {
  store: Store;
  worker: Pick<Worker, "clock" | "newId" | "stopping">;
  workflows: Pick<WorkflowSubject, "changeDraft" | "publish" | "get">;
  triggers: Pick<ReturnType<typeof createTriggers>, "start" | "doors">;
  executions: Pick<Executions, "cancel">;
  log: Log;
}

/** Tries of one change before it gives up: each loss means that somebody else was first. */
export const MAX_TRIES = 20;
/** Longer ones cannot be made. */
export const ID = /^[0-9A-Za-z]{1,64}\.[A-Za-z0-9_-]{1,64}$/;

/** The schedule under its check; throws 404 for one that there is not, or no more. */
export async function readSchedule(store: Store, id: string): Promise<Entry<ScheduleRecord>> {
  const entry = ID.test(id) ? await store.get<ScheduleRecord>(keys.schedule(id)) : null;
  if (!entry || entry.value.goneAt !== undefined) throw notFound("schedule", id);
  return entry;
}
