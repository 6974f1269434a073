import { z } from "zod";
import {
  BackfillCount,
  BackfillInput,
  Fire,
  Schedule,
  ScheduleCreate,
  SchedulePreview,
  ScheduleUpdate,
} from "../../engine/schemas/schedule.ts";
import { Reason } from "../../engine/schemas/execution.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { createOptions, IDEMPOTENT } from "../middleware/idempotency.ts";
import { scheduleFor } from "./payload.ts";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";

const ONE = "/api/scheduling/:id";
const SCHEDULE = { description: "The schedule", schema: Schedule };

/** Schedules: what is changed here counts at once, and is drawn in the workflow's draft too. */
export const schedulingRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/scheduling",
    action: "schedule.see",
    summary: "Schedules by workflow, newest workflow first, with their last and next runs",
    query: z.object({ ...Paging.shape, workflowId: z.string().max(64).optional() }),
    answers: { 200: { description: "A page of schedules", schema: pageOf(Schedule) } },
    handle: async ({ engine, query, user }) => {
      const page = await engine.scheduling.list(query);
      return json({ ...page, items: page.items.map((schedule) => scheduleFor(user(), schedule)) });
    },
  }),
  define({
    method: "post",
    path: "/api/scheduling",
    action: "schedule.edit",
    summary:
      "Draw a schedule into a workflow; published at once where the draft is as it is live, else with the next publish",
    body: ScheduleCreate,
    headers: IDEMPOTENT,
    answers: { 201: { description: "The schedule; Location is its address", schema: Schedule } },
    handle: async ({ c, engine, body, actor }) => {
      const schedule = await engine.scheduling.create(body, actor(), createOptions(c.req.raw.headers));
      return json(schedule, 201, { location: `/api/scheduling/${schedule.id}` });
    },
  }),
  // Before those with an id: the first that fits answers.
  define({
    method: "get",
    path: "/api/scheduling/preview",
    action: "schedule.see",
    summary:
      "The next occurrences of a cron expression, with what clocks do at them; 422 names what is wrong",
    query: z.object({
      cron: z.string().max(200),
      timezone: z.string().max(64).optional(),
      count: z.coerce.number().int().min(1).max(100).default(10),
    }),
    answers: { 200: { description: "Occurrences and the expression in words", schema: SchedulePreview } },
    handle: ({ engine, query }) => json(engine.scheduling.preview(query)),
  }),
  define({
    method: "get",
    path: ONE,
    action: "schedule.see",
    summary: "One schedule",
    answers: { 200: SCHEDULE },
    handle: async ({ engine, param, user }) =>
      json(scheduleFor(user(), await engine.scheduling.get(param("id")))),
  }),
  define({
    method: "put",
    path: ONE,
    action: "schedule.edit",
    summary: "Change a schedule: counts at once, and is drawn in the draft too",
    body: ScheduleUpdate,
    answers: { 200: SCHEDULE },
    handle: async ({ engine, param, body, actor }) =>
      json(await engine.scheduling.update(param("id"), body, actor())),
  }),
  define({
    method: "delete",
    path: ONE,
    action: "schedule.edit",
    summary: "Fires no more, and goes from the draft",
    answers: { 204: { description: "Deleted" } },
    handle: async ({ engine, param, actor }) => {
      await engine.scheduling.remove(param("id"), actor());
      return noContent();
    },
  }),
  define({
    method: "post",
    path: `${ONE}/pause`,
    action: "schedule.run",
    summary: "Fires no more until it is resumed",
    answers: { 200: SCHEDULE },
    handle: async ({ engine, param, actor }) => json(await engine.scheduling.pause(param("id"), actor())),
  }),
  define({
    method: "post",
    path: `${ONE}/resume`,
    action: "schedule.run",
    summary: "Fires again; what would have come in the meantime is not made up",
    answers: { 200: SCHEDULE },
    handle: async ({ engine, param, actor }) => json(await engine.scheduling.resume(param("id"), actor())),
  }),
  define({
    method: "post",
    path: `${ONE}/run`,
    action: "schedule.run",
    summary: "Start it now, beside its occurrences",
    headers: IDEMPOTENT,
    answers: {
      202: {
        description: "Accepted; Location is its page",
        schema: z.object({ executionId: z.string() }),
      },
      200: {
        description: "The lead may not enter now: nothing was started",
        schema: z.object({ executionId: z.string(), enrolled: z.literal(false), reason: Reason }),
      },
    },
    handle: async ({ c, engine, param, actor }) => {
      const options = createOptions(c.req.raw.headers);
      const { executionId, refused } = await engine.scheduling.run(param("id"), options, actor());
      if (refused) return json({ executionId, enrolled: false, reason: refused });
      return json({ executionId }, 202, { location: `/executions/${executionId}` });
    },
  }),
  define({
    method: "get",
    path: `${ONE}/history`,
    action: "schedule.see",
    summary:
      "What became of its occurrences, newest first: fired, skipped, missed, held, failed, with the reasons",
    query: z.object({ ...Paging.shape }),
    answers: { 200: { description: "A page of fires", schema: pageOf(Fire) } },
    handle: async ({ engine, param, query }) => json(await engine.scheduling.history(param("id"), query)),
  }),
  define({
    method: "post",
    path: `${ONE}/backfill`,
    action: "schedule.run",
    summary:
      "Run the occurrences of a past range that have not run: counted without `count`, started with it",
    body: BackfillInput,
    answers: {
      200: { description: "Without `count`: how many", schema: BackfillCount },
      202: {
        description: "Started, ten a second at most; the schedule says how far it is",
        schema: Schedule,
      },
    },
    handle: async ({ engine, param, body, actor }) => {
      if (body.count === undefined) return json(await engine.scheduling.countBackfill(param("id"), body));
      return json(await engine.scheduling.backfill(param("id"), body, actor()), 202);
    },
  }),
  define({
    method: "delete",
    path: `${ONE}/backfill`,
    action: "schedule.run",
    summary: "Stop a back-fill; what has been started goes on",
    answers: { 200: SCHEDULE },
    handle: async ({ engine, param, actor }) =>
      json(await engine.scheduling.stopBackfill(param("id"), actor())),
  }),
];
