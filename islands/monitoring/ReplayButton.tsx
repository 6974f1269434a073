import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Execution } from "../../engine/schemas/execution.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { later } from "../shared/later.tsx";

const ReplayDialog = later(async () => (await import("./ReplayDialog.tsx")).ReplayDialog);

interface ReplayButtonProps {
  execution: Execution;
  /** The step that the dialog begins with; null: the trigger. */
  from: string | null;
  label: string;
  /** May this person see and edit the input? */
  bodies: boolean;
}

/** Opens the dialog, whose code is loaded when it is wanted. */
export function ReplayButton({ label, ...about }: ReplayButtonProps): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        <Icon name="play" /> {label}
      </button>
      {open ? <ReplayDialog {...about} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
