import { formatLocal, isZone, parseMoment } from "../core/zone.ts";
import { EngineError, invalid, notFound } from "../errors.ts";
import type { LeadRecord, LeadSubject, SignalRecord } from "../leads/mod.ts";
import type { NodeType } from "../nodes/define.ts";
import type { Executions } from "../contract.ts";
import type { ExecutionState } from "../core/state.ts";
import { graphChecks } from "../node_info.ts";
import type { Execution } from "../schemas/execution.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import type { SimulateInput } from "../schemas/simulation.ts";
import type { Issue, WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";
import type { WorkflowSubject } from "../workflows/mod.ts";
import { arrivesAt, pinsOf, triggerOf, unknownReads } from "./given.ts";
import type { CopiedWorkflow } from "./copy.ts";
import { namingIssues } from "./naming.ts";
import { partOf, PINNED, pinnedType } from "./part.ts";
import type { Pins } from "./part.ts";

export interface PrepareDeps {
  workflows: Pick<WorkflowSubject, "get" | "version">;
  leads: Pick<LeadSubject, "load" | "planFromBody" | "signals">;
  executions: Pick<Executions, "get">;
  types: ReadonlyMap<string, NodeType>;
  now(): number;
}

/** Everything that a dry run takes from the real database, read before it begins. */
export interface Plan {
  /** What runs. */
  workflow: CopiedWorkflow;
  /** As it is drawn, of which that may be a part. */
  drawn: WorkflowGraph;
  pins: Pins;
  draft: boolean;
  trigger: ExecutionState["trigger"];
  /** What arrives at the trigger. */
  arrives: JsonObject;
  /** The stored lead that it is about; null: the input makes a new one, or there is none. */
  lead: { record: LeadRecord; signals: SignalRecord[] } | null;
  /** Whom it is about, where that does not follow from what arrives. */
  leadId?: string;
  timezone: string;
  /** Epoch ms. */
  start: number;
  /** What is to be said before it begins. */
  notes: string[];
}

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);
/** Signals of the past that a wait may look back on. */
const SIGNALS_COPIED = 100;

/** Reads and checks; writes nothing. Throws 404, and 422 naming the node or field. */
export async function prepare(deps: PrepareDeps, id: string, input: SimulateInput): Promise<Plan> {
  const { graph: drawn, ...workflow } = await graphOf(deps, id, input);
  const past = input.from === undefined ? null : await pastOf(deps, id, input.from);
  refuse(namingIssues(drawn.nodes, deps.types, input));
  const trigger = triggerOf(drawn, deps.types, input, past);
  const pins = pinsOf(drawn, { types: deps.types, input, past, trigger });
  const { only, until, call } = input;
  const isTrigger = ({ type }: WorkflowNode): boolean => deps.types.get(type)?.kind === "trigger";
  const graph = partOf(drawn, { trigger, pins, only, until, call, isTrigger });
  if (input.version === "draft") refuseUnfinished(workflow.name, graph, deps.types, pins);
  const arrives = arrivesAt(trigger, input, past);
  const found = await leadOf(deps, input, { past, body: arrives.body ?? null });
  const zone = [found?.record.timezone, drawn.settings.timezone].find((name) => name && isZone(name)) ??
    "UTC";
  const start = input.at === undefined ? deps.now() : parseMoment(input.at, zone);
  refuse([
    ...input.signals.length > 0 && !found ? [NO_LEAD] : [],
    ...start === null || start < EARLIEST || start > LATEST
      ? [badStart(input.at ?? "", deps.now(), zone)]
      : [],
  ]);
  return {
    workflow: { ...workflow, graph },
    drawn,
    pins,
    draft: input.version === "draft",
    trigger: { nodeId: trigger.id, kind: kindOf(trigger) },
    arrives: trigger.type === "trigger_schedule" && start !== null
      ? { scheduledAt: new Date(start).toISOString(), ...arrives }
      : arrives,
    lead: found?.fresh === false
      ? { record: found.record, signals: await signalsOf(deps, found.record.id) }
      : null,
    ...found?.named ? { leadId: found.record.id } : {},
    timezone: zone,
    start: start ?? 0,
    notes: unknownReads(drawn, deps.types, { only, pins }),
  };
}

