import { z } from "zod";
import { EngineError } from "../../engine/errors.ts";
import { VersionChange, Workflow, WorkflowGraph, WorkflowVersion } from "../../engine/schemas/workflow.ts";
import { define, json, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";
import { revisionOf, withTag } from "./workflows.ts";

const Version = z.object({ ...WorkflowVersion.shape, ...WorkflowGraph.shape });
const Restored = Workflow.extend({
  /** What the draft's revision was before. */
  previousRevision: z.number().int(),
});

/** A workflow's history: what was published, what people call it, and the way back. */
export const versionRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/workflow/:id/versions",
    action: "workflow.see",
    summary: "The published versions, newest first",
    answers: { 200: { description: "Every version", schema: pageOf(WorkflowVersion) } },
    handle: async ({ engine, param }) =>
      json({ items: await engine.workflows.versions(param("id")), nextCursor: null }),
  }),
  define({
    method: "get",
    path: "/api/workflow/:id/versions/:n",
    action: "workflow.see",
    summary: "One version as it was published; `live` is the one that runs now",
    answers: { 200: { description: "The version", schema: Version } },
    handle: async ({ engine, param }) =>
      json(
        await engine.workflows.version(param("id"), param("n") === "live" ? "live" : numberOf(param("n"))),
      ),
  }),
  define({
    method: "patch",
    path: "/api/workflow/:id/versions/:n",
    action: "workflow.edit",
    summary: "Name a version, or change its note; what it runs never changes",
    body: VersionChange,
    answers: { 200: { description: "The version", schema: WorkflowVersion } },
    handle: async ({ engine, param, body, actor }) =>
      json(await engine.workflows.nameVersion(param("id"), numberOf(param("n")), body, actor())),
  }),
  define({
    method: "post",
    path: "/api/workflow/:id/versions/:n/restore",
    action: "workflow.edit",
    summary:
      "The version's graph becomes the draft. 428 without If-Match, 412 when somebody saved in between",
    headers: { "If-Match": 'The revision of the draft that it replaces, as in ETag: "3"' },
    answers: { 200: { description: "The workflow; ETag is its revision", schema: Restored } },
    handle: async ({ c, engine, param, actor }) => {
      const revision = revisionOf(c.req.header("if-match"));
      const wanted = revision === "*" ? (await engine.workflows.get(param("id"))).revision : revision;
      const version = numberOf(param("n"));
      return withTag(await engine.workflows.restore(param("id"), version, wanted, actor()));
    },
  }),
];

function numberOf(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  const detail = `"${text.slice(0, 80)}" is no version; accepted: a whole number from 1`;
  throw new EngineError("not-found", 404, "Not found", detail);
}
