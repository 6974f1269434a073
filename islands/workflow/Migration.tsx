import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { BulkJob } from "../../engine/schemas/mending.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { BulkProgress } from "../monitoring/BulkProgress.tsx";
import { callApi } from "../shared/api.ts";
import { executionsWords, headline } from "./migration_model.ts";
import { MigrationForm } from "./MigrationForm.tsx";
import { MigrationTable } from "./MigrationTable.tsx";
import { useRunning } from "./use_running.ts";
import type { Looked } from "./use_running.ts";

export interface MigrationProps {
  workflowId: string;
  /** The live version: when it changes, what runs is looked at anew. */
  version: number | null;
  /** Absent: yes. False: what runs is shown, and nothing can be chosen. */
  mayAct?: boolean;
}

/** Executions of older versions: where they stand, and what a person does about them after a publish. */
export function Migration({ workflowId, version, mayAct = true }: MigrationProps): JSX.Element {
  const { looked, problem, again } = useRunning(workflowId, version);
  const [job, setJob] = useState<BulkJob | null>(null);
  useEffect(() => void underWay(workflowId).then((found) => setJob((known) => known ?? found)), [workflowId]);
  return (
    <section class="grid grid-cols-1 gap-4" aria-label="Executions of older versions">
      {looked ? <Found looked={looked} /> : problem ? null : <p role="status">Looking …</p>}
      {problem ? <ErrorCard problem={problem} /> : null}
      {job
        ? (
          <BulkProgress
            key={job.id}
            job={job}
            onDismiss={() => {
              setJob(null);
              again();
            }}
          />
        )
        : null}
      {looked?.complete && looked.version !== null && looked.items.length > 0 && mayAct && !job
        ? (
          <MigrationForm
            key={`${version} ${looked.version}`}
            workflowId={workflowId}
            to={looked.version}
            perSecond={looked.perSecond}
            items={looked.items}
            onStarted={setJob}
            onChanged={again}
          />
        )
        : null}
    </section>
  );
}

/** A move that was started before, here or elsewhere. */
async function underWay(workflowId: string): Promise<BulkJob | null> {
  const answer = await callApi<Page<BulkJob>>("GET", "/api/monitoring/bulk?limit=20");
  if (!answer.ok) return null;
  return answer.data.items.find(({ status, action, filter }) =>
    status === "running" && (action === "migrate" || action === "restart") && filter.workflowId === workflowId
  ) ?? null;
}

function Found({ looked: { version, items, complete } }: { looked: Looked }): JSX.Element {
  const count = items.reduce((sum, item) => sum + item.count, 0);
  if (version === null) return <p class="text-soft">Nothing is live yet, so there is no version to go to.</p>;
  if (count === 0 && complete) {
    return <p class="text-soft">{`Nothing under way runs an older version than ${version}.`}</p>;
  }
  return (
    <>
      <h2 aria-live="polite">{complete ? headline(count) : `${executionsWords(count)} found so far …`}</h2>
      <MigrationTable items={items} />
    </>
  );
}
