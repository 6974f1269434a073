import type { NodeInfo } from "./core/check.ts";
import type { NodeType } from "./nodes/define.ts";
import type { JsonObject } from "./schemas/json.ts";

/** A node type as the checks of a graph know it. */
export function nodeInfo(type: NodeType): NodeInfo {
  return {
    type: type.type,
    kind: type.kind,
    title: type.title,
    ports: type.ports,
    templates: type.templates,
    conditions: type.conditions ?? [],
    // Called once `parse` has found nothing: the check sees the config with its defaults.
    check: (config) => type.check?.(type.config.parse(config)) ?? [],
    parse(config: JsonObject): { path: string; message: string }[] {
      const parsed = type.config.safeParse(config);
      return parsed.error?.issues.map(({ path, message }) => ({
        path: path.map(String).join("."),
        message,
      })) ?? [];
    },
  };
}
