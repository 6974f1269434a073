import { z } from "zod";
import type { Workflow as WorkflowData } from "../../engine/schemas/workflow.ts";
import { EngineError } from "../../engine/errors.ts";
import { HookState } from "../../engine/schemas/hook.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import {
  Refusals,
  Workflow,
  WorkflowGraph,
  WorkflowInput,
  WorkflowName,
  WorkflowSummary,
} from "../../engine/schemas/workflow.ts";
import { createOptions, IDEMPOTENT } from "../middleware/idempotency.ts";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";

const shape = WorkflowGraph.shape;
/** What a save may leave out stays as it is: without the defaults of a new workflow. */
const WorkflowChange = z.object({
  name: WorkflowName.optional(),
  nodes: shape.nodes.unwrap().optional(),
  edges: shape.edges.unwrap().optional(),
  settings: shape.settings.unwrap().optional(),
  notes: shape.notes,
}).meta({ id: "WorkflowChange" });

const PublishInput = z.strictObject({
  note: z.string().max(2_000).optional(),
  revision: z.number().int().min(1).optional(),
}).meta({ id: "PublishInput" });

const saved = { description: "The workflow; ETag is its revision", schema: Workflow };

export const workflowRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/workflow",
    action: "workflow.see",
    summary: "List workflows",
    query: z.object({ ...Paging.shape, q: z.string().max(200).optional() }),
    answers: { 200: { description: "A page of workflows", schema: pageOf(WorkflowSummary) } },
    handle: async ({ engine, query }) => json(await engine.workflows.list(query)),
  }),
  define({
    method: "post",
    path: "/api/workflow",
    action: "workflow.edit",
    summary:
      "Create a workflow; what is no graph is refused with 422, an unfinished config is kept in the draft",
    body: WorkflowInput.meta({ id: "WorkflowInput" }),
    headers: IDEMPOTENT,
    answers: { 201: saved },
    handle: async ({ c, engine, body, actor }) => {
      // Begun empty by somebody who is signed in: in the editor.
      const origin = c.var.via === "cookie" && body.nodes.length === 0 ? "canvas" : "api";
      const options = { ...createOptions(c.req.raw.headers), origin } as const;
      return withTag(await engine.workflows.create(body, actor(), options), 201);
    },
  }),
  define({
    method: "get",
    path: "/api/workflow/:id",
    action: "workflow.see",
    summary: "One workflow with its draft",
    answers: { 200: saved },
    handle: async ({ engine, param }) => withTag(await engine.workflows.get(param("id"))),
  }),
  define({
    method: "put",
    path: "/api/workflow/:id",
    action: "workflow.edit",
    summary: "Save the draft; what is absent stays. 428 without If-Match, 412 when somebody saved in between",
    body: WorkflowChange,
    headers: { "If-Match": 'The revision that the change starts from, as in ETag: "3"' },
    answers: { 200: saved },
    handle: async ({ c, engine, param, body, actor }) => {
      const revision = revisionOf(c.req.header("if-match"));
      const wanted = revision === "*" ? (await engine.workflows.get(param("id"))).revision : revision;
      return withTag(await engine.workflows.save(param("id"), wanted, body, actor()));
    },
  }),
  define({
    method: "delete",
    path: "/api/workflow/:id",
    action: "workflow.delete",
    summary: "Delete; 409 while executions are unsettled, unless ?running= says what becomes of them",
    query: z.object({ running: z.enum(["cancel", "finish"]).optional() }),
    answers: { 204: { description: "Deleted" } },
    handle: async ({ engine, param, query, actor }) => {
      await engine.workflows.remove(param("id"), query, actor());
      return noContent();
    },
  }),
  define({
    method: "post",
    path: "/api/workflow/:id/publish",
    action: "workflow.publish",
    summary: "Make the draft the live version; 422 with issues per node when it cannot run",
    body: PublishInput,
    bodyOptional: true,
    answers: { 200: { description: "Published", schema: z.object({ version: z.number().int() }) } },
    handle: async ({ engine, param, body, actor }) =>
      json(await engine.workflows.publish(param("id"), body, actor())),
  }),
  define({
    method: "get",
    path: "/api/workflow/:id/refusals",
    action: "workflow.see",
    summary: "Who was not enrolled, and why: all are counted, the last 20 are told, newest first",
    answers: { 200: { description: "The refusals", schema: Refusals } },
    handle: async ({ engine, param }) => json(await engine.workflows.refusals(param("id"))),
  }),
  define({
    method: "get",
    path: "/api/workflow/:id/webhooks",
    action: "workflow.see",
    summary: "Its webhooks: when the last call came, and the last refusals with their reasons",
    answers: {
      200: { description: "Live ones first", schema: z.object({ items: z.array(HookState) }) },
    },
    handle: async ({ engine, param }) => json({ items: await engine.triggers.hooks(param("id")) }),
  }),
];

/** The workflow with its revision as ETag; where it was created, with its address. */
export function withTag(workflow: WorkflowData, status = 200): Response {
  const headers: { [name: string]: string } = { etag: `"${workflow.revision}"` };
  if (status === 201) headers.location = `/api/workflow/${workflow.id}`;
  return json(workflow, status, headers);
}

/** The revision in If-Match; `*` is whatever is stored. */
export function revisionOf(header: string | undefined): number | "*" {
  if (header === undefined) {
    const detail = 'Saving needs If-Match with the revision that was loaded, such as If-Match: "3"';
    throw new EngineError("if-match-required", 428, "If-Match required", detail);
  }
  const text = header.trim();
  if (text === "*") return "*";
  const [, digits] = /^(?:W\/)?"?(\d{1,9})"?$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits);
  const detail = `If-Match is ${text.slice(0, 100)}; accepted: a revision such as "3"`;
  throw new EngineError("bad-if-match", 400, "If-Match not readable", detail);
}
