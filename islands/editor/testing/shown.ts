import type { Reason, StepStatus } from "../../../engine/schemas/execution.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import type { View } from "../../../engine/schemas/node.ts";
import type { NodeCounts, NodePaint } from "../canvas/cards.ts";
import type { Pin } from "./stored.ts";

/** What a node did in the test or the execution that is shown. */
export interface SeenStep {
  from: "test" | "execution";
  status: StepStatus;
  attempts: number;
  input: Json;
  output: Json;
  reason: Reason | null;
  warnings: readonly string[];
}

/** What tests, watching and counting put on the canvas and beside it. */
export interface Shown {
  paints: ReadonlyMap<string, NodePaint>;
  counts: ReadonlyMap<string, NodeCounts>;
  pins: ReadonlyMap<string, Pin>;
  steps: ReadonlyMap<string, SeenStep>;
  /** What previews are rendered with; null: nobody chose anything. */
  sample: View | null;
}

export const NOTHING_SHOWN: Shown = {
  paints: new Map(),
  counts: new Map(),
  pins: new Map(),
  steps: new Map(),
  sample: null,
};

export type DrawerTab = "test" | "watch";
