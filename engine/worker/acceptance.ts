import type { ExecutionState } from "../core/state.ts";
import type { Json } from "../schemas/json.ts";
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
  /** Checks and sets that stand or fall with it: published version, idempotency key, a new lead. */
  with: Pick<Write, "checks" | "sets" | "stamped" | "bells">;
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
    delivery,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    progress: 0,
    seq: 0,
    statuses: version.graph.nodes.map(() => "pending"),
    steps: new Map(),
    messages: {},
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
