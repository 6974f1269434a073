import type { ExecutionState, MessageMarks, Stored } from "../core/state.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import type { View } from "../schemas/node.ts";
import { VIEW_BYTES } from "../store/bodies.ts";
import type { LeadFacts } from "./services.ts";
import type { CompiledVersion, Reads } from "./versions.ts";

/** Large values that have been read, by reference. */
export type BodyCache = ReadonlyMap<string, Json>;

/** What a node's templates and conditions see: only what it names is gathered. */
export function viewFor(
  node: Reads,
  state: ExecutionState,
  version: CompiledVersion,
  facts: { lead: LeadFacts | null; bodies: BodyCache; now: number },
): View {
  const steps: View["steps"] = {};
  for (const id of node.stepsRead) {
    const output = state.steps.get(id)?.output;
    if (output) steps[id] = { output: valueOf(output, facts.bodies) };
  }
  const { roots } = node;
  return {
    trigger: roots.has("trigger") ? triggerView(state, facts.bodies) : {},
    lead: facts.lead?.view ?? null,
    steps,
    execution: roots.has("execution") ? executionView(state, version) : {},
    messages: roots.has("messages") ? messageView(state.messages) : {},
    now: roots.has("now") ? new Date(facts.now).toISOString() : "",
  };
}

function triggerView(state: ExecutionState, bodies: BodyCache): JsonObject {
  const output = state.steps.get(state.trigger.nodeId)?.output;
  const arrived = output ? valueOf(output, bodies) : null;
  return typeof arrived === "object" && arrived !== null && !Array.isArray(arrived) ? arrived : {};
}

function executionView(state: ExecutionState, version: CompiledVersion): JsonObject {
  return {
    id: state.id,
    workflowId: state.workflowId,
    workflowName: version.name,
    version: state.version,
    trigger: state.trigger.kind,
    startedAt: new Date(state.createdAt).toISOString(),
  };
}

function messageView(messages: { readonly [nodeId: string]: MessageMarks }): JsonObject {
  const view: JsonObject = {};
  for (const [nodeId, marks] of Object.entries(messages)) {
    view[nodeId] = {
      id: marks.id,
      sent: marks.sent !== undefined,
      opened: marks.opened !== undefined || marks.clicked !== undefined,
      clicked: marks.clicked !== undefined,
      replied: marks.replied !== undefined,
    };
  }
  return view;
}

function valueOf(stored: Stored, bodies: BodyCache): Json {
  if ("json" in stored) return stored.json;
  // The limit holds for what is still in memory too: a template sees the same before and after a restart.
  return stored.bytes <= VIEW_BYTES ? bodies.get(stored.ref) ?? null : null;
}

/** References that the version's nodes read and that are small enough to be seen. */
export function bodiesRead(
  state: ExecutionState,
  version: CompiledVersion,
): { ref: string; bytes: number }[] {
  const wanted = new Set([state.trigger.nodeId]);
  for (const node of version.nodes.values()) for (const id of node.stepsRead) wanted.add(id);
  const found: { ref: string; bytes: number }[] = [];
  for (const id of wanted) {
    const output = state.steps.get(id)?.output;
    if (output && "ref" in output && output.bytes <= VIEW_BYTES) found.push(output);
  }
  return found;
}
