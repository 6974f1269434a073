import { Simulated, SimulateInput } from "../../engine/schemas/simulation.ts";
import { permit } from "../middleware/guard.ts";
import { define, json } from "./define.ts";
import type { ApiRoute } from "./define.ts";

/** A graph from a canvas, with other programs' answers as real payloads. */
const BODY_BYTES = 4 * 1_048_576;

/**
 * The dry run. Whoever may start an execution may see what it would do; its answer holds bodies, as an execution does.
 * Who calls other programs with it, or runs what nobody saved, must be one who may draw it.
 */
export const simulateRoutes: readonly ApiRoute[] = [
  define({
    method: "post",
    path: "/api/workflow/:id/simulate",
    action: "execution.start",
    summary:
      "Dry run on virtual time: every step with its time, what would be sent, and why. Nothing is sent; stored are only mails, where `keep` asks for them",
    body: SimulateInput,
    bodyOptional: true,
    bodyLimit: BODY_BYTES,
    answers: { 200: { description: "What would happen", schema: Simulated } },
    handle: async ({ c, engine, param, body }) => {
      if (body.graph !== undefined || body.call.length > 0) permit(c, "workflow.edit");
      return json(await engine.simulate(param("id"), body));
    },
  }),
];
