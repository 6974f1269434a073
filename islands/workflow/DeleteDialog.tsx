import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { deleteWorkflow } from "./workflow_calls.ts";

interface DeleteDialogProps {
  workflow: { id: string; name: string } | null;
  onClose: () => void;
  onDeleted: (id: string) => void;
}

/** Asks once, since a delete cannot be taken back; unsettled executions (409) ask what becomes of them. */
export function DeleteDialog({ workflow, onClose, onDeleted }: DeleteDialogProps): JSX.Element {
  return (
    <Dialog open={workflow !== null} title={`Delete ${workflow?.name ?? ""}?`} onClose={onClose}>
      {workflow
        ? (
          <Confirm
            key={workflow.id}
            id={workflow.id}
            onClose={onClose}
            onDeleted={() => onDeleted(workflow.id)}
          />
        )
        : null}
    </Dialog>
  );
}

function Confirm(props: { id: string; onClose: () => void; onDeleted: () => void }): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const unsettled = problem?.status === 409;

  async function remove(running?: "cancel" | "finish"): Promise<void> {
    setBusy(true);
    const answer = await deleteWorkflow(props.id, running);
    setBusy(false);
    if (answer.ok) props.onDeleted();
    else setProblem(answer.problem);
  }

  return (
    <div class="grid gap-4">
      <p>Its draft and every version go, and its webhooks stop answering. Export it first to keep a copy.</p>
      {problem ? <ErrorCard problem={problem} /> : null}
      <div class="flex flex-wrap gap-2">
        {unsettled
          ? (
            <>
              <Danger busy={busy} onClick={() => remove("cancel")}>Cancel them and delete</Danger>
              <Danger busy={busy} onClick={() => remove("finish")}>Let them finish, then delete</Danger>
            </>
          )
          : <Danger busy={busy} onClick={() => remove()}>Delete</Danger>}
        <button type="button" class="button" onClick={props.onClose}>Keep it</button>
      </div>
    </div>
  );
}

function Danger(props: { busy: boolean; onClick: () => void; children: string }): JSX.Element {
  return (
    <button type="button" class="button" data-kind="danger" disabled={props.busy} onClick={props.onClick}>
      <Icon name="trash" /> {props.children}
    </button>
  );
}
