import { z } from "zod";
import type { NodeType } from "../nodes/define.ts";
import { ScheduleDefinition } from "../schemas/schedule.ts";
import type { Issue, WorkflowGraph, WorkflowNode } from "../schemas/workflow.ts";
import type { Drawn } from "../store/schedules.ts";

/** A node type by its name. */
export type Lookup = (type: string) => NodeType | undefined;

export interface Hook {
  nodeId: string;
  path: string;
  method: string;
}

export interface Listener {
  nodeId: string;
  signal: string;
}

/** What a graph listens to. */
export interface GraphTriggers {
  hooks: Hook[];
  listeners: Listener[];
  schedules: Drawn[];
}

/** One publish writes and checks them all in one atomic. */
const MAX_TRIGGERS = 50;

const HookConfig = z.object({ path: z.string().min(1).max(200), method: z.string().default("POST") });
const ListenerConfig = z.object({ signal: z.string().min(1).max(200) });

/** Webhooks, signals and schedules that start the graph; a trigger whose config is unfinished is passed over. */
export function triggersOf(graph: WorkflowGraph, lookup: Lookup): GraphTriggers {
  const found: GraphTriggers = { hooks: [], listeners: [], schedules: [] };
  for (const node of graph.nodes) {
    if (node.type === "trigger_webhook") {
      const parsed = HookConfig.safeParse(configOf(node, lookup));
      if (parsed.success) {
        const { path, method } = parsed.data;
        found.hooks.push({ nodeId: node.id, path, method: method.toUpperCase() });
      }
    } else if (node.type === "trigger_signal") {
      const parsed = ListenerConfig.safeParse(configOf(node, lookup));
      if (parsed.success) found.listeners.push({ nodeId: node.id, signal: parsed.data.signal });
    } else if (node.type === "trigger_schedule") {
      const parsed = ScheduleDefinition.safeParse(configOf(node, lookup));
      if (parsed.success) found.schedules.push(drawnSchedule(node, parsed.data, graph));
    }
  }
  return found;
}

/** In its own zone, else the workflow's. */
function drawnSchedule(
  { id: nodeId, data: { label } }: WorkflowNode,
  definition: ScheduleDefinition,
  { settings }: Pick<WorkflowGraph, "settings">,
): Drawn {
  return { nodeId, label, definition, timezone: definition.timezone?.trim() || settings.timezone || "UTC" };
}

/** With the node type's defaults where it parses. */
function configOf(node: WorkflowNode, lookup: Lookup): unknown {
  const parsed = lookup(node.type)?.config.safeParse(node.data.config);
  return parsed?.success ? parsed.data : node.data.config;
}

/** Too many triggers, or one path twice within the graph. */
export function triggerIssues({ hooks, listeners, schedules }: GraphTriggers): Issue[] {
  const issues: Issue[] = [];
  const count = hooks.length + listeners.length + schedules.length;
  if (count > MAX_TRIGGERS) {
    const message = `has ${count} webhooks, signals and schedules that start it`;
    issues.push({ path: "nodes", message, accepted: `at most ${MAX_TRIGGERS}` });
  }
  const owners = new Map<string, string>();
  for (const { nodeId, path } of hooks) {
    const owner = owners.get(path);
    if (owner) issues.push(pathIssue(nodeId, `The path "${path}" is used by the node "${owner}" too`));
    else owners.set(path, nodeId);
  }
  return issues;
}

/** An issue at a webhook's path. */
export function pathIssue(nodeId: string, message: string): Issue {
  return {
    path: `nodes.${nodeId}.config.path`,
    nodeId,
    message,
    accepted: "a path that no other webhook listens on",
  };
}
