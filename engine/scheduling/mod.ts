import type { Accepted, CreateOptions } from "../contract.ts";
import type { Scheduling } from "../contract_scheduling.ts";
import { isSettled } from "../core/state.ts";
import type { Transition } from "../core/state.ts";
import { conflict } from "../errors.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import type { Fire, Schedule } from "../schemas/schedule.ts";
import { deliveryOf } from "../store/deliveries.ts";
import { keys } from "../store/keys.ts";
import { badCursor, collectPage, newestFirst, ULID_CURSOR } from "../store/pages.ts";
import { scheduleId } from "../store/schedules.ts";
import type { FireRecord, ScheduleRecord } from "../store/schedules.ts";
import type { DueHandler } from "../worker/loop.ts";
import { countBackfill, startBackfill, stopBackfill } from "./backfill.ts";
import { ID, MAX_TRIES, readSchedule } from "./deps.ts";
import type { SchedulingDeps } from "./deps.ts";
import { createSchedule, enableSchedule, removeSchedule, updateSchedule } from "./edit.ts";
import { Firer, stillRunning } from "./fire.ts";
import { previewOf, statusesOf, toFire, toSchedules } from "./present.ts";
import { startFire } from "./start.ts";

/** Schedules over store and triggers (contract: `Scheduling`), with what the loop and the worker tell them. */
export interface SchedulingSubject extends Scheduling {
  due: DueHandler;
  /** Called after each commit of an execution. */
  heard(transition: Transition): void;
}

export function createScheduling(deps: SchedulingDeps): SchedulingSubject {
  const { store, worker } = deps;
  const firer = new Firer(deps);
  const get = async (id: string): Promise<Schedule> => {
    const { value } = await readSchedule(store, id);
    const [schedule] = await toSchedules(store, [value], worker.clock.now());
    return schedule!;
  };
  return {
    due: firer.due,
    heard({ next }): void {
      const { workflowId, trigger: { nodeId, kind } } = next;
      if (kind === "schedule" && isSettled(next)) firer.ended(scheduleId(workflowId, nodeId));
    },
    get,
    list: (paging) => listSchedules(deps, paging),
    create: async (input, actor, options) =>
      await get(await createSchedule(deps, input, actor, options?.idempotencyKey)),
    async update(id, input, actor): Promise<Schedule> {
      await updateSchedule(deps, id, input, actor);
      return await get(id);
    },
    remove: (id, actor) => removeSchedule(deps, id, actor),
    async pause(id, actor): Promise<Schedule> {
      await enableSchedule(deps, id, false, actor);
      return await get(id);
    },
    async resume(id, actor): Promise<Schedule> {
      await enableSchedule(deps, id, true, actor);
      return await get(id);
    },
    run: (id, options) => runNow(deps, id, options),
    preview: (input) => previewOf(input, worker.clock.now()),
    history: (id, paging) => historyOf(deps, id, paging),
    countBackfill: (id, input) => countBackfill(deps, id, input),
    async backfill(id, input, actor): Promise<Schedule> {
      await startBackfill(deps, id, input, actor);
      return await get(id);
    },
    async stopBackfill(id): Promise<Schedule> {
      await stopBackfill(deps, id);
      return await get(id);
    },
  };
}

async function listSchedules(
  { store, worker }: SchedulingDeps,
  { limit, cursor, workflowId }: Paging & { workflowId?: string | undefined },
): Promise<Page<Schedule>> {
  if (cursor && !ID.test(cursor)) throw badCursor();
  // Those of one workflow lie together: "/" follows ".".
  const [first, last] = workflowId === undefined ? ["", undefined] : [`${workflowId}.`, `${workflowId}/`];
  const end = cursor ?? last;
  const selector = end === undefined
    ? { prefix: ["schedule"] }
    : { start: ["schedule", first], end: ["schedule", end] };
  const records: ScheduleRecord[] = [];
  const kept = store.list<ScheduleRecord>({ selector, reverse: true, batchSize: 100, broken: "pass" });
  for await (const { value } of kept) {
    if (value.goneAt !== undefined) continue;
    if (records.length === limit) {
      const items = await toSchedules(store, records, worker.clock.now());
      return { items, nextCursor: records.at(-1)!.id };
    }
    records.push(value);
  }
  return { items: await toSchedules(store, records, worker.clock.now()), nextCursor: null };
}

async function historyOf({ store }: SchedulingDeps, id: string, paging: Paging): Promise<Page<Fire>> {
  const { value: { timezone } } = await readSchedule(store, id);
  const prefix = keys.fire(id, "").slice(0, 2);
  const { cursor } = paging;
  const page = await collectPage(newestFirst<FireRecord>(store, prefix, { cursor, pattern: ULID_CURSOR }), {
    paging,
    keep: () => true,
    view: (record) => record,
    at: (record) => record.decidedAt,
  });
  const statuses = await statusesOf(store, page.items);
  return { ...page, items: page.items.map((record) => toFire(record, timezone, statuses)) };
}

/** Now, beside its occurrences; also while it is paused. */
async function runNow(
  deps: SchedulingDeps,
  id: string,
  { idempotencyKey }: CreateOptions,
): Promise<Accepted> {
  const { store, worker } = deps;
  const delivery = await deliveryOf(`${id}.run`, idempotencyKey, {});
  for (let i = 0; i < MAX_TRIES; i++) {
    const entry = await readSchedule(store, id);
    if (!entry.value.live) {
      throw conflict("not-live", "The schedule is not live: publish its workflow first");
    }
    const started = await startFire(deps, entry, {
      at: worker.clock.now(),
      outcome: "by_hand",
      next: { ...entry.value, running: await stillRunning(store, entry.value) },
      lines: [],
      ...(delivery ? { delivery } : {}),
    });
    if (started) return started;
  }
  throw conflict("busy", "The schedule is being changed by many at once; try again");
}
