import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AlertKind, AlertRule } from "../../engine/schemas/alert.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { isShownBy, issueFor } from "../shared/issues.ts";
import { KINDS, numbersOf } from "./alerts_model.ts";

export interface RuleFormProps {
  /** Null: a new one. */
  rule: AlertRule | null;
  workflows: readonly { id: string; name: string }[];
  onClose(): void;
  onSaved(rule: AlertRule): void;
}

/** One rule: what it watches, from when on it speaks, and for which workflow. */
export function AlertsRuleForm({ rule, workflows, onClose, onSaved }: RuleFormProps): JSX.Element {
  return (
    <Dialog open title={rule ? "Change the rule" : "Add a rule"} onClose={onClose}>
      <Form rule={rule} workflows={workflows} onSaved={onSaved} />
    </Dialog>
  );
}

function Form({ rule, workflows, onSaved }: Omit<RuleFormProps, "onClose">): JSX.Element {
  const [kind, setKind] = useState<AlertKind>(rule?.kind ?? "streak");
  const [workflowId, setWorkflowId] = useState(rule?.workflowId ?? "");
  const [urgent, setUrgent] = useState(rule?.urgent ?? false);
  const [numbers, setNumbers] = useState<{ [name: string]: string }>(() => numbersOf(rule));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const { fields, ofHouse } = KINDS[kind];

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const body = {
      kind,
      enabled: rule?.enabled ?? true,
      urgent,
      channels: rule?.channels ?? null,
      workflowId: ofHouse ? null : workflowId || null,
      ...Object.fromEntries(
        fields.flatMap(({ name }) => numbers[name] ? [[name, Number(numbers[name])]] : []),
      ),
    };
    const answer = rule
      ? await callApi<AlertRule>("PUT", `/api/monitoring/alerts/${rule.id}`, { body })
      : await callApi<AlertRule>("POST", "/api/monitoring/alerts", { body });
    setBusy(false);
    if (answer.ok) return onSaved(answer.data);
    setProblem(answer.problem);
  }
  return (
    <form class="grid gap-4" onSubmit={submit}>
      {rule ? null : (
        <Field id="rule-kind" label="When">
          <select
            id="rule-kind"
            class="input"
            value={kind}
            onInput={(event) => {
              const chosen = (Object.keys(KINDS) as AlertKind[]).find((one) =>
                one === event.currentTarget.value
              );
              if (chosen) setKind(chosen);
            }}
          >
            {Object.entries(KINDS).map(([id, { words }]) => <option key={id} value={id}>{words}</option>)}
          </select>
        </Field>
      )}
      {fields.map(({ name, label, least, most, usual }) => (
        <Field key={name} id={`rule-${name}`} label={label} error={issueFor(problem, name)}>
          <input
            {...fieldAttributes(`rule-${name}`, { error: issueFor(problem, name) })}
            class="input"
            type="number"
            min={least}
            max={most}
            placeholder={String(usual)}
            value={numbers[name] ?? ""}
            onInput={(event) =>
              setNumbers({ ...numbers, [name]: event.currentTarget.value })}
          />
        </Field>
      ))}
      {rule?.isDefault || ofHouse ? null : (
        <Field
          id="rule-workflow"
          label="Workflow"
          hint="A rule for one workflow stands in for the one for all of its kind."
          error={issueFor(problem, "workflowId")}
        >
          <select
            {...fieldAttributes("rule-workflow", { hint: true, error: issueFor(problem, "workflowId") })}
            class="input"
            value={workflowId}
            onInput={(event) => setWorkflowId(event.currentTarget.value)}
          >
            <option value="">Each by itself</option>
            {workflows.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
          </select>
        </Field>
      )}
      <label class="flex min-h-11 items-center gap-3 sm:min-h-8">
        <input
          type="checkbox"
          checked={urgent}
          onChange={(event) => setUrgent(event.currentTarget.checked)}
        />
        Tell it at once, also in quiet hours
      </label>
      {problem && !isShownBy(problem, [...fields.map(({ name }) => name), "workflowId"])
        ? <ErrorCard problem={problem} />
        : null}
      <button type="submit" class="button justify-self-start" data-kind="primary" disabled={busy}>
        {busy ? "Saving …" : "Save"}
      </button>
    </form>
  );
}
