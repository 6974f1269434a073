import type { Graph, GraphNode } from "../core/graph.ts";
import type { ExecutionState, StepState, Stored, StoredEvent } from "../core/state.ts";
import { isSettled } from "../core/state.ts";
import { shownApproval } from "../core/votes.ts";
import type { EventData, ExecutionEvent } from "../schemas/event.ts";
import type { Execution, ExecutionSummary, Reason, Step } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import { eventsOf } from "../store/records.ts";
import type { EventRecord } from "../store/records.ts";

/** What a summary needs from other records. */
export interface Names {
  workflow: string;
  lead: ExecutionSummary["lead"];
  /** Its place in the queue of its workflow's limit. */
  queued?: Reason | undefined;
}

function iso(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

/** A line of the list. */
export function toSummary(state: ExecutionState, names: Names): ExecutionSummary {
  return {
    id: state.id,
    workflowId: state.workflowId,
    workflowName: names.workflow,
    version: state.version,
    status: state.status,
    progress: state.progress,
    trigger: { nodeId: state.trigger.nodeId, kind: state.trigger.kind },
    lead: names.lead,
    parent: state.parent && {
      executionId: state.parent.executionId,
      nodeId: state.parent.nodeId,
      index: state.parent.index,
    },
    ...(state.replayOf ? { replayOf: state.replayOf } : {}),
    createdAt: new Date(state.createdAt).toISOString(),
    startedAt: iso(state.startedAt),
    endedAt: iso(state.endedAt),
    reason: names.queued ?? state.reason ?? waitingReason(state),
    until: isSettled(state) ? null : iso(nextWake(state)),
  };
}

function nextWake(state: ExecutionState): number | null {
  let next = Infinity;
  for (const step of state.steps.values()) next = Math.min(next, step.wakeAt ?? Infinity);
  return next === Infinity ? null : next;
}

/** Why it waits: the reason of the step that goes on first, else of the first that waits. */
function waitingReason(state: ExecutionState): Reason | null {
  if (isSettled(state)) return null;
  let found: StepState | null = null;
  for (const step of state.steps.values()) {
    if (!step.waitingFor && step.wakeAt === undefined) continue;
    if (!found || (step.wakeAt ?? Infinity) < (found.wakeAt ?? Infinity)) found = step;
  }
  return found?.reason ?? null;
}

/** Reads a stored value; large ones come from their chunks. */
export type ReadStored = (stored: Stored | undefined) => Promise<Json>;

export async function toExecution(
  state: ExecutionState,
  graph: Graph,
  names: Names,
  read: ReadStored,
): Promise<Execution> {
  const trigger = state.steps.get(state.trigger.nodeId)?.output;
  const arrived = await read(trigger);
  const body = typeof arrived === "object" && arrived !== null && !Array.isArray(arrived)
    ? arrived.body ?? null
    : null;
  const steps: Step[] = [];
  for (const node of graph.nodes) {
    const step = state.steps.get(node.id);
    const status = state.statuses[node.index] ?? "pending";
    const shown = await toStep({ nodeId: node.id, type: node.type, label: node.label, status }, step, read);
    steps.push({
      ...shown,
      input: step?.input ? shown.input : inputOf(node, step),
      reason: shown.reason ?? (status === "skipped" ? skipReason(state, graph, node.index) : null),
    });
  }
  for (const [nodeId, { version, ...left }] of Object.entries(state.left ?? {})) {
    steps.push({ ...await toStep({ nodeId, ...left }, state.steps.get(nodeId), read), leftIn: version });
  }
  return {
    ...toSummary(state, names),
    input: body,
    steps,
    seq: state.seq,
    cancelling: state.cancelling !== null,
    ...(state.moves
      ? { moves: state.moves.map(({ at, ...move }) => ({ ...move, at: new Date(at).toISOString() })) }
      : {}),
    ...(state.migrating ? { movesTo: state.migrating.to } : {}),
  };
}

async function toStep(
  named: Pick<Step, "nodeId" | "type" | "label" | "status">,
  step: StepState | undefined,
  read: ReadStored,
): Promise<Step> {
  return {
    ...named,
    attempts: step?.attempt ?? 0,
    tries: triesOf(step, named.status === "running"),
    input: await read(step?.input),
    output: await read(step?.output),
    port: step?.port ?? null,
    startedAt: iso(step?.startedAt),
    endedAt: iso(step?.endedAt),
    reason: step?.reason ?? null,
    failure: step?.failure ?? null,
    until: iso(step?.wakeAt),
    waitingFor: step?.waitingFor ?? null,
    warnings: step?.warnings ?? [],
    ...(step?.takenOver ? { takenOver: step.takenOver } : {}),
    ...(step?.approval ? { approval: shownApproval(step.approval) } : {}),
  };
}

/** What has not begun, or may have ended before its input was stored: its config may be none. */
const NOT_READ: ReadonlySet<string> = new Set(["window", "rate", "uncertain"]);

/** A config without templates is its own input and is not stored again. */
function inputOf(node: GraphNode, step: StepState | undefined): Json {
  if (node.kind === "trigger" || !step) return null;
  const waits = step.waitingFor !== undefined && !NOT_READ.has(step.waitingFor.kind);
  return step.endedAt !== undefined || waits ? node.config : null;
}

function triesOf(step: StepState | undefined, running: boolean): Step["tries"] {
  const tries: Step["tries"] = (step?.tries ?? []).map((each) => ({
    number: each.number,
    startedAt: new Date(each.startedAt).toISOString(),
    endedAt: new Date(each.endedAt).toISOString(),
    failure: each.failure,
  }));
  if (running && step?.startedAt !== undefined) {
    tries.push({
      number: step.attempt,
      startedAt: new Date(step.startedAt).toISOString(),
      endedAt: null,
      failure: null,
    });
  }
  return tries;
}

/** Why no way led to a node: the decision that went elsewhere, with the values it compared. */
function skipReason(state: ExecutionState, graph: Graph, index: number): Reason {
  for (const edge of graph.nodes[index]!.inputs) {
    const source = graph.nodes[edge.source]!;
    const step = state.steps.get(source.id);
    if (!step?.port || step.port === edge.port) continue;
    if (step.reason?.code === "children") break;
    const why = step.reason ? ` (${step.reason.text})` : "";
    return {
      code: "port_not_taken",
      text: `${source.label} went "${step.port}", not "${edge.port}"${why}`,
      data: {
        nodeId: source.id,
        took: step.port,
        needed: edge.port,
        ...(step.reason?.data ? { reason: step.reason.data } : {}),
      },
    };
  }
  return inRounds(state, graph, index) ?? upstream(graph.nodes[index]!);
}

/** Behind the first steps of a loop's rounds are the others. */
function inRounds(state: ExecutionState, graph: Graph, index: number): Reason | null {
  const seen = new Set<number>();
  const open = [index];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const edge of graph.nodes[at]!.inputs) {
      const source = graph.nodes[edge.source]!;
      const step = state.steps.get(source.id);
      if (step?.port && step.port !== edge.port && step.reason?.code === "children") {
        return {
          code: "in_rounds",
          text: `Runs in the rounds of ${source.label}`,
          data: { nodeId: source.id },
        };
      }
      if (state.statuses[source.index] === "skipped" && !seen.has(source.index)) open.push(source.index);
      seen.add(source.index);
    }
  }
  return null;
}

