import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { WorkflowNode } from "../../engine/schemas/workflow.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { aboutNewLeads, fetchWorkflow, parseTyped, runWorkflow, triggersOf } from "./workflow_calls.ts";

/** What a first run starts from: the sample that the docs send with curl. */
export const SAMPLE_INPUT = `{
  "email": "ann@example.com",
  "firstName": "Ann",
  "company": "Acme",
  "score": 72
}`;

interface RunDialogProps {
  workflow: { id: string; name: string } | null;
  onClose: () => void;
  /** Absent: the new execution's page is opened. */
  onStarted?: (executionId: string) => void;
}

/** Asks for the input and the trigger and starts the live version. */
export function RunDialog({ workflow, onClose, onStarted = openExecution }: RunDialogProps): JSX.Element {
  return (
    <Dialog open={workflow !== null} title={`Run ${workflow?.name ?? ""}`} onClose={onClose}>
      {workflow ? <RunForm key={workflow.id} workflowId={workflow.id} onStarted={onStarted} /> : null}
    </Dialog>
  );
}

function openExecution(executionId: string): void {
  location.assign(`/executions/${executionId}`);
}

function RunForm(
  { workflowId, onStarted }: { workflowId: string; onStarted(executionId: string): void },
): JSX.Element {
  const [text, setText] = useState(SAMPLE_INPUT);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const { triggers, trigger, setTrigger } = useTriggers(workflowId);
  const newLeads = aboutNewLeads(triggers, trigger);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const input = parseTyped(text);
    if (!input.ok) return setProblem(input.problem);
    setBusy(true);
    const answer = await runWorkflow(workflowId, input.data, trigger);
    if (answer.ok && !answer.data.reason) return onStarted(answer.data.executionId);
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    setRefusal(
      answer.ok ? { executionId: answer.data.executionId, text: answer.data.reason?.text ?? "" } : null,
    );
  }

  return (
    <form class="grid gap-4" onSubmit={submit}>
      {triggers.length > 1
        ? (
          <Field id="run-trigger" label="Start at">
            <select
              id="run-trigger"
              class="input"
              value={trigger}
              onInput={(e) => setTrigger(e.currentTarget.value)}
            >
              {triggers.map((node) => (
                <option key={node.id} value={node.id}>{node.data.label || node.id}</option>
              ))}
            </select>
          </Field>
        )
        : null}
      <Field id="run-input" label="Input" hint="JSON. An e-mail address in it finds or creates the lead.">
        <textarea
          id="run-input"
          class="input mono"
          rows={8}
          spellcheck={false}
          value={text}
          aria-describedby="run-input-hint"
          onInput={(e) => setText(e.currentTarget.value)}
        />
      </Field>
      {newLeads ? <p class="text-soft">{newLeads}</p> : null}
      {problem ? <ErrorCard problem={problem} /> : null}
      {refusal ? <NotEnrolled {...refusal} /> : null}
      <button type="submit" class="button justify-self-start" data-kind="primary" disabled={busy}>
        <Icon name="play" /> {busy ? "Starting …" : "Run"}
      </button>
    </form>
  );
}

interface Refused {
  executionId: string;
  text: string;
}

/** The lead may not enter now: why, and what stands in the way. */
function NotEnrolled({ executionId, text }: Refused): JSX.Element {
  return (
    <div class="notice" data-tone="warn" role="alert">
      <Icon name="alert" size={18} class="mt-0.5" />
      <div class="min-w-0">
        <p class="font-medium">Not started: the lead may not enter now</p>
        <p>
          {text}. <a class="link" href={`/executions/${executionId}`}>That execution</a>
        </p>
      </div>
    </div>
  );
}

/** The workflow's triggers; a manual one is the first choice, since a person starts this run. */
function useTriggers(workflowId: string): {
  triggers: WorkflowNode[];
  trigger: string | undefined;
  setTrigger: (id: string) => void;
} {
  const [triggers, setTriggers] = useState<WorkflowNode[]>([]);
  const [trigger, setTrigger] = useState<string | undefined>(undefined);
  useEffect(() => {
    fetchWorkflow(workflowId).then((answer) => {
      if (!answer.ok) return;
      const found = triggersOf(answer.data.nodes);
      const first = found.find((node) => node.type === "trigger_manual") ?? found[0];
      setTriggers(found);
      setTrigger(first?.id);
    });
  }, [workflowId]);
  return { triggers, trigger, setTrigger };
}
