import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { NEW_NAME } from "../../engine/schemas/workflow_name.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { importWorkflow } from "./workflow_calls.ts";

/** Makes an empty workflow and opens it; its name is written where it is shown. */
export function NewWorkflow(): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const create = async (): Promise<void> => {
    setBusy(true);
    const answer = await importWorkflow({ name: NEW_NAME });
    if (answer.ok) return location.assign(`/workflow/${answer.data.id}`);
    setBusy(false);
    setProblem(answer.problem);
  };
  return (
    <>
      <button type="button" class="button" data-kind="primary" disabled={busy} onClick={create}>
        <Icon name="plus" /> New workflow
      </button>
      {problem ? <ErrorCard problem={problem} /> : null}
    </>
  );
}
