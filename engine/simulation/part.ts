import { z } from "zod";
import { portOf } from "../core/check_node.ts";
import { reachedFrom, upstreamOf } from "../core/check_paths.ts";
import type { NodeType } from "../nodes/define.ts";
import type { Json } from "../schemas/json.ts";
import type { WorkflowEdge, WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";

/** A node that completes without being run. */
export interface Pin {
  output: Json;
  port: string;
  /** `execution`: a real one put it out, `from`. `unknown`: nobody says what it puts out. */
  kind: "given" | "execution" | "unknown";
  from?: string;
}
export type Pins = ReadonlyMap<string, Pin>;

export interface Wanted {
  /** Where it starts. */
  trigger: WorkflowNode;
  pins: Pins;
  only?: string | undefined;
  until?: string | undefined;
  isTrigger(node: WorkflowNode): boolean;
  /** Really called: once, whatever its retry policy says. */
  call: readonly string[];
}

/** What stands in the place of a pinned node. No real node type is called so. */
export const PINNED = "dry_run_pinned";
const EACH = "each";

/** Cuts out what is to run, and puts pins in the place of nodes that are not run: a graph like any other. */
export function partOf(drawn: WorkflowGraph, wanted: Wanted): WorkflowGraph {
  const { only, until } = wanted;
  const part = only !== undefined
    ? onlyPart(drawn, only, wanted)
    : until !== undefined
    ? untilPart(drawn, until, wanted.trigger)
    : drawn;
  return {
    nodes: part.nodes.map((node) => prepared(node, part.edges, wanted)),
    edges: part.edges,
    settings: drawn.settings,
  };
}

type Part = Pick<WorkflowGraph, "nodes" | "edges">;

/** The node and everything on the ways from the trigger to it; loops on the way keep their rounds. */
function untilPart(drawn: WorkflowGraph, until: string, trigger: WorkflowNode): Part {
  const reached = reachedFrom(drawn, [trigger.id]);
  const before = upstreamOf(drawn);
  const kept = new Set([until, ...before(until)]);
  for (const id of [...kept]) {
    const rounds = bodyOf(drawn, id);
    if (rounds.has(until)) continue;
    for (const each of rounds) {
      kept.add(each);
      for (const earlier of before(each)) kept.add(earlier);
    }
  }
  const stays = (id: string): boolean => kept.has(id) && reached.has(id);
  return {
    nodes: drawn.nodes.filter(({ id }) => stays(id)),
    edges: drawn.edges.filter(({ source, target }) =>
      stays(source) && stays(target) && (source !== until || bodyOf(drawn, until).has(target))
    ),
  };
}

/** The node alone: the nodes before it complete first, in no order. A loop keeps its rounds. */
function onlyPart(drawn: WorkflowGraph, only: string, { trigger, isTrigger }: Wanted): Part {
  const upstream = upstreamOf(drawn)(only);
  const rounds = bodyOf(drawn, only);
  const kept = drawn.nodes.filter(({ id }) => id === only || rounds.has(id));
  const before = drawn.nodes.filter((node) => upstream.has(node.id) && !isTrigger(node));
  const inside = drawn.edges.filter((edge) =>
    rounds.has(edge.target) && (rounds.has(edge.source) || edge.source === only && portOf(edge) === EACH)
  );
  const edges = before.length === 0 ? [straight(trigger.id, only)] : before.flatMap(({ id }) => [
    straight(trigger.id, id),
    straight(id, only),
  ]);
  return { nodes: [trigger, ...before, ...kept], edges: [...edges, ...inside] };
}

function prepared(
  node: WorkflowNode,
  edges: readonly WorkflowEdge[],
  { pins, call }: Pick<Wanted, "pins" | "call">,
): WorkflowNode {
  const { label } = node.data;
  if (pins.has(node.id)) {
    const ports = edges.filter(({ source }) => source === node.id).map(portOf);
    return { ...node, type: PINNED, data: { label, config: { ports } } };
  }
  if (!call.includes(node.id)) return node;
  return { ...node, data: { ...node.data, retry: { ...node.data.retry, maxRetries: 0 } } };
}

function straight(source: string, target: string): WorkflowEdge {
  return { id: `${source}.out-${target}`, source, sourceHandle: "out", target, targetHandle: "in" };
}

/** A node can be run alone that nothing starts yet. */
export function madeTrigger(drawn: WorkflowGraph): WorkflowNode {
  const taken = new Set(drawn.nodes.map(({ id }) => id));
  let id = "start";
  while (taken.has(id)) id += "_";
  return { id, type: "trigger_manual", position: { x: 0, y: 0 }, data: { label: "", config: {} } };
}

/** What runs in a loop's rounds: everything behind its `each` port. */
function bodyOf(drawn: WorkflowGraph, loop: string): ReadonlySet<string> {
  const starts = drawn.edges.filter((edge) => edge.source === loop && portOf(edge) === EACH);
  return starts.length === 0 ? new Set() : reachedFrom(drawn, starts.map(({ target }) => target));
}

/** Completes at once with what its pin says. */
export function pinnedType(pins: Pins): NodeType {
  return {
    type: PINNED,
    version: 1,
    kind: "pure",
    title: "Pinned",
    description: "Stands in the place of a node that is not run.",
    category: "logic",
    icon: "pin",
    config: z.strictObject({ ports: z.array(z.string()) }),
    example: { ports: [] },
    ports: { from: "ports" },
    summary: "Pinned",
    templates: {},
    run: (_config, { nodeId }) => {
      const { output, port } = pins.get(nodeId) ?? { output: null, port: "out" };
      return { kind: "done", output, port };
    },
  };
}
