import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { drawGraph } from "../../../routes/pages/components/graph_model.ts";
import { DeleteDialog } from "../../workflow/DeleteDialog.tsx";
import { DryRunDialog } from "../../workflow/DryRun.tsx";
import { RunDialog } from "../../workflow/RunDialog.tsx";
import { graphOfDocument } from "../document/document.ts";
import { useEditor } from "../editor_context.ts";

export type OpenDialog = "none" | "run" | "dry" | "delete";

/** The dialogs of the toolbar. */
export function Dialogs({ open, onClose }: { open: OpenDialog; onClose(): void }): JSX.Element {
  const { draft, workflowId } = useEditor();
  const workflow = { id: workflowId, name: draft.document.name };
  return (
    <>
      <RunDialog workflow={open === "run" ? workflow : null} onClose={onClose} />
      {open === "dry" ? <Dry onClose={onClose} /> : null}
      <DeleteDialog
        workflow={open === "delete" ? workflow : null}
        onClose={onClose}
        onDeleted={() => location.assign("/workflow")}
      />
    </>
  );
}

/** The dry run of what is drawn. */
function Dry({ onClose }: { onClose(): void }): JSX.Element {
  const { draft, workflowId, types, cards } = useEditor();
  const { document } = draft;
  const graph = useMemo(() => drawGraph(graphOfDocument(document), types.all), [document, types]);
  const people = [...cards.values()].filter(({ category }) => category === "people").map((card) => ({
    nodeId: card.id,
    label: card.label,
    outcomes: card.ports.map(({ id }) => id),
  }));
  return (
    <DryRunDialog
      open
      workflowId={workflowId}
      name={document.name}
      graph={graph}
      people={people}
      onClose={onClose}
    />
  );
}
