import { z } from "zod";
import {
  BulkCount,
  BulkInput,
  BulkJob,
  MigrateInput,
  ReplayInput,
  ReplayPlan,
  Running,
} from "../../engine/schemas/mending.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { idempotencyKey } from "../middleware/idempotency.ts";
import { define, json, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";

/** Running executions again, one or many at a time. */
export const mendingRoutes: readonly ApiRoute[] = [
  define({
    method: "post",
    path: "/api/monitoring/executions/:id/replay",
    action: "execution.replay",
    summary: "Run it again from a step as a new execution; 422 names what cannot be mapped",
    body: ReplayInput,
    bodyOptional: true,
    headers: { "Idempotency-Key": "The same key within 72 h is the same replay" },
    answers: {
      200: { description: "`dryRun`: what it would take over and run", schema: ReplayPlan },
      202: {
        description: "Accepted; Location is its page",
        schema: z.object({ executionId: z.string() }),
      },
    },
    handle: async ({ c, engine, param, body, actor }) => {
      if (body.dryRun) return json(await engine.mending.planReplay(param("id"), body));
      const options = optionsOf(c.req.raw.headers);
      const { executionId } = await engine.mending.replay(param("id"), body, options, actor());
      return json({ executionId }, 202, { location: `/executions/${executionId}` });
    },
  }),
  define({
    method: "post",
    path: "/api/monitoring/executions/bulk",
    action: "execution.bulk",
    summary: "Cancel, retry or replay all that a filter finds: counted with `dryRun`, started with `expect`",
    body: BulkInput,
    headers: { "Idempotency-Key": "The same key within 72 h is the same bulk action" },
    answers: {
      200: { description: "`dryRun`: how many, and the first of them", schema: BulkCount },
      202: { description: "Started, ten a second; Location says how far it is", schema: BulkJob },
    },
    handle: async ({ c, engine, body, actor }) => {
      if (body.dryRun) return json(await engine.mending.count(body));
      const job = await engine.mending.startBulk(body, optionsOf(c.req.raw.headers), actor());
      return json(job, 202, { location: `/api/monitoring/bulk/${job.id}` });
    },
  }),
  define({
    method: "get",
    path: "/api/workflow/:id/running",
    action: "execution.see",
    summary:
      "Where unsettled executions of other versions stand, and whether they can move; looks for 50 ms, then `nextCursor` goes on: sum the pages",
    query: z.object({
      to: z.coerce.number().int().min(1).optional(),
      cursor: z.string().max(64).optional(),
    }),
    answers: { 200: { description: "By version and node", schema: Running } },
    handle: async ({ engine, param, query }) => json(await engine.mending.running(param("id"), query)),
  }),
  define({
    method: "post",
    path: "/api/workflow/:id/migrate",
    action: "execution.bulk",
    summary:
      "Move executions under way to another version, or restart them in it; 409 when `count` is another by now",
    body: MigrateInput,
    headers: { "Idempotency-Key": "The same key within 72 h is the same bulk action" },
    answers: {
      202: {
        description: "Started, ten a second, as a bulk action; Location says how far it is",
        schema: BulkJob,
      },
    },
    handle: async ({ c, engine, param, body, actor }) => {
      const options = optionsOf(c.req.raw.headers);
      const job = await engine.mending.startMigration(param("id"), body, options, actor());
      return json(job, 202, { location: `/api/monitoring/bulk/${job.id}` });
    },
  }),
  define({
    method: "get",
    path: "/api/monitoring/bulk",
    action: "execution.see",
    summary: "Bulk actions, newest first",
    query: z.object({ ...Paging.shape }),
    answers: { 200: { description: "A page of bulk actions", schema: pageOf(BulkJob) } },
    handle: async ({ engine, query }) => json(await engine.mending.bulkJobs(query)),
  }),
  define({
    method: "get",
    path: "/api/monitoring/bulk/:id",
    action: "execution.see",
    summary: "One bulk action: how far it is, and why executions were skipped or failed",
    answers: { 200: { description: "The bulk action", schema: BulkJob } },
    handle: async ({ engine, param }) => json(await engine.mending.bulkJob(param("id"))),
  }),
  define({
    method: "post",
    path: "/api/monitoring/bulk/:id/cancel",
    action: "execution.bulk",
    summary: "Stop a bulk action; what it has done stays done",
    answers: { 200: { description: "As it stands now", schema: BulkJob } },
    handle: async ({ engine, param, actor }) => json(await engine.mending.cancelBulk(param("id"), actor())),
  }),
];

function optionsOf(headers: Headers): { idempotencyKey?: string } {
  const key = idempotencyKey(headers);
  return key === undefined ? {} : { idempotencyKey: key };
}
