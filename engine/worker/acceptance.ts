import type { ChildStart } from "../core/children.ts";
import type { Command } from "../core/machine.ts";
import type { ExecutionState, Place, StepState, Transition } from "../core/state.ts";
import type { ReplayStart } from "../core/replay.ts";
import { EngineError } from "../errors.ts";
import type { Json } from "../schemas/json.ts";
import type { Limits } from "../schemas/workflow.ts";
import { Bodies } from "../store/bodies.ts";
import type { Write } from "../store/commit.ts";
import { transitionWrite } from "../store/executions.ts";
import type { Loaded } from "../store/executions.ts";
import { decideOver } from "./deciding.ts";
import type { OwnEnv } from "./deciding.ts";
import { clockChecks } from "./hearing.ts";
import type { Heard, LeadFacts, Services } from "./services.ts";
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
  /** It is a child of another execution; a loop's round begins in the middle of the graph. */
  child?: { parent: NonNullable<ExecutionState["parent"]>; nesting: number; start: ChildStart | null };
  /** The live version's; absent: it does not count (a test, a child in its parent's slot). */
  limits?: Limits | undefined;
  /** Checks and sets that stand or fall with it: published version, idempotency key, a new lead. */
  with: Pick<Write, "checks" | "sets" | "deletes" | "stamped" | "bells">;
}

export interface Replay {
  start: ReplayStart;
  /** Large values of the steps taken over, under the new execution. */
  bodies: Bodies;
  /** Step records that are stored before the head because one commit does not hold them all, and the commits that do. */
  beside: ReadonlyMap<string, StepState>;
  first: readonly Write[];
  messages: ExecutionState["messages"];
}

/** Queued or running in one process; waiting ones do not count. */
const MOST_IN_HAND = 10_000;

/** Throws 503 with Retry-After while the process stops, or has all that it may hold in hand. */
export function refuseOverload({ stopping, inHand }: { stopping: boolean; inHand: number }): void {
  if (stopping) {
    const detail = "This process is stopping; try again";
    throw new EngineError("stopping", 503, "Stopping", detail, { retryAfterSeconds: 1 });
  }
  if (inHand < MOST_IN_HAND) return;
  const detail = `${MOST_IN_HAND} executions are queued or running; try again later`;
  throw new EngineError("busy", 503, "Too busy", detail, { retryAfterSeconds: 5 });
}

/** The first decision about an execution, and the commit that makes it exist. */
export interface First {
  transition: Transition;
  write: Write;
  /** What lies beside the head. */
  spilled: Loaded["spilled"];
  bodies: Bodies;
  /** What is too large for that commit, and is stored before it. */
  before: readonly Write[];
}

/** Decides over an execution that is not there yet; `place`: where it stands with its workflow's limit. */
export function firstWrite(
  acceptance: Acceptance,
  { place, heard, now, env, commitId, messageWrite }: {
    place: Place | null;
    heard: Heard;
    now: number;
    env: OwnEnv;
    commitId: string;
    messageWrite: Services["messageWrite"];
  },
): First {
  const { id, version, lead, replay, with: along } = acceptance;
  const bodies = replay?.bodies ?? new Bodies();
  const start: Command = replay?.start ?? acceptance.child?.start ??
    { kind: "start", nodeId: acceptance.trigger.nodeId, input: acceptance.input };
  const known = { version, lead, heard, children: null, bodies, read: bodies.values };
  const transition = decideOver(freshState(acceptance, place, now), [start], env, known);
  const values = bodies.writes(id);
  const { write, spilled } = transitionWrite(transition, {
    ...{ name: "accept", before: null, commitId, now, bodies: values.along, messageWrite },
    nodes: { before: [], next: version.graph.nodes },
    ...(replay ? { beside: replay.beside } : {}),
  });
  write.checks!.push(...along.checks ?? [], ...clockChecks(null, transition.next, heard));
  write.sets!.push(...along.sets ?? []);
  write.deletes!.push(...along.deletes ?? []);
  write.stamped = along.stamped;
  write.bells!.push(...along.bells ?? []);
  return { transition, write, spilled, bodies, before: [...replay?.first ?? [], ...values.before] };
}

/** The execution before anything has been decided. */
function freshState(acceptance: Acceptance, limit: Place | null, now: number): ExecutionState {
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
    parent: acceptance.child?.parent ?? null,
    nesting: acceptance.child?.nesting ?? 0,
    cancelling: null,
    consumed: [],
    listening: false,
    reason: null,
    // In the queue, the time limit begins with its turn.
    timeoutAt: version.graph.timeoutMs === null || limit?.slot === null
      ? null
      : now + version.graph.timeoutMs,
    limit,
  };
}
