import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { rulesSentences } from "../../engine/core/rules_words.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { RulesForm } from "./RulesForm.tsx";
import type { RulesFormProps } from "./RulesForm.tsx";

export interface RulesProps extends Omit<RulesFormProps, "onSaved"> {
  mayEdit: boolean;
}

/** The rules of a workflow as sentences, and the dialog that changes them in the draft. */
export function Rules({ mayEdit, ...form }: RulesProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const nameOf = (id: string): string => form.nodes.find((node) => node.id === id)?.label ?? id;
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
        {rulesSentences(form.settings, nameOf).map((sentence) => <li key={sentence}>{sentence}</li>)}
      </ul>
      <Dialog open={open} title="Rules" onClose={() => setOpen(false)}>
        <RulesForm {...form} onSaved={() => setOpen(false)} />
      </Dialog>
    </section>
  );
}
