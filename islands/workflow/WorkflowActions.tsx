import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { DryRun } from "./DryRun.tsx";
import type { DryRunProps } from "./DryRun.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { PublishRefusal } from "./PublishOutcome.tsx";
import { RunDialog } from "./RunDialog.tsx";
import { publishWorkflow } from "./workflow_calls.ts";
import { LiveBadge } from "./WorkflowRow.tsx";

export interface WorkflowActionsProps
  extends Pick<WorkflowSummary, "id" | "name" | "version" | "draftChanged"> {
  /** Null: there is nothing to run dry, or this person may not. */
  dryRun: Pick<DryRunProps, "graph" | "people"> | null;
}

/** What one workflow's page can do: publish, run, run dry, export, delete. */
export function WorkflowActions({ id, name, dryRun, ...initial }: WorkflowActionsProps): JSX.Element {
  const [live, setLive] = useState(initial);
  const [open, setOpen] = useState<"none" | "run" | "delete">("none");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const publishable = live.version === null || live.draftChanged;
  const close = (): void => setOpen("none");

  async function publish(): Promise<void> {
    setBusy(true);
    const answer = await publishWorkflow(id);
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok) setLive({ version: answer.data.version, draftChanged: false });
  }

  return (
    <div class="mb-5 grid gap-3">
      <div class="flex flex-wrap items-center gap-2">
        <LiveBadge row={live} />
        <span class="flex-1" />
        {publishable
          ? (
            <button type="button" class="button" data-kind="primary" disabled={busy} onClick={publish}>
              {busy ? "Publishing …" : "Publish"}
            </button>
          )
          : null}
        <button
          type="button"
          class="button"
          data-kind={publishable ? undefined : "primary"}
          disabled={live.version === null}
          title={live.version === null ? "Publish it first" : undefined}
          onClick={() => setOpen("run")}
        >
          <Icon name="play" size={14} /> Run
        </button>
        {dryRun ? <DryRun workflowId={id} name={name} {...dryRun} /> : null}
        <a class="button" href={`/workflow/${id}/export`} download>
          <Icon name="download" /> Export JSON
        </a>
        <button type="button" class="button" data-kind="danger" onClick={() => setOpen("delete")}>
          <Icon name="trash" /> Delete …
        </button>
      </div>
      {problem ? <PublishRefusal workflow={{ id, name }} problem={problem} /> : null}
      <RunDialog workflow={open === "run" ? { id, name } : null} onClose={close} />
      <DeleteDialog
        workflow={open === "delete" ? { id, name } : null}
        onClose={close}
        onDeleted={() => location.assign("/workflow")}
      />
    </div>
  );
}
