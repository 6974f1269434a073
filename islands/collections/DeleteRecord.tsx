import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";

export interface DeleteRecordProps {
  collection: string;
  recordKey: string;
}

/** Deletes a record once that was confirmed, and goes back to its collection. */
export function DeleteRecord({ collection, recordKey }: DeleteRecordProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const place = `/collections/${encodeURIComponent(collection)}`;

  async function remove(): Promise<void> {
    setBusy(true);
    const answer = await callApi("DELETE", `/api${place}/records/${encodeURIComponent(recordKey)}`);
    if (answer.ok) location.assign(place);
    else {
      setBusy(false);
      setProblem(answer.problem);
    }
  }
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        <Icon name="trash" /> Delete
      </button>
      <Dialog open={open} title={`Delete ${recordKey}?`} onClose={() => setOpen(false)}>
        <div class="grid gap-4">
          <p>Workflows that look it up find nothing from then on. It cannot be brought back.</p>
          {problem ? <ErrorCard problem={problem} /> : null}
          <button
            type="button"
            class="button justify-self-start"
            data-kind="danger"
            disabled={busy}
            onClick={remove}
          >
            <Icon name="trash" /> Delete
          </button>
        </div>
      </Dialog>
    </>
  );
}
