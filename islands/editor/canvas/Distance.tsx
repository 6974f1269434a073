import { useStore } from "@xyflow/react";
import { useLayoutEffect } from "preact/hooks";

/** Below this scale small print cannot be read, only names. */
const FAR = 0.45;
/** Below this scale what is on a card is too small to be aimed at: a press means the card. */
const SMALL = 0.8;

/** Marks the canvas while it is looked at from afar: then cards show their names, large, and nothing small. */
export function Distance(): null {
  const far = useStore(({ transform }) => transform[2] < FAR);
  const small = useStore(({ transform }) => transform[2] < SMALL);
  const canvas = useStore(({ domNode }) => domNode);
  useLayoutEffect(() => void canvas?.toggleAttribute("data-far", far), [far, canvas]);
  useLayoutEffect(() => void canvas?.toggleAttribute("data-small", small), [small, canvas]);
  return null;
}
