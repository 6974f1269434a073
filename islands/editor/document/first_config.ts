import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { JsonObject } from "../../../engine/schemas/json.ts";
import type { EditorDocument } from "./document.ts";

/**
 * What a new node behind another says until somebody types: its type's example. A condition asks whether the nearest mail
 * before it was opened, which is what most ask there.
 */
export function firstConfig(
  { type, example }: Pick<NodeDescriptor, "type" | "example">,
  { nodes, edges }: Pick<EditorDocument, "nodes" | "edges">,
  behind: string | undefined,
): JsonObject {
  const before = new Set(type === "condition" && behind !== undefined ? [behind] : []);
  for (const id of before) {
    if (nodes.some((node) => node.id === id && node.type === "email")) {
      return { all: [{ field: `messages.${id}.opened`, op: "is_true" }] };
    }
    for (const { source, target } of edges) if (target === id) before.add(source);
  }
  return structuredClone(example);
}
