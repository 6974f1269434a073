import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ScheduleManager } from "../../scheduling/ScheduleManager.tsx";
import { useEditor } from "../editor_context.ts";
import { Section } from "../inspector/Section.tsx";

/** Above the form of a schedule's node: how it is live. What changes it there is drawn here at once. */
export function NodeSchedule({ nodeId }: { nodeId: string }): JSX.Element {
  const { workflowId, draft, mayRun } = useEditor();
  const [now] = useState(() => Date.now());
  return (
    <Section title="Live">
      <ScheduleManager
        key={nodeId}
        first={null}
        week={null}
        only={`${workflowId}.${nodeId}`}
        may={{ edit: false, run: mayRun }}
        now={now}
        onChanged={() => void draft.refresh()}
      />
    </Section>
  );
}
