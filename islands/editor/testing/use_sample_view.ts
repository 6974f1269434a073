import { useEffect, useMemo, useState } from "preact/hooks";
import type { View } from "../../../engine/schemas/node.ts";
import type { Simulated } from "../../../engine/schemas/simulation.ts";
import { viewOf } from "./sample_view.ts";
import type { Pins, TestSettings } from "./stored.ts";

/** While somebody types it is not asked for at every key. */
const QUIET_MS = 300;

/** What previews are rendered with: the chosen sample, then what the last test and the pins put out. */
export function useSampleView(
  workflowId: string,
  { settings, pins, result }: { settings: TestSettings; pins: Pins; result: Simulated | null },
): View | null {
  const { sample, chosen } = settings;
  const [view, setView] = useState<View | null>(null);
  // A test is run with the sample even where nobody chose another one.
  const wanted = chosen || result !== null;
  useEffect(() => {
    if (!wanted) return;
    let over = false;
    const timer = setTimeout(async () => {
      const found = await viewOf(workflowId, sample, new Date().toISOString());
      // While JSON is typed it is none for a moment: the last view stays.
      if (found && !over) setView(found);
    }, QUIET_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [workflowId, sample, wanted]);
  return useMemo(() => view && withOutputs(view, pins, result), [view, pins, result]);
}

function withOutputs(view: View, pins: Pins, result: Simulated | null): View {
  const steps = { ...view.steps };
  for (const { nodeId, status, output } of result?.steps ?? []) {
    if (status === "completed") steps[nodeId] = { output };
  }
  for (const [nodeId, { output }] of Object.entries(pins)) steps[nodeId] = { output };
  return { ...view, steps };
}
