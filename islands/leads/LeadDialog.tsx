import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Lead } from "../../engine/schemas/lead.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { LeadForm } from "./LeadForm.tsx";

/** The button that adds a lead (without one) or edits it, in a dialog. */
export function LeadDialog({ lead }: { lead: Lead | null }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button"
        data-kind={lead ? undefined : "primary"}
        onClick={() => setOpen(true)}
      >
        <Icon name={lead ? "pencil" : "plus"} /> {lead ? "Edit" : "Add lead"}
      </button>
      <Dialog open={open} title={lead ? "Edit lead" : "Add a lead"} onClose={() => setOpen(false)}>
        <LeadForm {...(lead ? { lead } : {})} onSaved={(saved) => location.assign(`/leads/${saved.id}`)} />
      </Dialog>
    </>
  );
}
