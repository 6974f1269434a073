import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Execution } from "../../engine/schemas/execution.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { callApi } from "../shared/api.ts";

interface CancelDialogProps {
  execution: Execution;
  onClose(): void;
  onCancelled(): void;
}

/** Asks before an execution is cancelled, and says what that does: it cannot be taken back. */
export function CancelDialog({ execution, onClose, onCancelled }: CancelDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => dialog.current?.showModal(), []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const path = `/api/monitoring/executions/${encodeURIComponent(execution.id)}/cancel`;
    const body = reason.trim() ? { reason: reason.trim() } : {};
    const answer = await callApi<unknown>("POST", path, { body });
    setBusy(false);
    if (answer.ok) onCancelled();
    else setProblem(answer.problem);
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="cancel-title" onClose={onClose}>
      <form class="grid gap-4" onSubmit={submit}>
        <h2 id="cancel-title">Cancel this execution?</h2>
        <ul class="list-disc space-y-1 pl-5">
          {whatHappens(execution).map((line) => <li key={line}>{line}</li>)}
        </ul>
        <div class="field">
          <label for="cancel-reason">Reason (optional)</label>
          <input
            id="cancel-reason"
            class="input"
            maxLength={500}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </div>
        {problem ? <ErrorCard problem={problem} /> : null}
        <div class="flex flex-wrap justify-end gap-2">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Keep it running
          </button>
          <button type="submit" class="button" data-kind="danger" disabled={busy}>Cancel execution</button>
        </div>
      </form>
    </dialog>
  );
}

/** What cancelling does to the steps as they stand. */
export function whatHappens(execution: Execution): string[] {
  const names = (...statuses: string[]): string =>
    execution.steps.filter((step) => statuses.includes(step.status)).map((step) => `“${step.label}”`).join(
      ", ",
    );
  const running = names("running");
  const waiting = names("waiting", "retrying");
  const ahead =
    execution.steps.filter((step) => step.status === "pending" || step.status === "queued").length;
  return [
    running ? `${running} is stopped in the middle.` : "",
    waiting ? `${waiting} waits no longer.` : "",
    ahead === 0
      ? ""
      : `${ahead} ${
        ahead === 1 ? "step that has not begun does" : "steps that have not begun do"
      } not start.`,
    "What was already sent stays sent. A cancelled execution cannot be continued.",
  ].filter(Boolean);
}
