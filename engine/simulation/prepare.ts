import { portsOf } from "../core/check_node.ts";
import { formatLocal, isZone, parseMoment } from "../core/zone.ts";
import { EngineError, invalid, notFound } from "../errors.ts";
import type { LeadRecord, LeadSubject, SignalRecord } from "../leads/mod.ts";
import type { NodeType } from "../nodes/define.ts";
import type { ExecutionState } from "../core/state.ts";
import type { JsonObject } from "../schemas/json.ts";
import type { SimulateInput } from "../schemas/simulation.ts";
import type { Issue, WorkflowNode } from "../schemas/workflow.ts";
import type { WorkflowSubject } from "../workflows/mod.ts";
import type { CopiedWorkflow } from "./copy.ts";

export interface PrepareDeps {
  workflows: Pick<WorkflowSubject, "get" | "version">;
  leads: Pick<LeadSubject, "load" | "planFromBody" | "signals">;
  types: ReadonlyMap<string, NodeType>;
  now(): number;
}

/** Everything that a dry run takes from the real database, read before it begins. */
export interface Plan {
  workflow: CopiedWorkflow;
  draft: boolean;
  trigger: ExecutionState["trigger"];
  /** What arrives at the trigger. */
  arrives: JsonObject;
  /** The stored lead that it is about; null: the input makes a new one, or there is none. */
  lead: { record: LeadRecord; signals: SignalRecord[] } | null;
  timezone: string;
  /** Epoch ms. */
  start: number;
}

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);
/** Signals of the past that a wait may look back on. */
const SIGNALS_COPIED = 100;

/** Reads and checks; writes nothing. Throws 404, and 422 naming the node or field. */
export async function prepare(deps: PrepareDeps, id: string, input: SimulateInput): Promise<Plan> {
  const workflow = await graphOf(deps, id, input.version);
  const { nodes, settings } = workflow.graph;
  const trigger = triggerOf(nodes, deps.types, input.trigger);
  const found = await leadOf(deps, input);
  const zone = [found?.record.timezone, settings.timezone].find((name) => name && isZone(name)) ?? "UTC";
  const start = input.at === undefined ? deps.now() : parseMoment(input.at, zone);
  const issues = [
    ...namingIssues(nodes, deps.types, input),
    ...input.signals.length > 0 && !found ? [NO_LEAD] : [],
    ...start === null || start < EARLIEST || start > LATEST
      ? [badStart(input.at ?? "", deps.now(), zone)]
      : [],
  ];
  if (issues.length > 0) throw invalid(`This dry run cannot begin: ${issues[0]?.message}`, issues);
  return {
    workflow,
    draft: input.version === "draft",
    trigger: { nodeId: trigger.id, kind: kindOf(trigger) },
    arrives: {
      body: input.input ?? {},
      query: {},
      headers: {},
      ...typeof trigger.data.config.signal === "string" ? { signal: trigger.data.config.signal } : {},
    },
    lead: found?.fresh === false
      ? { record: found.record, signals: await signalsOf(deps, found.record.id) }
      : null,
    timezone: zone,
    start: start ?? 0,
  };
}

/** The draft under the number that it would get, when it can run; else the version as it was published. */
async function graphOf(
  deps: PrepareDeps,
  id: string,
  version: SimulateInput["version"],
): Promise<CopiedWorkflow> {
  if (version !== "draft") {
    const { workflowName, nodes, edges, settings } = await deps.workflows.version(id, version);
    return { id, name: workflowName, version, graph: { nodes, edges, settings } };
  }
  const { name, nodes, edges, settings, issues, version: live } = await deps.workflows.get(id);
  if (issues.length > 0) throw invalid(`"${name}" cannot run yet: ${issues[0]?.message}`, issues);
  return { id, name, version: (live ?? 0) + 1, graph: { nodes, edges, settings } };
}

function triggerOf(
  nodes: readonly WorkflowNode[],
  types: ReadonlyMap<string, NodeType>,
  wanted: string | undefined,
): WorkflowNode {
  const triggers = nodes.filter(({ type }) => types.get(type)?.kind === "trigger");
  const found = wanted === undefined
    ? triggers.find(({ type }) => type === "trigger_manual") ?? triggers[0]
    : triggers.find(({ id }) => id === wanted);
  if (found) return found;
  const accepted = triggers.map(({ id, type }) => `"${id}" (${type})`).join(", ") ||
    "none: it has no trigger";
  const message = `The workflow has no trigger "${wanted ?? ""}"`;
  throw invalid(message, [{ path: "trigger", message, accepted }]);
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
): Promise<{ record: LeadRecord; fresh: boolean } | null> {
  if (leadId !== undefined) {
    const entry = await leads.load(leadId);
    if (!entry) throw notFound("lead", leadId);
    return { record: entry.value, fresh: false };
  }
  const planned = await leads.planFromBody(input ?? {});
  if (!planned) return null;
  if (planned.fresh) return { record: planned.lead, fresh: true };
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

/** Every node that the input speaks of must be there and be able to do what is said of it. */
function namingIssues(
  nodes: readonly WorkflowNode[],
  types: ReadonlyMap<string, NodeType>,
  input: SimulateInput,
): Issue[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const missing = (path: string, id: string): Issue => ({
    path: `${path}.${id}`,
    message: `There is no node "${id}"`,
    accepted: [...byId.keys()].slice(0, 20).join(", "),
  });
  const issues: Issue[] = [];
  for (const id of Object.keys(input.http)) if (!byId.has(id)) issues.push(missing("http", id));
  for (const path of ["opened", "clicked"] as const) {
    for (const id of input[path]) {
      const node = byId.get(id);
      if (!node) issues.push(missing(path, id));
      else if (types.get(node.type)?.category !== "messages") {
        issues.push({ path: `${path}.${id}`, nodeId: id, message: `"${id}" sends no mail` });
      }
    }
  }
  for (const [id, outcome] of Object.entries(input.answers)) {
    const node = byId.get(id);
    const type = node && types.get(node.type);
    if (!node || !type) {
      issues.push(missing("answers", id));
      continue;
    }
    const outcomes = portsOf(type, node.data.config).map((port) => port.id);
    if (outcome === null || outcomes.includes(outcome)) continue;
    issues.push({
      path: `answers.${id}`,
      nodeId: id,
      message: `"${outcome}" is no outcome of "${id}"`,
      accepted: outcomes.join(", "),
    });
  }
  return issues;
}
