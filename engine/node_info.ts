import { calendar } from "./core/calendar.ts";
import { checkRunnable, checkShape } from "./core/check.ts";
import type { NodeInfo } from "./core/check.ts";
import type { NodeType } from "./nodes/define.ts";
import type { JsonObject } from "./schemas/json.ts";
import type { Issue, WorkflowGraph } from "./schemas/workflow.ts";

/** A node type as the checks of a graph know it. */
function nodeInfo(type: NodeType): NodeInfo {
  return {
    type: type.type,
    kind: type.kind,
    title: type.title,
    ports: type.ports,
    templates: type.templates,
    readsItself: type.kind === "pure" && type.readsItself === true,
    conditions: type.conditions ?? [],
    // Called once `parse` has found nothing: the check sees the config with its defaults.
    check: (config) => type.check?.(type.config.parse(config), calendar) ?? [],
    parse(config: JsonObject): { path: string; message: string }[] {
      const parsed = type.config.safeParse(config);
      return parsed.error?.issues.map(({ path, message }) => ({
        path: path.map(String).join("."),
        message,
      })) ?? [];
    },
  };
}

/** What a graph of these node types is asked: is it one, and can it run? */
export function graphChecks(types: ReadonlyMap<string, NodeType>): {
  shape(graph: WorkflowGraph): Issue[];
  runnable(graph: WorkflowGraph): Issue[];
} {
  const infos = new Map([...types].map(([name, type]) => [name, nodeInfo(type)]));
  const lookup = (type: string): NodeInfo | undefined => infos.get(type);
  return {
    shape: (graph) => checkShape(graph, lookup, [...infos.keys()]),
    runnable: (graph) => checkRunnable(graph, lookup),
  };
}
