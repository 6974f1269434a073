import { portsOf } from "../core/check_node.ts";
import { reachedFrom, upstreamOf } from "../core/check_paths.ts";
import { conditionPaths } from "../core/condition.ts";
import { compileConfig } from "../core/config.ts";
import { valuesAt } from "../core/check_node.ts";
import { invalid } from "../errors.ts";
import type { NodeType } from "../nodes/define.ts";
import type { Execution } from "../schemas/execution.ts";
import { ConditionGroup } from "../schemas/condition.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import type { SimulateInput } from "../schemas/simulation.ts";
import type { WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";
import { madeTrigger } from "./part.ts";
import type { Pin, Pins } from "./part.ts";

type Types = ReadonlyMap<string, NodeType>;

/** Where it starts: as asked, else where the pinned payload or the execution of before came in, else by hand. */
export function triggerOf(
  drawn: WorkflowGraph,
  types: Types,
  input: SimulateInput,
  past: Execution | null,
): WorkflowNode {
  const { trigger: wanted, only, until } = input;
  const triggers = drawn.nodes.filter(({ type }) => types.get(type)?.kind === "trigger");
  if (wanted === undefined && until !== undefined) {
    const leading = triggers.filter(({ id }) => reachedFrom(drawn, [id]).has(until));
    if (leading.length > 0) return firstOf(leading, input, past)!;
  }
  const found = wanted === undefined
    ? firstOf(triggers, input, past)
    : triggers.find(({ id }) => id === wanted);
  if (found && (until === undefined || reachedFrom(drawn, [found.id]).has(until))) return found;
  if (found) {
    const message = `No way leads from the trigger "${found.id}" to "${until}"`;
    throw invalid(message, [{
      path: "until",
      nodeId: until ?? "",
      message,
      accepted: "a node that it leads to",
    }]);
  }
  if (only !== undefined && wanted === undefined) return madeTrigger(drawn);
  const accepted = triggers.map(({ id, type }) => `"${id}" (${type})`).join(", ") ||
    "none: it has no trigger";
  const message = `The workflow has no trigger "${wanted ?? ""}"`;
  throw invalid(message, [{ path: "trigger", message, accepted }]);
}

function firstOf(
  triggers: readonly WorkflowNode[],
  { pins }: SimulateInput,
  past: Execution | null,
): WorkflowNode | undefined {
  return triggers.find(({ id }) => Object.hasOwn(pins, id)) ??
    triggers.find(({ id }) => id === past?.trigger.nodeId) ??
    triggers.find(({ type }) => type === "trigger_manual") ?? triggers[0];
}

/** What arrives: as pinned, as said, as it came before, or nothing. Throws 422 for a pin that is no payload. */
export function arrivesAt(trigger: WorkflowNode, input: SimulateInput, past: Execution | null): JsonObject {
  const { signal } = trigger.data.config;
  const own = trigger.type === "trigger_schedule" ? trigger.data.config.input : undefined;
  const bare = {
    body: input.input ?? own ?? {},
    query: {},
    headers: {},
    ...typeof signal === "string" ? { signal } : {},
  };
  const pinned = Object.hasOwn(input.pins, trigger.id) ? input.pins[trigger.id]?.output : undefined;
  if (pinned !== undefined) {
    if (isObject(pinned)) return pinned;
    const message = `What arrives at "${trigger.id}" is ${JSON.stringify(pinned).slice(0, 80)}`;
    throw invalid(message, [{
      path: `pins.${trigger.id}.output`,
      nodeId: trigger.id,
      message,
      accepted: "an object such as { body, query, headers }",
    }]);
  }
  if (input.input !== undefined) return bare;
  const before = past?.steps.find(({ nodeId }) => nodeId === past.trigger.nodeId)?.output;
  return before !== undefined && isObject(before) ? before : bare;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every node that is not run, and what it puts out instead. */
export function pinsOf(
  drawn: WorkflowGraph,
  about: { types: Types; input: SimulateInput; past: Execution | null; trigger: WorkflowNode },
): Pins {
  const { types, input, past } = about;
  const pins = new Map<string, Pin>();
  for (const node of drawn.nodes) {
    const pin = Object.hasOwn(input.pins, node.id) ? input.pins[node.id] : undefined;
    const type = types.get(node.type);
    if (!pin || !type || type.kind === "trigger") continue;
    const ports = portsOf(type, node.data.config).map(({ id }) => id);
    const usual = ports.includes("out") ? "out" : ports[0] ?? "out";
    pins.set(node.id, { output: pin.output, port: pin.port ?? usual, kind: "given" });
  }
  if (input.only === undefined) return pins;
  // Run alone, a node has the others before it as they are known: by whichever port they left, it is run.
  for (const id of upstreamOf(drawn)(input.only)) {
    const node = drawn.nodes.find((each) => each.id === id);
    if (!node || types.get(node.type)?.kind === "trigger") continue;
    const step = past?.steps.find(({ nodeId }) => nodeId === id);
    const given = pins.get(id);
    if (given) pins.set(id, { ...given, port: "out" });
    else if (past && step && step.endedAt !== null) {
      pins.set(id, { output: step.output, port: "out", kind: "execution", from: past.id });
    } else pins.set(id, { output: null, port: "out", kind: "unknown" });
  }
  return pins;
}

/** What a node that is run alone reads of others that nobody knows. */
export function unknownReads(
  drawn: WorkflowGraph,
  types: Types,
  { only, pins }: { only: string | undefined; pins: Pins },
): string[] {
  const node = drawn.nodes.find(({ id }) => id === only);
  const type = node && types.get(node.type);
  if (!node || !type) return [];
  const conditions = (type.conditions ?? []).flatMap((pattern) => valuesAt(node.data.config, pattern))
    .flatMap(({ value }) => ConditionGroup.safeParse(value).data ?? []).flatMap(conditionPaths);
  const reads = [...compileConfig(node.data.config, type.templates).compiled.paths, ...conditions];
  const unknown = new Set(
    reads.flatMap(([root, id = ""]) => root === "steps" && pins.get(id)?.kind === "unknown" ? [id] : []),
  );
  return [
    ...[...unknown].map((id) => `Nothing is known of what "${id}" puts out: what is read of it is empty`),
    ...reads.some(([root]) => root === "messages")
      ? ["No mail was sent before it: run to this node to see what becomes of mails"]
      : [],
  ];
}
