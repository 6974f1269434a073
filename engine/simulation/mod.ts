import { EngineError } from "../errors.ts";
import type { EngineOptions, House } from "../engine.ts";
import type { NodeType } from "../nodes/define.ts";
import type { PublishPreview } from "../schemas/preview.ts";
import { SimulateInput } from "../schemas/simulation.ts";
import type { Simulated, SimulateRequest } from "../schemas/simulation.ts";
import type { Store } from "../store/store.ts";
import { VirtualClock } from "./clock.ts";
import type { ActOnCollections } from "./collections.ts";
import { calledBy } from "./called.ts";
import { copyLead, copyWorkflow } from "./copy.ts";
import type { CopiedWorkflow } from "./copy.ts";
import { Driver, LIMITS, Progress } from "./drive.ts";
import type { Limits } from "./drive.ts";
import { keepMessages, messagesOf } from "./keep.ts";
import { pinnedType } from "./part.ts";
import { prepare } from "./prepare.ts";
import { previewPublish } from "./preview.ts";
import type { Plan, PrepareDeps } from "./prepare.ts";
import { toSimulated } from "./present.ts";
import { Recorder } from "./recorder.ts";
import { untraced } from "../worker/tracing.ts";
import type { Doors } from "./recorder.ts";

export interface SimulationDeps extends PrepareDeps {
  /** Puts a house together, as the real one was. */
  open(options: EngineOptions): Promise<House>;
  /** The real house's options: a dry run keeps the sender and the addresses, and takes none of the ways out. */
  options: EngineOptions;
  publicUrl(): string;
  actOnCollections: ActOnCollections;
  reveal: Doors["reveal"];
  /** The real way out, for nodes that are to be called. */
  request: Doors["request"];
  /** The real database: read, but for mails that are kept. */
  store: Store;
  newId(): string;
}

/** Each holds a processor for up to 5 s. */
const MOST_AT_ONCE = 3;
/** Who really calls other programs waits for them. */
const CALLING_MS = 30_000;
const EVENTS_SHOWN = 10_000;

/** Runs a workflow for a lead on virtual time. Throws 404, 422 naming the node or field, 503 when too many run at once. */
export type Simulate = (
  workflowId: string,
  input: SimulateRequest,
  limits?: Partial<Limits>,
) => Promise<Simulated>;

/**
 * Dry runs: a second house over a database in memory, whose clock is moved by hand and whose nodes have no way out. The
 * same machine, worker and nodes run in it; the real database is only read.
 */
function createSimulation(deps: SimulationDeps): Simulate {
  let underWay = 0;
  return async (workflowId, asked, limits = {}) => {
    const input = SimulateInput.parse(asked);
    const plan = await prepare(deps, workflowId, input);
    if (underWay >= MOST_AT_ONCE) {
      const detail = `${MOST_AT_ONCE} dry runs are under way; try again in a moment`;
      throw new EngineError("busy", 503, "Too busy", detail, { retryAfterSeconds: 2 });
    }
    underWay++;
    try {
      const kv = await openMemory();
      try {
        return await simulate(deps, { kv, plan, input, most: limits });
      } finally {
        kv.close();
      }
    } finally {
      underWay--;
    }
  };
}

/** Dry runs, and what is told by them (contract: `simulate`, `previewPublish`). */
export function createDryRuns(deps: SimulationDeps): {
  simulate: Simulate;
  previewPublish(workflowId: string): Promise<PublishPreview>;
} {
  const simulate = createSimulation(deps);
  return { simulate, previewPublish: (id) => previewPublish({ ...deps, simulate }, id) };
}

/** A host that has its own database only may refuse one in memory. */
async function openMemory(): Promise<Deno.Kv> {
  try {
    return await Deno.openKv(":memory:");
  } catch (error) {
    const detail = `Dry runs need a database in memory, which this host refuses: ${String(error)}`;
    throw new EngineError("no-memory-database", 501, "Not possible here", detail);
  }
}

async function simulate(
  deps: SimulationDeps,
  { kv, plan, input, most }: { kv: Deno.Kv; plan: Plan; input: SimulateInput; most: Partial<Limits> },
): Promise<Simulated> {
  const clock = new VirtualClock(plan.start);
  const recorder = new Recorder(input, deps);
  const progress = new Progress();
  const house = await deps.open({
    ...deps.options,
    kv,
    clock,
    queue: false,
    lockFolder: null,
    smtpUrl: null,
    send: false,
    allowHosts: [],
    concurrency: 1_000,
    publicUrl: deps.publicUrl() || "http://localhost",
    secretKeys: [{ id: "dry", bytes: crypto.getRandomValues(new Uint8Array(32)) }],
    extraNodeTypes: [
      ...[...deps.types.values()].map((type: NodeType) => recorder.walled(type)),
      pinnedType(plan.pins),
    ],
    collectionsBehind: deps.actOnCollections,
    onBatch: () => {},
    onTransition: progress.note,
    trace: untraced,
  });
  try {
    const { executionId, leadId } = await begin(house, plan, await calledBy(deps.workflows, plan.workflow));
    if (input.until !== undefined) progress.until = { nodeId: input.until, executionId };
    const calling = input.call.length > 0 ? { realMs: CALLING_MS } : {};
    const limits = { ...LIMITS, ...calling, ...most, ...deps.options.simulationLimits };
    const journey = { house, clock, recorder, input, executionId, leadId, limits };
    const driven = await new Driver(journey, progress).run();
    const execution = await house.engine.executions.get(executionId);
    const events = await house.engine.executions.events(executionId, { limit: EVENTS_SHOWN });
    const { engine, links } = house;
    const kept = input.keep
      ? await keepMessages(deps, await messagesOf(engine.messages), links.readToken)
      : [];
    return toSimulated({
      plan,
      driven,
      execution,
      kept,
      events: events.map(({ event }) => event),
      wouldOf: (nodeId) => recorder.wouldOf(executionId, nodeId),
      endedAt: execution.endedAt === null ? clock.now() : Date.parse(execution.endedAt),
    });
  } finally {
    clock.end();
    await house.engine.stop();
  }
}

/** Nothing of the house is started: no timer runs in it, and whoever drives it looks. */
async function begin(
  { store, triggers, engine }: House,
  plan: Plan,
  called: readonly CopiedWorkflow[],
): Promise<{ executionId: string; leadId: string | null }> {
  const { workflow, trigger, lead, leadId, start } = plan;
  for (const each of [workflow, ...called]) await copyWorkflow(store, each, start);
  if (lead) await copyLead(store, lead.record, lead.signals);
  const door = await triggers.doors.live(workflow.id);
  const accepted = await triggers.start({
    door,
    trigger,
    input: plan.arrives,
    ...leadId === undefined ? {} : { leadId },
    depth: 0,
    mode: "accepted",
    test: true,
  });
  if (!accepted) throw new Error("A dry run was not accepted, though nobody else was there");
  const { executionId } = accepted;
  const { lead: about } = await engine.executions.get(executionId);
  return { executionId, leadId: about?.id ?? null };
}
