import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { BulkJob } from "../../engine/schemas/mending.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { callApi } from "../shared/api.ts";
import { numberWords, progressWords } from "./bulk_words.ts";

/** It moves ten a second: looked at so often. */
const LOOK_MS = 1_000;

/** How far a bulk action is, live; why executions were passed over; and the way to stop it. */
export function BulkProgress({ job: first, onDismiss }: { job: BulkJob; onDismiss(): void }): JSX.Element {
  const { job, problem, cancel } = useJob(first);
  const settled = job.done + job.skipped + job.failed;
  const words = job.status === "running"
    ? progressWords(job)
    : `${job.status === "cancelled" ? "Stopped" : "Finished"}: ${progressWords(job)}`;
  return (
    <section class="card grid gap-2 p-3" aria-label="Bulk action" data-bulk={job.id}>
      <div class="flex flex-wrap items-center gap-3">
        <p role="status" class="min-w-0 flex-1 tabular-nums">{words}</p>
        {job.status === "running"
          ? (
            <button type="button" class="button" onClick={cancel}>
              <Icon name="stop" size={15} /> Stop
            </button>
          )
          : (
            <button type="button" class="icon-button" aria-label="Dismiss" onClick={onDismiss}>
              <Icon name="x" />
            </button>
          )}
      </div>
      <progress
        class="progress"
        data-status={job.status}
        value={settled}
        max={job.count}
        aria-label="Progress"
      />
      {job.reasons.length === 0 ? null : <Reasons job={job} />}
      {problem ? <ErrorCard problem={problem} /> : null}
    </section>
  );
}

function Reasons({ job }: { job: BulkJob }): JSX.Element {
  return (
    <ul class="grid gap-1 text-sm">
      {job.reasons.map((reason) => (
        <li key={`${reason.outcome} ${reason.text}`} class="min-w-0 break-words">
          <span class="font-medium tabular-nums">{`${numberWords(reason.count)} ${reason.outcome}: `}</span>
          {reason.text}
          {" — "}
          <a class="link mono" href={`/executions/${encodeURIComponent(reason.executionId)}`}>
            {`…${reason.executionId.slice(-6)}`}
          </a>
        </li>
      ))}
    </ul>
  );
}

function useJob(first: BulkJob): { job: BulkJob; problem: Problem | null; cancel(): Promise<void> } {
  const [job, setJob] = useState(first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const path = `/api/monitoring/bulk/${encodeURIComponent(first.id)}`;
  const running = job.status === "running";
  useEffect(() => {
    if (!running) return;
    let timer: ReturnType<typeof setTimeout> | null = setTimeout(look, LOOK_MS);
    async function look(): Promise<void> {
      const answer = await callApi<BulkJob>("GET", path);
      if (timer === null) return;
      // No answer now: the next look may have one.
      if (answer.ok) setJob(answer.data);
      timer = setTimeout(look, LOOK_MS);
    }
    return () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    };
  }, [path, running]);
  const cancel = async (): Promise<void> => {
    const answer = await callApi<BulkJob>("POST", `${path}/cancel`, { body: {} });
    if (answer.ok) setJob(answer.data);
    else setProblem(answer.problem);
  };
  return { job, problem, cancel };
}
