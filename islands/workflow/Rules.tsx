import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { enrolmentSentence, limitsSentence } from "../../engine/core/enrolment.ts";
import type { WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { RulesForm } from "./RulesForm.tsx";

export interface RulesProps {
  id: string;
  revision: number;
  settings: WorkflowSettings;
  mayEdit: boolean;
}

/** Who may enter a workflow and how many at once, as sentences, and the dialog that changes them in the draft. */
export function Rules({ mayEdit, ...draft }: RulesProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const { enrolment, limits } = draft.settings;
  return (
    <section class="grid grid-cols-1 gap-2" aria-labelledby="rules">
      <div class="flex items-center gap-2">
        <h2 id="rules" class="flex-1">Rules</h2>
        {mayEdit
          ? (
            <button type="button" class="button" onClick={() => setOpen(true)}>
              <Icon name="pencil" size={14} /> Change …
            </button>
          )
          : null}
      </div>
      <ul class="card grid gap-1 px-3 py-2">
        <li>{enrolmentSentence(enrolment)}</li>
        <li>{limitsSentence(limits)}</li>
      </ul>
      <Dialog open={open} title="Rules" onClose={() => setOpen(false)}>
        <RulesForm {...draft} onSaved={() => location.reload()} />
      </Dialog>
    </section>
  );
}
