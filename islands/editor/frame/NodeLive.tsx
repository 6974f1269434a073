import type { JSX } from "preact";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { later } from "../../shared/later.tsx";
import { NodeHook } from "./NodeHook.tsx";

const NodeSchedule = later(async () => (await import("./NodeSchedule.tsx")).NodeSchedule);

/** Above the form of a trigger that starts by itself: how it is live. */
export function NodeLive({ node: { id, type } }: { node: WorkflowNode }): JSX.Element {
  return type === "trigger_schedule" ? <NodeSchedule nodeId={id} /> : <NodeHook nodeId={id} />;
}
