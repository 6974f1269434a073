import { z } from "zod";
import { can } from "../../engine/mod.ts";
import type { Followed } from "../../engine/contract.ts";
import { EngineError } from "../../engine/errors.ts";
import { ExecutionEvent } from "../../engine/schemas/event.ts";
import {
  ExecuteInput,
  Execution,
  ExecutionFilter,
  ExecutionSummary,
  Reason,
} from "../../engine/schemas/execution.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { executionsCsv } from "./executions_csv.ts";
import { createOptions, IDEMPOTENT } from "../middleware/idempotency.ts";
import { notEnrolled } from "../webhook_response.ts";
import { define, json, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";
import { eventFor, executionFor, summaryFor } from "./payload.ts";

const EventLine = z.object({ id: z.string(), ...ExecutionEvent.shape });
const accepted = z.object({ executionId: z.string() });
const refused = z.object({ executionId: z.string(), enrolled: z.literal(false), reason: Reason });

export const executionRoutes: readonly ApiRoute[] = [
  define({
    method: "post",
    path: "/api/workflow/execute",
    action: "execution.start",
    summary: "Start an execution of the live version; answered after its commit",
    body: ExecuteInput.meta({ id: "ExecuteInput" }),
    headers: IDEMPOTENT,
    answers: {
      202: { description: "Accepted; Location is its page", schema: accepted },
      200: {
        description: "Not started: the lead may not enter now; the execution is the one in the way",
        schema: refused,
      },
    },
    handle: async ({ c, engine, body, actor }) => {
      const options = createOptions(c.req.raw.headers);
      const accepted = await engine.triggers.execute(body, options, actor());
      if (accepted.refused) return json(notEnrolled(accepted));
      const { executionId } = accepted;
      return json({ executionId }, 202, { location: `/executions/${executionId}` });
    },
  }),
  define({
    method: "get",
    path: "/api/monitoring/executions",
    action: "execution.see",
    summary: "List executions, newest first",
    query: z.object({ ...ExecutionFilter.shape, ...Paging.shape }),
    answers: { 200: { description: "A page of executions", schema: pageOf(ExecutionSummary) } },
    handle: async ({ engine, query, user }) => {
      const see = { payloads: can(user().role, "payload.see") };
      const page = await engine.executions.list(query, see);
      return json({ ...page, items: page.items.map((one) => summaryFor(user(), one)) });
    },
  }),
  executionsCsv,
  define({
    method: "get",
    path: "/api/monitoring/executions/:id",
    action: "execution.see",
    summary: "One execution: steps, attempts, inputs, outputs, why",
    answers: { 200: { description: "The execution", schema: Execution } },
    handle: async ({ engine, param, user }) =>
      json(executionFor(user(), await engine.executions.get(param("id")))),
  }),
  define({
    method: "get",
    path: "/api/monitoring/executions/:id/events",
    action: "execution.see",
    summary: "What happened, oldest first",
    query: z.object({
      limit: Paging.shape.limit,
      cursor: z.string().regex(/^\d{1,9}$/, "the id of an event").optional(),
    }),
    answers: { 200: { description: "A page of events", schema: pageOf(EventLine) } },
    handle: async ({ engine, param, query, user }) => {
      const after = Number(query.cursor ?? 0);
      const found = await engine.executions.events(param("id"), { after, limit: query.limit });
      const items = found.map((followed) => ({ id: followed.id, ...eventFor(user(), followed) }));
      return json({ items, nextCursor: nextCursor(found, query.limit) });
    },
  }),
  define({
    method: "post",
    path: "/api/monitoring/executions/:id/cancel",
    action: "execution.cancel",
    summary: "Cancel; `cancelling` until running steps have stopped",
    body: z.strictObject({ reason: z.string().max(2_000).optional() }),
    bodyOptional: true,
    answers: {
      200: {
        description: "What it is now",
        schema: z.object({ status: z.enum(["cancelled", "cancelling"]) }),
      },
    },
    handle: async ({ engine, param, body, actor }) =>
      json(await engine.executions.cancel(param("id"), body, actor())),
  }),
  define({
    method: "post",
    path: "/api/monitoring/executions/:id/retry",
    action: "execution.retry",
    summary:
      "Continue at the failed steps, also while others run, or bring back a cancelled round; 409 when nothing can be retried",
    body: z.strictObject({ nodeId: z.string().max(64).optional() }),
    bodyOptional: true,
    answers: {
      200: { description: "The steps that run again", schema: z.object({ steps: z.array(z.string()) }) },
    },
    handle: async ({ engine, param, body, actor }) =>
      json(await engine.executions.retry(param("id"), body, actor())),
  }),
];

function nextCursor(found: readonly Followed[], limit: number): string | null {
  return found.length < limit ? null : found.at(-1)?.id ?? null;
}

/** Where a stream goes on: `Last-Event-ID`, or `?lastEventId=` where a fresh EventSource cannot set the header. */
export function cursorOf(header: string | undefined, query: string | undefined): string | null {
  const cursor = header || query || null;
  if (cursor === null || /^[A-Za-z0-9.]{1,64}$/.test(cursor)) return cursor;
  const detail = `Last-Event-ID is ${
    JSON.stringify(cursor.slice(0, 80))
  }; accepted: the id of an event of this stream`;
  throw new EngineError("bad-cursor", 400, "Cursor not readable", detail);
}
