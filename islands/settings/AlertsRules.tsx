import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import type { AlertRule, AlertRuleInput } from "../../engine/schemas/alert.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { callApi } from "../shared/api.ts";
import { announce } from "../shared/copy.ts";
import type { RuleFormProps } from "./AlertsRuleForm.tsx";

interface RulesProps {
  rules: readonly AlertRule[];
  workflows: readonly { id: string; name: string }[];
  mayEdit: boolean;
  onChanged(rules: AlertRule[]): void;
}

/** What is watched, each as a sentence with a switch. */
export function AlertsRules({ rules, workflows, mayEdit, onChanged }: RulesProps): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState<{ rule: AlertRule | null; Form: ComponentType<RuleFormProps> } | null>(
    null,
  );

  async function ask(rule: AlertRule | null): Promise<void> {
    const { AlertsRuleForm } = await import("./AlertsRuleForm.tsx");
    setAsking({ rule, Form: AlertsRuleForm });
  }
  function put(rule: AlertRule): void {
    const known = rules.some(({ id }) => id === rule.id);
    onChanged(known ? rules.map((one) => one.id === rule.id ? rule : one) : [...rules, rule]);
  }
  async function turn(rule: AlertRule): Promise<void> {
    const body = { ...inputOf(rule), enabled: !rule.enabled };
    const answer = await callApi<AlertRule>("PUT", `/api/monitoring/alerts/${rule.id}`, { body });
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    put(answer.data);
    announce(document, `${answer.data.words}: ${answer.data.enabled ? "on" : "off"}`);
  }
  async function remove(rule: AlertRule): Promise<void> {
    const answer = await callApi("DELETE", `/api/monitoring/alerts/${rule.id}`);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok) onChanged(rules.filter(({ id }) => id !== rule.id));
  }
  const nameOf = (id: string): string => workflows.find((one) => one.id === id)?.name ?? id;
  return (
    <section aria-labelledby="rules">
      <div class="mb-2 flex flex-wrap items-center gap-3">
        <h2 id="rules" class="min-w-0 flex-1">Rules</h2>
        {mayEdit
          ? (
            <button type="button" class="button" onClick={() => ask(null)}>
              <Icon name="plus" /> Add a rule
            </button>
          )
          : null}
      </div>
      <ul class="card divide-y divide-line">
        {rules.map((rule) => (
          <li key={rule.id} class="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2" data-rule={rule.id}>
            <label class="flex min-h-11 min-w-0 flex-1 basis-40 items-center gap-3 sm:min-h-8">
              <input
                type="checkbox"
                role="switch"
                checked={rule.enabled}
                disabled={!mayEdit}
                onChange={() =>
                  turn(rule)}
              />
              <span class={rule.enabled ? "min-w-0 break-words" : "min-w-0 break-words text-soft"}>
                {rule.words}
              </span>
            </label>
            {rule.workflowId
              ? (
                <Badge icon="workflow">
                  <span class="max-w-48 truncate">{nameOf(rule.workflowId)}</span>
                </Badge>
              )
              : null}
            {rule.urgent ? <Badge tone="warn">Also in quiet hours</Badge> : null}
            {mayEdit
              ? (
                <div class="flex gap-2">
                  <button
                    type="button"
                    class="button"
                    aria-label={`Change: ${rule.words}`}
                    onClick={() => ask(rule)}
                  >
                    Change
                  </button>
                  {rule.isDefault ? null : (
                    <button
                      type="button"
                      class="icon-button"
                      aria-label={`Delete: ${rule.words}`}
                      onClick={() => remove(rule)}
                    >
                      <Icon name="trash" />
                    </button>
                  )}
                </div>
              )
              : null}
          </li>
        ))}
      </ul>
      {problem ? <ErrorCard problem={problem} /> : null}
      {asking
        ? (
          <asking.Form
            rule={asking.rule}
            workflows={workflows}
            onClose={() => setAsking(null)}
            onSaved={(rule) => {
              put(rule);
              setAsking(null);
            }}
          />
        )
        : null}
    </section>
  );
}

/** What is sent of a rule. */
export function inputOf(
  { id: _id, words: _words, isDefault: _isDefault, ...input }: AlertRule,
): AlertRuleInput {
  return input;
}
