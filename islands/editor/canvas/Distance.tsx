import { useStore } from "@xyflow/react";
import { useLayoutEffect } from "preact/hooks";

/** Below this scale small print cannot be read, only names. */
const FAR = 0.45;

/** Marks the canvas while it is looked at from afar: then cards show their names, large, and nothing small. */
export function Distance(): null {
  const far = useStore(({ transform }) => transform[2] < FAR);
  const canvas = useStore(({ domNode }) => domNode);
  useLayoutEffect(() => void canvas?.toggleAttribute("data-far", far), [far, canvas]);
  return null;
}
