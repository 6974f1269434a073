import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Simulated } from "../../engine/schemas/simulation.ts";
import type { DrawnGraph } from "../../routes/pages/components/graph_model.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { DryRunForm, emptyWish } from "./DryRunForm.tsx";
import { DryRunResult } from "./DryRunResult.tsx";

/** A node that asks a person, and what can be answered. */
export interface Asking {
  nodeId: string;
  label: string;
  outcomes: string[];
}

export interface DryRunProps {
  workflowId: string;
  name: string;
  graph: DrawnGraph;
  people: readonly Asking[];
}

/** The dry run: for whom, from when, what people do; then what would happen, day by day. */
export function DryRunDialog(
  { open, onClose, ...props }: DryRunProps & { open: boolean; onClose(): void },
): JSX.Element {
  const [wish, setWish] = useState(emptyWish);
  const [result, setResult] = useState<Simulated | null>(null);
  const close = (): void => {
    setResult(null);
    onClose();
  };
  return (
    <Dialog open={open} title={`Dry run of ${props.name}`} wide={result !== null} onClose={close}>
      {result
        ? <DryRunResult result={result} {...props} onBack={() => setResult(null)} />
        : <DryRunForm {...props} wish={wish} onWish={setWish} onResult={setResult} />}
    </Dialog>
  );
}
