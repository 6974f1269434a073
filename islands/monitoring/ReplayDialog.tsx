import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Execution, Step } from "../../engine/schemas/execution.ts";
import type { ReplayInput, ReplayPlan } from "../../engine/schemas/mending.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { STATUS_LOOK } from "../../routes/pages/components/status_chip.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { isShownBy, issueFor } from "../shared/issues.ts";
import { isSettled } from "../shared/live_reducer.ts";
import { mayReplayFrom } from "./replay_steps.ts";

export interface ReplayDialogProps {
  execution: Execution;
  from: string | null;
  bodies: boolean;
  onClose(): void;
}

const FIELDS = ["from", "version", "input"];

/** Runs the execution again as a new one: from which step, which version, with which input. */
export function ReplayDialog(props: ReplayDialogProps): JSX.Element {
  const { execution, onClose } = props;
  return (
    <Dialog open title={`Replay ${execution.workflowName}`} onClose={onClose}>
      <ReplayForm {...props} />
    </Dialog>
  );
}

function ReplayForm({ execution, from: first, bodies }: ReplayDialogProps): JSX.Element {
  const trigger = execution.trigger.nodeId;
  const [from, setFrom] = useState(first ?? trigger);
  const [version, setVersion] = useState<"same" | "latest">("same");
  const { text, setText, read } = useInput(execution);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const { plan, problem: unmapped } = usePlan(execution.id, { from, version });
  const problem = refused ?? unmapped;

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const input = read();
    if ("problem" in input) return setRefused(input.problem);
    setBusy(true);
    const answer = await replay<{ executionId: string }>(execution.id, { from, version, ...input });
    if (answer.ok) return location.assign(`/executions/${answer.data.executionId}`);
    setBusy(false);
    setRefused(answer.problem);
  }
  const change = (apply: () => void): void => {
    setRefused(null);
    apply();
  };
  return (
    <form class="grid gap-4" onSubmit={submit}>
      <FromField
        steps={execution.steps.filter((step) => mayReplayFrom(execution, step))}
        trigger={trigger}
        value={from}
        error={issueFor(problem, "from")}
        onChange={(value) => change(() => setFrom(value))}
      />
      <VersionField
        ran={execution.version}
        value={version}
        error={issueFor(problem, "version")}
        onChange={(value) => change(() => setVersion(value))}
      />
      {bodies
        ? (
          <InputField
            text={text}
            error={issueFor(problem, "input")}
            onChange={(value) => change(() => setText(value))}
          />
        )
        : null}
      {plan && !problem ? <PlanWords plan={plan} goesOn={!isSettled(execution.status)} /> : null}
      {problem && !isShownBy(problem, FIELDS) ? <ErrorCard problem={problem} /> : null}
      <button
        type="submit"
        class="button justify-self-start"
        data-kind="primary"
        disabled={busy || unmapped !== null}
      >
        <Icon name="play" /> {busy ? "Starting …" : "Replay"}
      </button>
    </form>
  );
}

function replay<T>(id: string, body: ReplayInput): ReturnType<typeof callApi<T>> {
  return callApi<T>("POST", `/api/monitoring/executions/${encodeURIComponent(id)}/replay`, {
    body,
    // One key per press: a repeated request replays nothing twice.
    headers: { "idempotency-key": crypto.randomUUID() },
  });
}

/** What the choice would take over and run, or what cannot be mapped; asked for anew with every choice. */
function usePlan(
  id: string,
  { from, version }: Pick<ReplayInput, "from" | "version">,
): { plan: ReplayPlan | null; problem: Problem | null } {
  const [known, setKnown] = useState<{ plan: ReplayPlan | null; problem: Problem | null }>({
    plan: null,
    problem: null,
  });
  useEffect(() => {
    let current = true;
    replay<ReplayPlan>(id, { from, version, dryRun: true }).then((answer) => {
      if (!current) return;
      setKnown(
        answer.ok ? { plan: answer.data, problem: null } : { plan: null, problem: answer.problem },
      );
    });
    return () => {
      current = false;
    };
  }, [id, from, version]);
  return known;
}

/** The input as text; what was not edited is not sent, so that it stays exactly what arrived. */
function useInput(execution: Execution): {
  text: string;
  setText(text: string): void;
  read(): Pick<ReplayInput, "input"> | { problem: Problem };
} {
  const first = JSON.stringify(execution.input, null, 2);
  const [text, setText] = useState(first);
  return {
    text,
    setText,
    read: () => {
      if (text === first) return {};
      try {
        return { input: JSON.parse(text) };
      } catch (error) {
        const message = `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
        const issues = [{ path: "input", message }];
        return {
          problem: { type: "/problems/malformed", title: "Not JSON", status: 400, detail: message, issues },
        };
      }
    },
  };
}

interface FieldProps<V> {
  value: V;
  error: string | undefined;
  onChange(value: V): void;
}

function FromField(
  { steps, trigger, value, error, onChange }: FieldProps<string> & {
    steps: readonly Step[];
    trigger: string;
  },
): JSX.Element {
  return (
    <Field id="replay-from" label="From" error={error}>
      <select
        {...fieldAttributes("replay-from", { error })}
        class="input"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      >
        {steps.map((step) => (
          <option key={step.nodeId} value={step.nodeId}>
            {step.nodeId === trigger
              ? `The beginning — ${step.label}`
              : `${step.label} — ${STATUS_LOOK[step.status].word.toLowerCase()}`}
          </option>
        ))}
      </select>
    </Field>
  );
}

function VersionField(
  { ran, value, error, onChange }: FieldProps<"same" | "latest"> & { ran: number },
): JSX.Element {
  return (
    <Field id="replay-version" label="Version" error={error}>
      <select
        {...fieldAttributes("replay-version", { error })}
        class="input"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value === "latest" ? "latest" : "same")}
      >
        <option value="same">{`The same — v${ran}`}</option>
        <option value="latest">The newest that is published</option>
      </select>
    </Field>
  );
}

function InputField(
  { text, error, onChange }: { text: string; error: string | undefined; onChange(text: string): void },
): JSX.Element {
  return (
    <Field
      id="replay-input"
      label="Input"
      hint="JSON, as trigger.body. Steps taken over keep what they made of the old one."
      error={error}
    >
      <textarea
        {...fieldAttributes("replay-input", { hint: true, error })}
        class="input mono"
        rows={6}
        spellcheck={false}
        value={text}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}

const NAMED = 6;

function PlanWords({ plan, goesOn }: { plan: ReplayPlan; goesOn: boolean }): JSX.Element {
  return (
    <div class="grid gap-1" role="status">
      <p>
        <span class="font-medium">Runs:</span> {names(plan.ahead)}
      </p>
      {plan.takenOver.length === 0 ? null : (
        <p>
          <span class="font-medium">Taken over:</span> {names(plan.takenOver)}
        </p>
      )}
      <p class="text-soft">
        A new execution. What runs acts anew: mails are sent and calls made again.
        {goesOn ? " This one has not ended and goes on beside it; cancel it if it should not." : ""}
      </p>
    </div>
  );
}

function names(nodes: ReplayPlan["ahead"]): string {
  const shown = nodes.slice(0, NAMED).map(({ label }) => label).join(", ");
  return nodes.length > NAMED ? `${shown} and ${nodes.length - NAMED} more` : shown || "nothing";
}
