import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ExecutionFilter } from "../../engine/schemas/execution.ts";
import type { BulkCount, BulkInput, BulkJob, FilterAction } from "../../engine/schemas/mending.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { ACTION_WORDS, chosenWords, numberWords, paceWords } from "./bulk_words.ts";

export interface BulkDialogProps {
  action: FilterAction;
  filter: ExecutionFilter;
  /** These, instead of what the filter finds. */
  ids?: readonly string[];
  workflow: string | null;
  onClose(): void;
  onStarted(job: BulkJob): void;
}

/** Counts first; what is confirmed names the number, and only that number is started. */
export function BulkDialog(props: BulkDialogProps): JSX.Element {
  const what = props.ids ? "what is selected" : "all that match";
  return (
    <Dialog open title={`${ACTION_WORDS[props.action].act} ${what}`} onClose={props.onClose}>
      <BulkForm {...props} />
    </Dialog>
  );
}

function BulkForm({ action, filter, ids, workflow, onStarted }: BulkDialogProps): JSX.Element {
  const [version, setVersion] = useState<"same" | "latest">("same");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const input: BulkInput = {
    action,
    ...(ids ? { ids: [...ids] } : { filter }),
    ...(action === "replay" ? { version } : {}),
  };
  const { found, again } = useCount(input, setProblem);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!found) return;
    setBusy(true);
    const answer = await bulk<BulkJob>({ ...input, expect: found.count });
    if (answer.ok) return onStarted(answer.data);
    setBusy(false);
    setProblem(answer.problem);
    // The number has changed: the new one is shown and asked for anew.
    if (answer.problem.status === 409) await again();
  }
  return (
    <form class="grid gap-4" onSubmit={submit}>
      {action === "replay"
        ? (
          <Field id="bulk-version" label="Version">
            <select
              id="bulk-version"
              class="input"
              value={version}
              onInput={(event) => setVersion(event.currentTarget.value === "latest" ? "latest" : "same")}
            >
              <option value="same">The one that each ran</option>
              <option value="latest">The newest that is published</option>
            </select>
          </Field>
        )
        : null}
      {found
        ? <Found found={found} words={chosenWords({ action, count: found.count, filter, workflow })} />
        : problem
        ? null
        : <p role="status">Counting …</p>}
      {found && found.count > 0 ? <p class="text-soft">{CONSEQUENCE[action]}</p> : null}
      {problem ? <ErrorCard problem={problem} /> : null}
      {found && found.count > 0
        ? (
          <button
            type="submit"
            class="button justify-self-start"
            data-kind={action === "cancel" ? "danger" : "primary"}
            disabled={busy}
          >
            <Icon name={ACTION_WORDS[action].icon} />
            {busy ? "Starting …" : `${ACTION_WORDS[action].act} ${numberWords(found.count)}`}
          </button>
        )
        : null}
    </form>
  );
}

const CONSEQUENCE: { readonly [A in FilterAction]: string } = {
  retry: "Each goes on at its failed steps. It can be stopped at any time.",
  replay: "Each starts again from its trigger, as a new execution: mails are sent and calls made again.",
  cancel: "What was already sent stays sent. A cancelled execution cannot be continued.",
};

function Found({ found, words }: { found: BulkCount; words: string }): JSX.Element {
  if (found.count === 0) return <p role="status">Nothing that matches can be acted on.</p>;
  return (
    <div class="grid gap-2" role="status">
      <p class="font-medium">{`${words}, ${paceWords(found.count, found.perSecond)}`}</p>
      {found.truncated
        ? <p class="text-soft">{`More match; one action takes ${numberWords(found.count)}, the newest.`}</p>
        : null}
      <details>
        <summary class="inline-flex min-h-11 items-center gap-1 text-soft hover:text-ink sm:min-h-8">
          <Icon name="chevron-down" size={14} />
          {found.sample.length < found.count
            ? `The first ${found.sample.length} of them`
            : found.count === 1
            ? "It"
            : `All ${found.count} of them`}
        </summary>
        <ul class="grid gap-1 sm:grid-cols-2">
          {found.sample.map((id) => (
            <li key={id}>
              <a
                class="link mono"
                href={`/executions/${encodeURIComponent(id)}`}
                target="_blank"
                rel="noopener"
              >
                {id}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function bulk<T>(body: BulkInput): ReturnType<typeof callApi<T>> {
  return callApi<T>("POST", "/api/monitoring/executions/bulk", {
    body,
    // One key per press: a repeated request starts nothing twice.
    headers: { "idempotency-key": crypto.randomUUID() },
  });
}

function useCount(
  input: BulkInput,
  onProblem: (problem: Problem) => void,
): { found: BulkCount | null; again(): Promise<void> } {
  const [found, setFound] = useState<BulkCount | null>(null);
  const again = async (): Promise<void> => {
    const answer = await bulk<BulkCount>({ ...input, dryRun: true });
    if (answer.ok) setFound(answer.data);
    else onProblem(answer.problem);
  };
  useEffect(() => void again(), []);
  return { found, again };
}
