import type { Engine } from "../../engine/contract.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";

const AT = "2026-11-22T09:00:00.000Z";

export const SCHEDULE: Schedule = {
  id: "w1.schedule",
  workflowId: "w1",
  workflowName: "Cold Outreach",
  nodeId: "schedule",
  label: "",
  state: "active",
  description: "every day at 09:00, UTC",
  kind: "cron",
  cron: "0 9 * * *",
  timezone: "UTC",
  enabled: true,
  input: { note: "payload marker" },
  config: { missed: "last", overlap: "allow" },
  lastRun: null,
  nextRun: AT,
  waiting: 0,
  backfill: null,
  createdAt: AT,
  updatedAt: AT,
  updatedBy: "Ann",
};

/** Schedules that answer from memory and note what would change. */
export function fakeScheduling(note: (what: string) => void): Engine["scheduling"] {
  const changed = (what: string): Promise<Schedule> => {
    note(`schedule.${what}`);
    return Promise.resolve(SCHEDULE);
  };
  return {
    list: () => Promise.resolve({ items: [SCHEDULE], nextCursor: null }),
    create: ({ workflowId, kind }, _actor, options) =>
      changed(`create ${workflowId} ${kind} ${options?.idempotencyKey ?? "-"}`),
    get: () => Promise.resolve(SCHEDULE),
    update: (id, { kind }) => changed(`update ${id} ${kind}`),
    remove: (id) => {
      note(`schedule.remove ${id}`);
      return Promise.resolve();
    },
    pause: (id) => changed(`pause ${id}`),
    resume: (id) => changed(`resume ${id}`),
    run: (id, { idempotencyKey }) => {
      note(`schedule.run ${id} ${idempotencyKey ?? "-"}`);
      return Promise.resolve({ executionId: "e1", fresh: true });
    },
    preview: ({ timezone = "UTC" }) => ({ items: [], description: "every day at 09:00", timezone }),
    history: () => Promise.resolve({ items: [], nextCursor: null }),
    countBackfill: () => Promise.resolve({ count: 2, first: AT, last: AT, leftOut: 0 }),
    backfill: (id, { count }) => changed(`backfill ${id} ${count}`),
    stopBackfill: (id) => changed(`stopBackfill ${id}`),
  };
}
