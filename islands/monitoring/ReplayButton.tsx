import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Execution } from "../../engine/schemas/execution.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import type { ReplayDialogProps } from "./ReplayDialog.tsx";

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
  const [dialog, setDialog] = useState<{ Dialog: ComponentType<ReplayDialogProps> } | null>(null);
  const open = async (): Promise<void> => {
    const { ReplayDialog } = await import("./ReplayDialog.tsx");
    setDialog({ Dialog: ReplayDialog });
  };
  return (
    <>
      <button type="button" class="button" onClick={open}>
        <Icon name="play" /> {label}
      </button>
      {dialog ? <dialog.Dialog {...about} onClose={() => setDialog(null)} /> : null}
    </>
  );
}
