import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { BulkJob, FilterAction } from "../../engine/schemas/mending.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { isSettled } from "../shared/live_reducer.ts";
import { ACTION_WORDS, numberWords } from "./bulk_words.ts";
import { BulkDialog } from "./BulkDialog.tsx";
import { BulkProgress } from "./BulkProgress.tsx";

export interface SelectionBarProps {
  selected: readonly ExecutionSummary[];
  onClear(): void;
}

/** Can anything come of it? What it then reaches is counted by the server. */
const REACHES: { readonly [A in FilterAction]: (one: ExecutionSummary) => boolean } = {
  retry: ({ status }) => status === "failed",
  replay: ({ status, parent }) => isSettled(status) && parent === null,
  cancel: ({ status }) => !isSettled(status),
};
const ACTIONS = ["retry", "replay", "cancel"] as const;

/** What can be done to the rows that are selected; it lies over the page's end and moves nothing. */
export function SelectionBar({ selected, onClear }: SelectionBarProps): JSX.Element {
  const [asking, setAsking] = useState<{ action: FilterAction; ids: string[] } | null>(null);
  const [jobs, setJobs] = useState<BulkJob[]>([]);
  const count = selected.length;
  return (
    <div class="selection-bar">
      {jobs.map((job) => (
        <BulkProgress
          key={job.id}
          job={job}
          onDismiss={() => setJobs((all) => all.filter(({ id }) => id !== job.id))}
        />
      ))}
      {count === 0
        ? null
        : (
          <div class="card flex flex-wrap items-center gap-2 p-2 pl-4" role="group" aria-label="Selected">
            <span role="status" class="mr-2 font-medium tabular-nums">
              {`${numberWords(count)} selected`}
            </span>
            {ACTIONS.map((action) => {
              const ids = selected.filter(REACHES[action]).map(({ id }) => id);
              return ids.length === 0 ? null : (
                <button
                  key={action}
                  type="button"
                  class="button"
                  onClick={() => setAsking({ action, ids })}
                >
                  <Icon name={ACTION_WORDS[action].icon} size={15} />
                  {`${ACTION_WORDS[action].act} ${
                    ids.length === count ? "" : `${numberWords(ids.length)} `
                  }…`}
                </button>
              );
            })}
            <button
              type="button"
              class="icon-button ml-auto"
              aria-label="Clear the selection"
              onClick={onClear}
            >
              <Icon name="x" />
            </button>
          </div>
        )}
      {asking
        ? (
          <BulkDialog
            action={asking.action}
            filter={{}}
            ids={asking.ids}
            workflow={null}
            onClose={() => setAsking(null)}
            onStarted={(job) => {
              setJobs((all) => [job, ...all]);
              setAsking(null);
              onClear();
            }}
          />
        )
        : null}
    </div>
  );
}
