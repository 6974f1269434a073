import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ExecutionFilter } from "../../engine/schemas/execution.ts";
import type { BulkJob, FilterAction } from "../../engine/schemas/mending.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { ACTION_WORDS, actionsFor } from "./bulk_words.ts";
import type { BulkDialogProps } from "./BulkDialog.tsx";
import { BulkProgress } from "./BulkProgress.tsx";

export interface BulkBarProps {
  filter: ExecutionFilter;
  /** Name of the workflow that is filtered by. */
  workflow: string | null;
  /** Bulk actions that are under way. */
  jobs: BulkJob[];
}

/** Acts on all that the filter finds, not only on what the page shows; what is under way is told live. */
export function BulkBar({ filter, workflow, jobs: first }: BulkBarProps): JSX.Element {
  const [jobs, setJobs] = useState(first);
  const [asking, setAsking] = useState<
    { action: FilterAction; Dialog: ComponentType<BulkDialogProps> } | null
  >(null);
  const ask = async (action: FilterAction): Promise<void> => {
    const { BulkDialog } = await import("./BulkDialog.tsx");
    setAsking({ action, Dialog: BulkDialog });
  };
  return (
    <div class="grid gap-2 mb-3">
      <div class="flex flex-wrap items-center gap-2" role="group" aria-label="Act on all that match">
        <span class="text-sm text-soft">All that match:</span>
        {actionsFor(filter.status).map((action) => (
          <button
            key={action}
            type="button"
            class="button"
            onClick={() => ask(action)}
          >
            <Icon name={ACTION_WORDS[action].icon} size={15} /> {`${ACTION_WORDS[action].act} …`}
          </button>
        ))}
      </div>
      {jobs.map((job) => (
        <BulkProgress
          key={job.id}
          job={job}
          onDismiss={() => setJobs((all) => all.filter(({ id }) => id !== job.id))}
        />
      ))}
      {asking
        ? (
          <asking.Dialog
            action={asking.action}
            filter={filter}
            workflow={workflow}
            onClose={() => setAsking(null)}
            onStarted={(job) => {
              setJobs((all) => [job, ...all]);
              setAsking(null);
            }}
          />
        )
        : null}
    </div>
  );
}
