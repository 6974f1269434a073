import type { JSX } from "preact";
import { StatusChip } from "../../../routes/pages/components/status_chip.tsx";
import { useEditor } from "../editor_context.ts";
import { Section } from "../inspector/Section.tsx";
import { Bodies } from "./Bodies.tsx";

/** Below a node's form: what went in and came out in the test or the execution that is shown. Above it: why it failed. */
export function LastRun({ nodeId, above }: { nodeId: string; above?: boolean }): JSX.Element | null {
  const { shown } = useEditor();
  const step = shown.steps.get(nodeId);
  if (!step) return null;
  const { from, status, attempts, reason, warnings, input, output } = step;
  if (above) {
    return (
      <p class="insp-why">
        <StatusChip status={status} text={reason?.text ?? ""} />
      </p>
    );
  }
  return (
    <div class="inspector">
      <Section title={from === "test" ? "Last test" : "Last run"}>
        <StatusChip status={status} text={reason?.text ?? ""} />
        {attempts > 1 ? <p class="text-soft">{`${attempts} attempts`}</p> : null}
        {warnings.map((warning) => <p key={warning} class="text-soft">{warning}</p>)}
        <Bodies nodeId={nodeId} input={input} output={output} />
      </Section>
    </div>
  );
}
