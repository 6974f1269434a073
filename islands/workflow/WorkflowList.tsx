import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { Empty } from "../../routes/pages/components/empty.tsx";
import { ImportButton } from "./ImportButton.tsx";
import { NewWorkflow } from "./NewWorkflow.tsx";
import { Table } from "../../routes/pages/components/table.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { PublishRefusal } from "./PublishOutcome.tsx";
import { RunDialog } from "./RunDialog.tsx";
import { publishWorkflow } from "./workflow_calls.ts";
import { type MayDo, WorkflowRow } from "./WorkflowRow.tsx";

export interface WorkflowListProps {
  items: WorkflowSummary[];
  /** Where webhooks are called, without a slash at the end. */
  publicUrl: string;
  /** What the person's role may do with workflows. */
  may: MayDo & { edit: boolean };
}

type Open = { kind: "none" } | { kind: "run" | "delete"; workflow: WorkflowSummary };

/** The workflow list: publish, run, export, delete and import. */
export function WorkflowList({ items, publicUrl, may }: WorkflowListProps): JSX.Element {
  const [rows, setRows] = useState(items);
  const [open, setOpen] = useState<Open>({ kind: "none" });
  const [refusal, setRefusal] = useState<{ workflow: WorkflowSummary; problem: Problem } | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const close = (): void => setOpen({ kind: "none" });

  async function publish(row: WorkflowSummary): Promise<void> {
    setBusy(row.id);
    const answer = await publishWorkflow(row.id);
    setBusy(null);
    if (!answer.ok) return setRefusal({ workflow: row, problem: answer.problem });
    setRefusal(null);
    const published = {
      ...row,
      version: answer.data.version,
      draftChanged: false,
      publishedAt: new Date().toISOString(),
    };
    setRows((all) => all.map((one) => one.id === row.id ? published : one));
  }

  return (
    <div class="grid grid-cols-1 gap-4">
      {refusal ? <PublishRefusal {...refusal} /> : null}
      {rows.length
        ? (
          <Table label="Workflows" heads={["Name", "Live", "Webhook", "Updated", ""]}>
            {rows.map((row) => (
              <WorkflowRow
                key={row.id}
                row={row}
                publicUrl={publicUrl}
                may={may}
                busy={busy === row.id}
                onPublish={() => publish(row)}
                onRun={() => setOpen({ kind: "run", workflow: row })}
                onDelete={() => setOpen({ kind: "delete", workflow: row })}
              />
            ))}
          </Table>
        )
        : (
          <Empty
            icon="workflow"
            action={may.edit
              ? (
                <span class="flex flex-wrap justify-center gap-2">
                  <NewWorkflow />
                  <ImportButton />
                </span>
              )
              : null}
          >
            {may.edit
              ? "No workflow yet: draw one, or import one as JSON."
              : "No workflow yet: an editor draws the first."}
          </Empty>
        )}
      <RunDialog workflow={open.kind === "run" ? open.workflow : null} onClose={close} />
      <DeleteDialog
        workflow={open.kind === "delete" ? open.workflow : null}
        onClose={close}
        onDeleted={(id) => {
          setRows((all) => all.filter((one) => one.id !== id));
          close();
        }}
      />
    </div>
  );
}
