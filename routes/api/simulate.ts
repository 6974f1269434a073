import { Simulated, SimulateInput } from "../../engine/schemas/simulation.ts";
import { define, json } from "./define.ts";
import type { ApiRoute } from "./define.ts";

/** The dry run. Whoever may start an execution may see what it would do; its answer holds bodies, as an execution does. */
export const simulateRoutes: readonly ApiRoute[] = [
  define({
    method: "post",
    path: "/api/workflow/:id/simulate",
    action: "execution.start",
    summary:
      "Dry run on virtual time: every step with its time, what would be sent, and why. Nothing is stored, nothing is sent",
    body: SimulateInput,
    bodyOptional: true,
    answers: { 200: { description: "What would happen", schema: Simulated } },
    handle: async ({ engine, param, body }) => json(await engine.simulate(param("id"), body)),
  }),
];
