import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../../engine/schemas/problem.ts";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { ErrorCard } from "../../../routes/pages/components/error_card.tsx";
import { callApi } from "../../shared/api.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useEditor } from "../editor_context.ts";
import { ProblemList } from "./ProblemList.tsx";

/** Makes the draft the live version, or shows what keeps it from running; a click on a problem leads to its node. */
export function PublishButton({ problems }: { problems: readonly Issue[] }): JSX.Element {
  const { draft, workflowId, say } = useEditor();
  const [refused, setRefused] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const publish = async (): Promise<void> => {
    setBusy(true);
    if (await draft.flush()) {
      const body = { revision: draft.live.revision };
      const answer = await callApi<{ version: number }>("POST", `/api/workflow/${workflowId}/publish`, {
        body,
      });
      if (answer.ok) {
        draft.published(answer.data.version);
        say(`Version ${answer.data.version} is live`);
      } else setRefused(answer.problem);
    }
    setBusy(false);
  };
  const current = draft.live.version !== null && !draft.live.draftChanged && draft.state.kind === "saved";
  return (
    <>
      <button type="button" class="button" data-kind="primary" disabled={busy || current} onClick={publish}>
        {busy ? "Publishing …" : "Publish"}
        {problems.length
          ? <span class="count-badge" aria-label={`${problems.length} problems`}>{problems.length}</span>
          : null}
      </button>
      <Dialog open={refused !== null} title="Not published" onClose={() => setRefused(null)}>
        {refused?.issues?.length
          ? <ProblemList problems={refused.issues} onChosen={() => setRefused(null)} />
          : refused
          ? <ErrorCard problem={refused} />
          : null}
      </Dialog>
    </>
  );
}
