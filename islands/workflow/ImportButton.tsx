import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { ImportDialog } from "./ImportDialog.tsx";

/** The button that imports a workflow, with its dialog. */
export function ImportButton(): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        <Icon name="upload" /> Import JSON
      </button>
      <ImportDialog open={open} onClose={() => setOpen(false)} />
    </>
  );
}
