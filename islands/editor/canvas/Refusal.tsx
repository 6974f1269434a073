import { useConnection } from "@xyflow/react";
import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import type { Pulling } from "./use_pulling.ts";

/** Beside the pointer, while an edge is pulled over a node that it may not lead to: why not. */
export function Refusal({ reasonFor }: Pick<Pulling, "reasonFor">): JSX.Element | null {
  const { inProgress, toNode, toHandle, isValid, pointer } = useConnection();
  if (!inProgress || !toNode || isValid) return null;
  const reason = reasonFor(toNode.id, toHandle?.id ?? null);
  if (!reason || !pointer) return null;
  return (
    <p
      class="canvas-refusal"
      data-tone="bad"
      style={{ left: `${pointer.x + 14}px`, top: `${pointer.y + 14}px` }}
    >
      <Icon name="alert" size={14} /> {reason}
    </p>
  );
}
