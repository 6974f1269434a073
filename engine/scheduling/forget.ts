import { keys } from "../store/keys.ts";
import { FIRES_KEPT_MS } from "../store/schedules.ts";
import type { ScheduleRecord } from "../store/schedules.ts";
import type { Entry, Store } from "../store/store.ts";
import { shardOf } from "../store/keys.ts";

const PER_COMMIT = 200;

/** Deletes a schedule that has been gone for as long as histories are kept; what came back meanwhile stays. */
export async function forgetSchedule(
  store: Store,
  { value: record, versionstamp }: Entry<ScheduleRecord>,
  now: number,
): Promise<void> {
  const { id, goneAt, dueAt } = record;
  if (goneAt === undefined || dueAt === null || goneAt + FIRES_KEPT_MS > now) return;
  const checks = [{ key: keys.schedule(id), versionstamp }];
  const below = [
    ...await store.keys({ selector: { prefix: keys.fire(id, "").slice(0, 2) } }),
    ...await store.keys({ selector: { prefix: keys.occurrence(id, 0).slice(0, 2) } }),
  ];
  for (let i = 0; i < below.length; i += PER_COMMIT) {
    const result = await store.commit({
      name: "schedule",
      checks,
      deletes: below.slice(i, i + PER_COMMIT),
    });
    if (!result.ok) return;
  }
  const due = keys.due(shardOf(id), 0, dueAt, "schedule", id);
  await store.commit({ name: "schedule", checks, deletes: [keys.schedule(id), due] });
}
