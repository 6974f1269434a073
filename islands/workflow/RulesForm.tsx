import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { issueFor } from "../shared/issues.ts";
import { EndRows } from "./EndRows.tsx";
import { RateRows, TextField } from "./RateRows.tsx";
import type { NamedNode } from "./RateRows.tsx";
import { MODES, valuesOf, withRules } from "./rules_model.ts";
import type { RuleValues } from "./rules_model.ts";
import { SendWindowFields } from "./SendWindowFields.tsx";

const SETTINGS = "settings.";

/** Takes the changed settings, or says what is wrong with them. */
export type SaveSettings = (settings: { [name: string]: unknown }) => Promise<Problem | null>;

export interface RulesFormProps {
  settings: WorkflowSettings;
  /** Steps that act on the world: a rate may be about some of them. */
  nodes: readonly NamedNode[];
  save: SaveSettings;
  onSaved(): void;
}

/** Changes the rules in the draft: who enters, how many and how often, when people are reached, what ends it early. */
export function RulesForm({ settings, nodes, save, onSaved }: RulesFormProps): JSX.Element {
  const [values, setValues] = useState(() => valuesOf(settings));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<RuleValues>): void => setValues({ ...values, ...part });
  const issueOf = (path: string, which?: "itself"): string | undefined =>
    which === "itself" ? exactIssue(problem, path) : issueFor(problem, path);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const found = await save(withRules(settings, values));
    setBusy(false);
    setProblem(found);
    if (!found) onSaved();
  }

  return (
    <form class="grid gap-6" onSubmit={submit} noValidate>
      <Enrolment values={values} issueOf={issueOf} onChange={change} />
      <Concurrency values={values} issueOf={issueOf} onChange={change} />
      <RateRows
        values={values.rates}
        nodes={nodes}
        issueOf={issueOf}
        onValues={(rates) => change({ rates })}
      />
      <SendWindowFields
        values={values.window}
        timezone={settings.timezone || "UTC"}
        issueOf={issueOf}
        onValues={(window) => change({ window })}
      />
      <EndRows kind="goal" values={values.goals} issueOf={issueOf} onValues={(goals) => change({ goals })} />
      <EndRows kind="exit" values={values.exits} issueOf={issueOf} onValues={(exits) => change({ exits })} />
      {problem && !isBesideFields(problem) ? <ErrorCard problem={problem} /> : null}
      <div class="flex flex-wrap items-center gap-3">
        <button type="submit" class="button" data-kind="primary" disabled={busy}>
          {busy ? "Saving …" : "Save in the draft"}
        </button>
        <p class="text-soft">Counts once it is published.</p>
        {problem ? <p class="field-error" role="alert">Not saved yet: {countOf(problem)}</p> : null}
      </div>
    </form>
  );
}

interface PartProps {
  values: RuleValues;
  issueOf(path: string): string | undefined;
  onChange(part: Partial<RuleValues>): void;
}

function Enrolment({ values, issueOf, onChange }: PartProps): JSX.Element {
  return (
    <fieldset class="grid gap-1">
      <legend class="mb-1 font-semibold">A lead enters</legend>
      {MODES.map(({ mode, label }) => (
        <label key={mode} class="flex min-h-8 items-center gap-2">
          <input
            type="radio"
            name="mode"
            value={mode}
            checked={values.mode === mode}
            onInput={() => onChange({ mode })}
          />
          {label}
        </label>
      ))}
      {values.mode === "every"
        ? (
          <TextField
            label="Days"
            id="rules-days"
            value={values.days}
            class="w-24"
            error={issueOf("settings.enrolment.days")}
            onText={(days) => onChange({ days })}
          />
        )
        : null}
    </fieldset>
  );
}

function Concurrency({ values, issueOf, onChange }: PartProps): JSX.Element {
  return (
    <fieldset class="grid gap-2">
      <legend class="mb-1 font-semibold">How many at once</legend>
      <TextField
        label="Executions at once"
        id="rules-most"
        value={values.most}
        class="w-32"
        hint="Empty: any number."
        error={issueOf("settings.limits.maxConcurrent")}
        onText={(most) => onChange({ most })}
      />
      {values.most.trim() === "" ? null : (
        <label class="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            checked={values.countWaiting}
            onInput={(e) => onChange({ countWaiting: e.currentTarget.checked })}
          />
          Count those that only wait, too
        </label>
      )}
    </fieldset>
  );
}

/** Of the thing as a whole, not of one of its fields. */
function exactIssue(problem: Problem | null, path: string): string | undefined {
  return problem?.issues?.find((issue) => issue.path === path || issue.path === `${path}.when`)?.message;
}

/** What has a field to stand beside; lists as a whole, and what else is wrong, stand in a card. */
const FIELDS = new RegExp(
  "^settings\\.(enrolment\\.days|limits\\.maxConcurrent|sendWindow\\.(days|from|to|zone|holidays)" +
    "|limits\\.rates\\.\\d+\\.(count|period|host|key|nodes)|(goals|exits)\\.\\d+)(\\.|$)",
);

function isBesideFields({ issues = [] }: Problem): boolean {
  return issues.length > 0 && issues.every(({ path }) => path.startsWith(SETTINGS) && FIELDS.test(path));
}

function countOf({ issues = [] }: Problem): string {
  return issues.length < 2 ? "one thing is not accepted." : `${issues.length} things are not accepted.`;
}
