import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { isShownBy, issueFor } from "../shared/issues.ts";
import { MODES, valuesOf, withRules } from "./rules_model.ts";
import { saveSettings } from "./workflow_calls.ts";

const DAYS = "settings.enrolment.days";
const MOST = "settings.limits.maxConcurrent";

interface RulesFormProps {
  id: string;
  revision: number;
  settings: WorkflowSettings;
  onSaved: () => void;
}

/** Changes the rules in the draft; what somebody else saved in between is not overwritten. */
export function RulesForm({ id, revision, settings, onSaved }: RulesFormProps): JSX.Element {
  const [values, setValues] = useState(() => valuesOf(settings));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [daysError, mostError] = [issueFor(problem, DAYS), issueFor(problem, MOST)];

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const answer = await saveSettings(id, revision, withRules(settings, values));
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok) onSaved();
  }

  return (
    <form class="grid gap-4" onSubmit={submit} noValidate>
      <fieldset class="grid gap-1">
        <legend class="font-medium">A lead enters</legend>
        {MODES.map(({ mode, label }) => (
          <label key={mode} class="flex min-h-8 items-center gap-2">
            <input
              type="radio"
              name="mode"
              value={mode}
              checked={values.mode === mode}
              onInput={() => setValues({ ...values, mode })}
            />
            {label}
          </label>
        ))}
      </fieldset>
      {values.mode === "every"
        ? (
          <Field id="rules-days" label="Days" error={daysError}>
            <input
              {...fieldAttributes("rules-days", { error: daysError })}
              class="input"
              inputMode="numeric"
              value={values.days}
              onInput={(e) => setValues({ ...values, days: e.currentTarget.value })}
            />
          </Field>
        )
        : null}
      <Field id="rules-most" label="Executions at once" error={mostError} hint="Empty: any number.">
        <input
          {...fieldAttributes("rules-most", { hint: true, error: mostError })}
          class="input"
          inputMode="numeric"
          value={values.most}
          onInput={(e) => setValues({ ...values, most: e.currentTarget.value })}
        />
      </Field>
      {values.most.trim() === "" ? null : (
        <label class="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            checked={values.countWaiting}
            onInput={(e) => setValues({ ...values, countWaiting: e.currentTarget.checked })}
          />
          Count those that only wait, too
        </label>
      )}
      {problem && !isShownBy(problem, [DAYS, MOST]) ? <ErrorCard problem={problem} /> : null}
      <div class="flex flex-wrap items-center gap-3">
        <button type="submit" class="button" data-kind="primary" disabled={busy}>
          {busy ? "Saving …" : "Save in the draft"}
        </button>
        <p class="text-soft">Counts once it is published.</p>
      </div>
    </form>
  );
}
