import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { listWorkflows } from "./scheduling_calls.ts";

interface WorkflowChoiceProps {
  value: string;
  error: string | undefined;
  onChoose(workflowId: string): void;
}

/** The workflow that a new schedule starts; the newest one is the first choice. */
export function WorkflowChoice({ value, error, onChoose }: WorkflowChoiceProps): JSX.Element {
  const [items, setItems] = useState<WorkflowSummary[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    listWorkflows().then((answer) => {
      if (!answer.ok) return setProblem(answer.problem);
      setItems(answer.data.items);
      const [first] = answer.data.items;
      if (first) onChoose(first.id);
    });
  }, []);
  const told = problem?.detail ?? error ??
    (items?.length === 0 ? "There is no workflow yet: draw one first" : undefined);
  return (
    <Field id="schedule-workflow" label="Workflow" error={told}>
      <select
        {...fieldAttributes("schedule-workflow", { error: told })}
        class="input"
        value={value}
        required
        onInput={(event) => onChoose(event.currentTarget.value)}
      >
        {(items ?? []).map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
      </select>
    </Field>
  );
}
