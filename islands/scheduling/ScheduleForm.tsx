import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { isZone } from "../../engine/core/zone.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { isShownBy, issueFor } from "../shared/issues.ts";
import { CronPicker } from "./CronPicker.tsx";
import { DatesFields, IntervalFields } from "./OtherKinds.tsx";
import { PolicyFields } from "./PolicyFields.tsx";
import { bodyOf, firstValues, type Kind, type ScheduleValues, valuesOf } from "./schedule_values.ts";
import { createSchedule, updateSchedule } from "./scheduling_calls.ts";
import { WorkflowChoice } from "./WorkflowChoice.tsx";
import { ZonePicker } from "./ZonePicker.tsx";

interface ScheduleFormProps {
  /** Null: a new one. */
  schedule: Schedule | null;
  /** To which a new one belongs; null: it is chosen. */
  workflowId: string | null;
  onSaved(schedule: Schedule): void;
}

const KINDS: readonly { kind: Kind; label: string }[] = [
  { kind: "cron", label: "At times (cron)" },
  { kind: "interval", label: "Every so often" },
  { kind: "dates", label: "On dates" },
];
/** Beside which what is wrong is shown; the rest stands in a card. */
const SHOWN = [
  "workflowId",
  "label",
  "cron",
  "every",
  "at",
  "timezone",
  "input",
  "config.maxConcurrent",
  "config.jitter",
  "config.from",
  "config.until",
  "config.holidays",
  "config.retryPolicy",
];

/** Makes a schedule or changes one: when it fires, on whose clock, with what, and what becomes of what is missed. */
export function ScheduleForm({ schedule, workflowId, onSaved }: ScheduleFormProps): JSX.Element {
  const [values, setValues] = useState(() => schedule ? valuesOf(schedule) : firstValues(workflowId ?? ""));
  const change = (part: Partial<ScheduleValues>): void => setValues((held) => ({ ...held, ...part }));
  const { problem, busy, submit } = useSaving(schedule, values, onSaved);
  const issueOf = (field: string): string | undefined => issueFor(problem, field);
  return (
    <form class="grid grid-cols-1 gap-5" onSubmit={submit}>
      {schedule || workflowId !== null ? null : (
        <WorkflowChoice
          value={values.workflowId}
          error={issueOf("workflowId")}
          onChoose={(chosen) => change({ workflowId: chosen })}
        />
      )}
      <Field id="schedule-label" label="Name" error={issueOf("label")}>
        <input
          {...fieldAttributes("schedule-label", { error: issueOf("label") })}
          class="input"
          maxLength={200}
          placeholder="Morning round"
          value={values.label}
          onInput={(event) => change({ label: event.currentTarget.value })}
        />
      </Field>
      <fieldset class="grid grid-cols-1 gap-3">
        <legend class="mb-1 font-semibold">When</legend>
        <KindChoice kind={values.kind} onKind={(kind) => change({ kind })} />
        <ZonePicker
          id="schedule-zone"
          value={values.timezone}
          error={issueOf("timezone") ?? zoneProblem(values.timezone)}
          onZone={(timezone) => change({ timezone })}
        />
        <When values={values} schedule={schedule} issueOf={issueOf} onChange={change} />
      </fieldset>
      <PolicyFields values={values} issueOf={issueOf} onChange={change} />
      {problem && !isShownBy(problem, SHOWN) ? <ErrorCard problem={problem} /> : null}
      <button type="submit" class="button justify-self-start" data-kind="primary" disabled={busy}>
        {busy ? "Saving …" : schedule ? "Save" : "Add schedule"}
      </button>
    </form>
  );
}

function useSaving(
  schedule: Schedule | null,
  values: ScheduleValues,
  onSaved: (schedule: Schedule) => void,
): { problem: Problem | null; busy: boolean; submit(event: Event): Promise<void> } {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  // One key for each body: what was sent and not answered is made once.
  const sent = useRef({ text: "", key: "" });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const made = bodyOf(values);
    if (!made.ok) return setProblem(made.problem);
    setBusy(true);
    const body = schedule ? made.body : { ...made.body, workflowId: values.workflowId };
    const text = JSON.stringify(body);
    if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
    const answer = schedule
      ? await updateSchedule(schedule.id, body)
      : await createSchedule(body, sent.current.key);
    setBusy(false);
    if (answer.ok) onSaved(answer.data);
    else setProblem(answer.problem);
  };
  return { problem, busy, submit };
}

interface WhenProps {
  values: ScheduleValues;
  schedule: Schedule | null;
  issueOf(field: string): string | undefined;
  onChange(part: Partial<ScheduleValues>): void;
}

function When({ values, schedule, issueOf, onChange }: WhenProps): JSX.Element {
  switch (values.kind) {
    case "cron":
      return (
        <div class="field grid-cols-1">
          <label for="schedule-cron">Cron expression</label>
          <CronPicker
            id="schedule-cron"
            cron={values.cron}
            timezone={values.timezone.trim()}
            onCron={(cron) => onChange({ cron })}
          />
        </div>
      );
    case "interval":
      return (
        <IntervalFields
          values={values}
          coming={schedule?.kind === "interval" ? schedule : null}
          error={issueOf("every")}
          onChange={onChange}
        />
      );
    case "dates":
      return <DatesFields values={values} error={issueOf("at")} onChange={onChange} />;
    default:
      return values.kind satisfies never;
  }
}

function KindChoice({ kind, onKind }: { kind: Kind; onKind(kind: Kind): void }): JSX.Element {
  return (
    <div class="flex flex-wrap gap-x-5" role="radiogroup" aria-label="Kind">
      {KINDS.map((one) => (
        <label key={one.kind} class="flex min-h-8 items-center gap-2 max-sm:min-h-11">
          <input
            type="radio"
            name="schedule-kind"
            checked={kind === one.kind}
            onInput={() => onKind(one.kind)}
          />
          {one.label}
        </label>
      ))}
    </div>
  );
}

function zoneProblem(zone: string): string | undefined {
  const trimmed = zone.trim();
  // Said while it is typed; an empty one is the workflow's.
  return trimmed === "" || isZone(trimmed) ? undefined : `There is no time zone "${trimmed}"`;
}
