import type { Hono } from "hono";
import { z } from "zod";
import { EngineError } from "../../engine/errors.ts";
import type { AppContext, AppEnv } from "../middleware/context.ts";
import { route } from "../middleware/guard.ts";
import { unknownPath } from "../middleware/problems.ts";
import { problemResponse } from "../middleware/problems.ts";
import { define, json, mountApi } from "./define.ts";
import type { ApiDeps, ApiRoute } from "./define.ts";
import { docsPage } from "./docs_page.ts";
import { editorRoutes } from "./editor.ts";
import { alertRoutes } from "./alerts.ts";
import { collectionRoutes } from "./collections.ts";
import { executionRoutes } from "./executions.ts";
import { importRoutes } from "./import.ts";
import { inboxRoutes } from "./inbox.ts";
import { leadRoutes } from "./leads.ts";
import { openApiDocument } from "./openapi.ts";
import { mendingRoutes } from "./mending.ts";
import { metricsRoutes } from "./metrics.ts";
import { schedulingRoutes } from "./scheduling.ts";
import { secretRoutes } from "./secrets.ts";
import { sessionRoutes } from "./session.ts";
import { simulateRoutes } from "./simulate.ts";
import { streamRoutes } from "./streams.ts";
import { versionRoutes } from "./versions.ts";
import { workflowRoutes } from "./workflows.ts";

const aboutRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/node-types",
    action: "workflow.see",
    summary: "Every node type: title, ports, example and the JSON Schema of its config",
    answers: {
      200: {
        description: "Every node type",
        schema: z.object({ items: z.array(z.looseObject({ type: z.string() })), nextCursor: z.null() }),
      },
    },
    handle: ({ engine }) => json({ items: engine.nodeTypes(), nextCursor: null }),
  }),
  define({
    method: "get",
    path: "/api/openapi.json",
    action: "api.see",
    summary: "This description, for programs",
    answers: { 200: { description: "OpenAPI 3.1", schema: z.looseObject({ openapi: z.string() }) } },
    handle: ({ engine }) => json(openApiDocument(API_ROUTES, engine.publicUrl())),
  }),
  define({
    method: "get",
    path: "/api/docs",
    action: "api.see",
    summary: "This description, for people",
    answers: { 200: { description: "A page", contentType: "text/html" } },
    handle: () => docsPage(API_ROUTES),
  }),
];

/** Every route under /api. `/api/workflow/execute` stands before `/:id`, though their methods keep them apart. */
export const API_ROUTES: readonly ApiRoute[] = [
  ...executionRoutes,
  ...mendingRoutes,
  ...streamRoutes,
  ...metricsRoutes,
  ...importRoutes,
  ...workflowRoutes,
  ...versionRoutes,
  ...simulateRoutes,
  ...editorRoutes,
  ...leadRoutes,
  ...inboxRoutes,
  ...alertRoutes,
  ...collectionRoutes,
  ...schedulingRoutes,
  ...secretRoutes,
  ...sessionRoutes,
  ...aboutRoutes,
];

/** Registers the table, and answers what is not in it: 405 with Allow, or 404. */
export function apiRoutes(app: Hono<AppEnv>, deps: ApiDeps): void {
  mountApi(app, API_ROUTES, deps);
  route(app, ["all", "/api/*"], "api.see", notInTable);
}

function notInTable(c: AppContext): Response {
  const allowed = API_ROUTES.filter(({ path }) => matches(path, c.req.path)).map(({ method }) =>
    method.toUpperCase()
  );
  if (allowed.length === 0) throw unknownPath(c);
  const allow = [...new Set(allowed.includes("GET") ? [...allowed, "HEAD"] : allowed)];
  const detail = `${c.req.method} is not possible at ${c.req.path}; accepted: ${allow.join(", ")}`;
  const error = new EngineError("method-not-allowed", 405, "Method not allowed", detail, { allow });
  return problemResponse(error, c.req.path);
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return wanted.length === given.length &&
    wanted.every((part, i) => part.startsWith(":") ? given[i] !== "" : part === given[i]);
}