function refuse(issues: readonly Issue[]): void {
  if (issues.length > 0) throw invalid(`This dry run cannot begin: ${issues[0]?.message}`, issues);
}

/** The draft, as given or stored, under the number that it would get; else the version as it was published. */
async function graphOf(
  deps: PrepareDeps,
  id: string,
  { version, graph: given }: SimulateInput,
): Promise<CopiedWorkflow> {
  if (version !== "draft") {
    if (given) {
      const message = `Version ${version} is tested as it was published`;
      refuse([{
        path: "graph",
        message,
        accepted: "a graph without a version, or a version without a graph",
      }]);
    }
    const { workflowName, nodes, edges, settings } = await deps.workflows.version(id, version);
    return { id, name: workflowName, version, graph: { nodes, edges, settings } };
  }
  const { name, version: live, ...stored } = await deps.workflows.get(id);
  const { nodes, edges, settings } = given ?? stored;
  return { id, name, version: (live ?? 0) + 1, graph: { nodes, edges, settings } };
}

/** What runs must be able to; what is drawn beside it may be unfinished. */
function refuseUnfinished(
  name: string,
  graph: WorkflowGraph,
  types: PrepareDeps["types"],
  pins: Pins,
): void {
  const checks = graphChecks(new Map([...types, [PINNED, pinnedType(pins)]]));
  const shape = checks.shape(graph);
  const issues = shape.length > 0 ? shape : checks.runnable(graph);
  if (issues.length > 0) throw invalid(`"${name}" cannot run yet: ${issues[0]?.message}`, issues);
}

async function pastOf({ executions }: PrepareDeps, id: string, from: string): Promise<Execution> {
  const past = await executions.get(from);
  if (past.workflowId === id) return past;
  const message = `The execution "${from}" is one of "${past.workflowName}"`;
  throw invalid(message, [{ path: "from", message, accepted: "an execution of this workflow" }]);
}

function kindOf({ type }: WorkflowNode): Plan["trigger"]["kind"] {
  switch (type) {
    case "trigger_webhook":
      return "webhook";
    case "trigger_signal":
      return "signal";
    case "trigger_schedule":
      return "schedule";
    default:
      return "manual";
  }
}

/** Whom it is about, as accepting would find out; a fresh one is not stored anywhere yet. */
async function leadOf(
  { leads }: PrepareDeps,
  { leadId, input }: SimulateInput,
  { past, body }: { past: Execution | null; body: Json },
): Promise<{ record: LeadRecord; fresh: boolean; named?: boolean } | null> {
  if (leadId !== undefined) {
    const entry = await leads.load(leadId);
    if (!entry) throw notFound("lead", leadId);
    return { record: entry.value, fresh: false, named: true };
  }
  // A lead that was deleted since is none any more.
  const former = input === undefined && past?.lead ? await leads.load(past.lead.id) : null;
  if (former) return { record: former.value, fresh: false, named: true };
  const planned = await leads.planFromBody(body);
  if (!planned) return null;
  if (planned.created) return { record: planned.lead, fresh: true };
  const entry = await leads.load(planned.lead.id);
  return entry && { record: entry.value, fresh: false };
}

/** Oldest first. */
async function signalsOf({ leads }: PrepareDeps, leadId: string): Promise<SignalRecord[]> {
  const { items } = await leads.signals(leadId, { limit: SIGNALS_COPIED }).catch((error) => {
    // The lead went in the meantime: what was read of it is enough to run on.
    if (error instanceof EngineError && error.status === 404) return { items: [] };
    throw error;
  });
  return items.toReversed().map(({ id, type, data, at }) => ({ v: 1, id, type, data, at: Date.parse(at) }));
}

const NO_LEAD: Issue = {
  path: "signals",
  message: "Signals happen to a lead, and this dry run has none",
  accepted: "leadId, or an input with an e-mail address",
};

function badStart(at: string, now: number, zone: string): Issue {
  const [day] = new Date(now).toISOString().split("T");
  return {
    path: "at",
    message: `"${at}" is no moment that a dry run can start at`,
    accepted: `such as ${day}T09:00 (in ${zone}: ${formatLocal(now, zone)}) or ${day}T09:00:00Z`,
  };
}
