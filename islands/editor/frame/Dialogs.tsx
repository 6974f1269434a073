import type { JSX } from "preact";
import { DeleteDialog } from "../../workflow/DeleteDialog.tsx";
import { RunDialog } from "../../workflow/RunDialog.tsx";
import { useEditor } from "../editor_context.ts";

export type OpenDialog = "none" | "run" | "delete";

/** The dialogs of the toolbar. */
export function Dialogs({ open, onClose }: { open: OpenDialog; onClose(): void }): JSX.Element {
  const { draft, workflowId, watch } = useEditor();
  const workflow = { id: workflowId, name: draft.document.name };
  return (
    <>
      <RunDialog
        workflow={open === "run" ? workflow : null}
        onClose={onClose}
        onStarted={(executionId) => {
          onClose();
          watch(executionId);
        }}
      />
      <DeleteDialog
        workflow={open === "delete" ? workflow : null}
        onClose={onClose}
        onDeleted={() => location.assign("/workflow")}
      />
    </>
  );
}
