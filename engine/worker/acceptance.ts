import type { ExecutionState, StepState } from "../core/state.ts";
import type { ReplayStart } from "../core/replay.ts";
import type { Json } from "../schemas/json.ts";
import type { Bodies } from "../store/bodies.ts";
import type { Write } from "../store/commit.ts";
import type { LeadFacts } from "./services.ts";
import type { CompiledVersion } from "./versions.ts";

/** What is accepted: everything the first commit of an execution needs. */
export interface Acceptance {
  id: string;
  version: CompiledVersion;
  trigger: ExecutionState["trigger"];
  input: Json;
  leadId: string | null;
  lead: LeadFacts | null;
  test: boolean;
  depth: number;
  delivery: readonly [string, string] | null;
  /** It goes on from the middle of another execution. */
  replay?: Replay;
  /** Checks and sets that stand or fall with it: published version, idempotency key, a new lead. */
  with: Pick<Write, "checks" | "sets" | "stamped" | "bells">;
}

export interface Replay {
  start: ReplayStart;
  /** Large values of the steps taken over, under the new execution. */
  bodies: Bodies;
  /** Step records that are stored before the head because one commit does not hold them all. */
  beside: ReadonlyMap<string, StepState>;
  messages: ExecutionState["messages"];
}

/** The execution before anything has been decided. */
export function freshState(acceptance: Acceptance, now: number): ExecutionState {
  const { version, trigger, leadId, test, depth, delivery, id } = acceptance;
  return {
    id,
    workflowId: version.workflowId,
    version: version.version,
    status: "queued",
    trigger,
    leadId,
    test,
    depth,
    ...(acceptance.replay ? { replayOf: acceptance.replay.start.of } : {}),
    delivery,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    progress: 0,
    seq: 0,
    statuses: version.graph.nodes.map(() => "pending"),
    steps: new Map(),
    messages: acceptance.replay?.messages ?? {},
    fence: 0,
    lease: null,
    due: null,
    cancelling: null,
    consumed: [],
    listening: false,
    reason: null,
    timeoutAt: version.graph.timeoutMs === null ? null : now + version.graph.timeoutMs,
  };
}
