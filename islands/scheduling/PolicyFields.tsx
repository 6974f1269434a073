import type { JSX } from "preact";
import type { SchedulePolicies } from "../../engine/schemas/schedule.ts";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { LengthField } from "./OtherKinds.tsx";
import type { ScheduleValues } from "./schedule_values.ts";

const MISSED: readonly { value: SchedulePolicies["missed"]; label: string }[] = [
  { value: "last", label: "Make up the newest one" },
  { value: "none", label: "Make up nothing" },
  { value: "all", label: "Make up all, 50 at most" },
];
const OVERLAPS: readonly { value: SchedulePolicies["overlap"]; label: string }[] = [
  { value: "allow", label: "Start beside it" },
  { value: "skip", label: "Do not start" },
  { value: "queue", label: "Start when it has ended" },
  { value: "cancel_previous", label: "Cancel it and start" },
];

interface PolicyFieldsProps {
  values: ScheduleValues;
  issueOf(field: string): string | undefined;
  onChange(part: Partial<ScheduleValues>): void;
}

/** What it starts with, and what becomes of a fire that is missed, meets another, or falls outside its days. */
export function PolicyFields({ values, issueOf, onChange }: PolicyFieldsProps): JSX.Element {
  const told = ["input", "config"].some((field) => issueOf(field) !== undefined);
  return (
    <details class="grid grid-cols-1 gap-4" open={told || undefined}>
      <summary class="link w-fit">Input, rules and holidays</summary>
      <div class="mt-3 grid grid-cols-1 gap-4">
        <Field
          id="schedule-input"
          label="Input"
          hint="JSON, read as {{ trigger.body }}. An e-mail address in it finds or makes the lead."
          error={issueOf("input")}
        >
          <textarea
            {...fieldAttributes("schedule-input", { hint: true, error: issueOf("input") })}
            class="input mono"
            rows={3}
            spellcheck={false}
            value={values.input}
            onInput={(event) => onChange({ input: event.currentTarget.value })}
          />
        </Field>
        <div class="grid gap-4 sm:grid-cols-2">
          <Choice
            id="schedule-missed"
            label="When nothing ran at the time"
            options={MISSED}
            value={values.missed}
            onChoose={(missed) => onChange({ missed })}
          />
          <Choice
            id="schedule-overlap"
            label="When the former still runs"
            options={OVERLAPS}
            value={values.overlap}
            onChoose={(overlap) => onChange({ overlap })}
          />
          {values.overlap === "allow" ? null : (
            <Line
              id="schedule-at-once"
              label="At once"
              hint="So many may run before that counts. Empty: 1."
              value={values.maxConcurrent}
              error={issueOf("config.maxConcurrent")}
              onText={(maxConcurrent) => onChange({ maxConcurrent })}
            />
          )}
          <Line
            id="schedule-retries"
            label="Retries"
            hint="Of each step that it starts. Empty: the workflow's."
            value={values.maxRetries}
            error={issueOf("config.retryPolicy")}
            onText={(maxRetries) => onChange({ maxRetries })}
          />
          <LengthField
            id="schedule-jitter"
            label="Spread"
            hint="Fires up to so much later, at most an hour."
            length={values.jitter}
            error={issueOf("config.jitter")}
            onLength={(jitter) => onChange({ jitter })}
          />
        </div>
        <Bounds values={values} issueOf={issueOf} onChange={onChange} />
      </div>
    </details>
  );
}

function Bounds({ values, issueOf, onChange }: PolicyFieldsProps): JSX.Element {
  return (
    <div class="grid gap-4 sm:grid-cols-2">
      <Line
        id="schedule-from"
        label="From"
        hint="Nothing before: 2026-12-01 or 2026-12-01T09:00."
        value={values.from}
        error={issueOf("config.from")}
        onText={(from) => onChange({ from })}
      />
      <Line
        id="schedule-until"
        label="Until"
        hint="Nothing after."
        value={values.until}
        error={issueOf("config.until")}
        onText={(until) => onChange({ until })}
      />
      <div class="sm:col-span-2">
        <Line
          id="schedule-holidays"
          label="Holidays"
          hint="With commas: 12-25 every year, 2026-12-31 once. It does not fire on them."
          value={values.holidays}
          error={issueOf("config.holidays")}
          onText={(holidays) => onChange({ holidays })}
        />
      </div>
    </div>
  );
}

interface LineProps {
  id: string;
  label: string;
  hint: string;
  value: string;
  error: string | undefined;
  onText(text: string): void;
}

function Line({ id, label, hint, value, error, onText }: LineProps): JSX.Element {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        {...fieldAttributes(id, { hint: true, error })}
        class="input"
        autoComplete="off"
        value={value}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </Field>
  );
}

interface ChoiceProps<V extends string> {
  id: string;
  label: string;
  options: readonly { value: V; label: string }[];
  value: V;
  onChoose(value: V): void;
}

function Choice<V extends string>({ id, label, options, value, onChoose }: ChoiceProps<V>): JSX.Element {
  return (
    <Field id={id} label={label}>
      <select
        id={id}
        class="input"
        value={value}
        onInput={(event) => {
          const chosen = options.find((one) => one.value === event.currentTarget.value);
          if (chosen) onChoose(chosen.value);
        }}
      >
        {options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </select>
    </Field>
  );
}