function upstream({ kind }: GraphNode): Reason {
  return kind === "trigger"
    ? { code: "not_triggered", text: "Another trigger started this execution" }
    : { code: "upstream_skipped", text: "Everything that leads here was skipped" };
}

/** What names the nodes of an execution: its version, and what is known of those that earlier ones had. */
export interface Labels {
  id: string;
  graph: Graph;
  left: ExecutionState["left"];
}

/** Events of one record as followers see them, labels filled in. */
export function toEvents(
  record: EventRecord,
  firstSeq: number,
  { id: executionId, graph, left }: Labels,
): { seq: number; event: ExecutionEvent }[] {
  return eventsOf(record).map((stored, index) => {
    const seq = firstSeq + index;
    const node = stored.node === undefined
      ? null
      : graph.nodes[graph.indexOf.get(stored.node) ?? -1] ?? left?.[stored.node] ?? null;
    return {
      seq,
      event: {
        type: stored.type,
        executionId,
        taskId: stored.node ?? null,
        taskName: node?.label ?? stored.node ?? null,
        message: stored.message ?? wordsFor(stored),
        progress: stored.progress,
        timestamp: new Date(record.at).toISOString(),
        data: dataOf(stored, seq, record.s) as unknown as Json,
      },
    };
  });
}

function wordsFor(stored: StoredEvent): string {
  return stored.type[0]!.toUpperCase() + stored.type.slice(1);
}

function dataOf(stored: StoredEvent, seq: number, execution: ExecutionState["status"]): EventData {
  return {
    seq,
    execution,
    ...(stored.step ? { step: stored.step } : {}),
    ...(stored.attempt ? { attempt: stored.attempt } : {}),
    ...(stored.port ? { port: stored.port } : {}),
    ...(stored.until ? { until: new Date(stored.until).toISOString() } : {}),
    ...(stored.reason ? { reason: stored.reason as unknown as Json } : {}),
    ...(stored.failure ? { failure: stored.failure as unknown as Json } : {}),
  };
}
