import { useEffect, useState } from "preact/hooks";
import type { NodeDescriptor } from "../../engine/nodes/define.ts";
import { callApi } from "../shared/api.ts";

export interface NodeTypes {
  all: readonly NodeDescriptor[];
  of(type: string): NodeDescriptor | undefined;
}

/** Every node type that the server knows: all that the editor knows of them. Null until it has come. */
export function useNodeTypes(): NodeTypes | null {
  const [types, setTypes] = useState<NodeTypes | null>(null);
  useEffect(() => {
    void callApi<{ items: NodeDescriptor[] }>("GET", "/api/node-types").then((answer) => {
      if (answer.ok) setTypes(nodeTypes(answer.data.items));
    });
  }, []);
  return types;
}

export function nodeTypes(all: readonly NodeDescriptor[]): NodeTypes {
  const byName = new Map(all.map((type) => [type.type, type]));
  return { all, of: (type) => byName.get(type) };
}
