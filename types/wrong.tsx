import { ReactFlow } from "@xyflow/react";
import type { JSX } from "preact";

/** Wrong on purpose: were React Flow's props `any`, this would pass, and every check of the canvas would be empty. */
export function Wrong(): JSX.Element {
  // @ts-expect-error -- nodes are a list
  return <ReactFlow nodes={42} />;
}
