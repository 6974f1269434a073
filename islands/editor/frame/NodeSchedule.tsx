import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ScheduleManager } from "../../scheduling/ScheduleManager.tsx";
import type { Draft } from "../draft.ts";
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
        onChanged={() => void takeIn(draft)}
      />
    </Section>
  );
}

/** What was pressed here has changed the draft beside its saving: that alone is no news of somebody else. */
async function takeIn(draft: Draft): Promise<void> {
  const { news, live: { revision } } = draft;
  await draft.refresh();
  if (news === null && draft.live.revision === revision + 1) draft.read();
}
