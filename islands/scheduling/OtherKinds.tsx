import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { DURATION_UNITS } from "../../engine/schemas/duration_units.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { badDates, dateRuns, intervalRuns } from "./next_runs.ts";
import { NextRuns } from "./NextRuns.tsx";
import { type ScheduleValues, type TypedLength, unitOf } from "./schedule_values.ts";
import { NEXT_RUNS } from "./use_preview.ts";

interface KindProps {
  values: ScheduleValues;
  error: string | undefined;
  onChange(part: Partial<ScheduleValues>): void;
}

/** Every so often, with its next ten runs. */
export function IntervalFields(
  { values, coming, error, onChange }: KindProps & { coming: Schedule | null },
): JSX.Element {
  const [now] = useState(() => Date.now());
  const { every, timezone } = values;
  // An interval that stays as it is goes on from where it stands.
  const goesOn = coming?.every !== undefined && coming.nextRun !== null &&
    coming.every.value === Number(every.value) && coming.every.unit === every.unit;
  const items = intervalRuns(every, {
    timezone: timezone.trim(),
    now,
    coming: goesOn ? Date.parse(coming.nextRun ?? "") : null,
    count: NEXT_RUNS,
  });
  return (
    <>
      <LengthField
        id="schedule-every"
        label="Every"
        hint="At least a minute. A day is 24 hours, also when the clocks change."
        length={every}
        error={error}
        onLength={(next) => onChange({ every: next })}
      />
      <NextRuns items={items} timezone={timezone.trim()} />
    </>
  );
}

/** On dates that are listed, with those that are ahead. */
export function DatesFields({ values, error, onChange }: KindProps): JSX.Element {
  const [now] = useState(() => Date.now());
  const timezone = values.timezone.trim();
  const [bad] = badDates(values.at);
  const told = error ??
    (bad === undefined ? undefined : `Cannot read "${bad}" — accepted: 2026-12-01T09:00 or 2026-12-01`);
  return (
    <>
      <Field
        id="schedule-at"
        label="Dates"
        hint="One a line: 2026-12-01T09:00 on the zone's clock; 2026-12-01 is its midnight."
        error={told}
      >
        <textarea
          {...fieldAttributes("schedule-at", { hint: true, error: told })}
          class="input mono"
          rows={4}
          spellcheck={false}
          value={values.at}
          onInput={(event) => onChange({ at: event.currentTarget.value })}
        />
      </Field>
      <NextRuns items={dateRuns(values.at, { timezone, now, count: NEXT_RUNS })} timezone={timezone} />
    </>
  );
}

interface LengthFieldProps {
  id: string;
  label: string;
  hint: string;
  length: TypedLength;
  error: string | undefined;
  onLength(length: TypedLength): void;
}

/** A number and its unit. */
export function LengthField({ id, label, hint, length, error, onLength }: LengthFieldProps): JSX.Element {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <div class="flex gap-2">
        <input
          {...fieldAttributes(id, { hint: true, error })}
          class="input w-24"
          inputMode="decimal"
          autoComplete="off"
          value={length.value}
          onInput={(event) => onLength({ ...length, value: event.currentTarget.value })}
        />
        <select
          class="input w-36"
          aria-label={`${label}: unit`}
          value={length.unit}
          onInput={(event) => onLength({ ...length, unit: unitOf(event.currentTarget.value) })}
        >
          {DURATION_UNITS.map((unit) => <option key={unit} value={unit}>{unit}</option>)}
        </select>
      </div>
    </Field>
  );
}
