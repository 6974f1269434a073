import { z } from "zod";
import { NodeCount } from "../../engine/schemas/node_counts.ts";
import { PublishPreview } from "../../engine/schemas/preview.ts";
import { Samples } from "../../engine/schemas/sample.ts";
import { define, json } from "./define.ts";
import type { ApiRoute } from "./define.ts";

/** What the editor asks beside the document itself. */
export const editorRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/workflow/:id/samples",
    action: "payload.see",
    summary:
      "What a test can be pinned to: the newest five executions with what arrived, and of one of them what its steps put out",
    query: z.object({ executionId: z.string().max(64).optional() }),
    answers: { 200: { description: "Executions and outputs", schema: Samples } },
    handle: async ({ engine, param, query }) =>
      json(await engine.executions.samples(param("id"), query.executionId)),
  }),
  define({
    method: "get",
    path: "/api/workflow/:id/publish/preview",
    action: "payload.see",
    summary:
      "What publishing the draft would begin: what starts it, how many leads it means now, the first mail as it reads, what is under way",
    answers: { 200: { description: "Before publishing", schema: PublishPreview } },
    handle: async ({ engine, param }) => json(await engine.previewPublish(param("id"))),
  }),
  define({
    method: "get",
    path: "/api/workflow/:id/counts",
    action: "execution.see",
    summary:
      "How many executions stand where, by node: exactly those that /api/monitoring/executions finds by nodeId and nodeStatus",
    answers: {
      200: {
        description: "A count for each node that was reached",
        schema: z.object({ items: z.array(NodeCount) }),
      },
    },
    handle: async ({ engine, param }) => json({ items: await engine.executions.nodeCounts(param("id")) }),
  }),
];
