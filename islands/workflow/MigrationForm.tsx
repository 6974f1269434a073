import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { BulkJob, MigrateInput, RunningVersion } from "../../engine/schemas/mending.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { ACTION_WORDS, numberWords, paceWords } from "../monitoring/bulk_words.ts";
import { callApi } from "../shared/api.ts";
import { countFor, executionsWords, reachOf } from "./migration_model.ts";
import type { Choice, Reach } from "./migration_model.ts";

export interface MigrationFormProps {
  workflowId: string;
  to: number;
  perSecond: number;
  items: readonly RunningVersion[];
  onStarted(job: BulkJob): void;
  /** The count is another by now. */
  onChanged(): void;
}

/** Keep, move or restart: nothing happens before a button that names the number. */
export function MigrationForm(props: MigrationFormProps): JSX.Element {
  const { workflowId, to, items, onStarted, onChanged } = props;
  const [choice, setChoice] = useState<Choice>("keep");
  const [from, setFrom] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const reach = reachOf(items, from);
  const count = countFor(choice, reach);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (choice === "keep") return;
    setBusy(true);
    const body: MigrateInput = { mode: choice, count, to, ...(from === null ? {} : { from }) };
    const answer = await callApi<BulkJob>("POST", `/api/workflow/${encodeURIComponent(workflowId)}/migrate`, {
      body,
      // One key per press: a repeated request moves nothing twice.
      headers: { "idempotency-key": crypto.randomUUID() },
    });
    setBusy(false);
    if (answer.ok) return onStarted(answer.data);
    setProblem(answer.problem);
    if (answer.problem.status === 409) onChanged();
  }
  return (
    <form class="grid gap-4" onSubmit={submit}>
      {items.length > 1 ? <Versions items={items} from={from} onChoose={setFrom} /> : null}
      <fieldset class="grid gap-2">
        <legend class="mb-1 font-medium">What becomes of them?</legend>
        {CHOICES.map((each) => (
          <Option
            key={each}
            choice={each}
            text={optionWords(each, reach, to)}
            checked={choice === each}
            onChoose={() => setChoice(each)}
          />
        ))}
      </fieldset>
      {choice === "migrate" && reach.begins.length > 0 ? <Begins reach={reach} /> : null}
      {problem ? <ErrorCard problem={problem} /> : null}
      {choice === "keep" ? null : (
        <div class="flex flex-wrap items-center gap-3">
          <button
            type="submit"
            class="button"
            data-kind={choice === "restart" ? "danger" : "primary"}
            disabled={busy || count === 0}
          >
            <Icon name={ACTION_WORDS[choice].icon} />
            {busy ? "Starting …" : `${ACTION_WORDS[choice].act} ${executionsWords(count)}`}
          </button>
          {count > 0 ? <span class="text-soft">{paceWords(count, props.perSecond)}</span> : null}
        </div>
      )}
    </form>
  );
}

const CHOICES: readonly Choice[] = ["keep", "migrate", "restart"];
const TITLES: { readonly [C in Choice]: string } = { keep: "Keep", migrate: "Move", restart: "Restart" };

function optionWords(choice: Choice, { count, movable, restartable }: Reach, to: number): string {
  const ofAll = (some: number): string =>
    some === count ? "all of them" : `${numberWords(some)} of ${numberWords(count)}`;
  if (choice === "keep") return "Each finishes on the version that it began with.";
  return choice === "migrate"
    ? `${
      capital(ofAll(movable))
    } go on in version ${to} where they stand. A wait under way keeps its deadline, and a ` +
      "step that runs ends first."
    : `${
      capital(ofAll(restartable))
    } begin anew in version ${to}, with the same lead and input: mails are sent and ` +
      "calls made again. The old ones are cancelled.";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Option(
  { choice, text, checked, onChoose }: { choice: Choice; text: string; checked: boolean; onChoose(): void },
): JSX.Element {
  return (
    <label class="flex min-h-11 items-start gap-3 py-1 sm:min-h-8">
      <input
        type="radio"
        class="mt-1"
        name="migration"
        value={choice}
        checked={checked}
        onChange={onChoose}
      />
      <span class="min-w-0">
        <span class="font-medium">{TITLES[choice]}</span>
        <span class="block text-soft">{text}</span>
      </span>
    </label>
  );
}

function Versions(
  { items, from, onChoose }: {
    items: readonly RunningVersion[];
    from: number | null;
    onChoose(from: number | null): void;
  },
): JSX.Element {
  return (
    <Field id="migration-from" label="Which">
      <select
        id="migration-from"
        class="input"
        value={from ?? ""}
        onInput={(event) =>
          onChoose(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
      >
        <option value="">Those of every older version</option>
        {items.map(({ version, count }) => (
          <option key={version} value={version}>{`Version ${version}: ${executionsWords(count)}`}</option>
        ))}
      </select>
    </Field>
  );
}

/** A new way from where they have passed begins with the move. */
function Begins({ reach: { begins } }: { reach: Reach }): JSX.Element {
  return (
    <div class="notice" data-tone="warn">
      <Icon name="alert" size={18} class="mt-0.5" />
      <div class="min-w-0">
        <p class="font-medium">Begins with the move</p>
        <ul>
          {begins.map(({ nodeId, label, count }) => (
            <li key={nodeId}>{`${label}: ${executionsWords(count)}`}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
