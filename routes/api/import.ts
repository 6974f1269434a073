import { ImportAnswer, ImportInput, ImportPreview } from "../../engine/schemas/import.ts";
import { createOptions, IDEMPOTENT } from "../middleware/idempotency.ts";
import { define, json } from "./define.ts";
import type { ApiRoute } from "./define.ts";

const BODY_BYTES = 4 * 1_048_576;

/** Workflows from elsewhere. */
export const importRoutes: readonly ApiRoute[] = [
  define({
    method: "post",
    path: "/api/workflow/import",
    action: "workflow.edit",
    summary:
      "A new workflow from a file: our own export, or one of n8n, with what became of each node; `save: false` only shows it",
    body: ImportInput,
    bodyLimit: BODY_BYTES,
    headers: IDEMPOTENT,
    answers: {
      201: {
        description: "Created as a draft; what is unfinished is among its issues",
        schema: ImportAnswer,
      },
      200: { description: "What it would be", schema: ImportPreview },
    },
    handle: async ({ c, engine, body, actor }) => {
      const answer = await engine.workflows.import(body, actor(), createOptions(c.req.raw.headers));
      const { workflow } = answer;
      return "id" in workflow
        ? json(answer, 201, { location: `/api/workflow/${workflow.id}` })
        : json(answer);
    },
  }),
];
