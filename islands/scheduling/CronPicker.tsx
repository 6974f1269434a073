import type { JSX } from "preact";
import { useTyping } from "../editor/inspector/typing.ts";
import { issueFor } from "../shared/issues.ts";
import { CRON_FIELDS, fieldsOf, isSameCron, PRESETS, withField } from "./cron_text.ts";
import { NextRuns } from "./NextRuns.tsx";
import { usePreview } from "./use_preview.ts";

interface CronPickerProps {
  /** Of the expression's input; what belongs to it begins with it. */
  id: string;
  cron: string;
  timezone: string;
  readOnly?: boolean;
  /** Ties the input to a label and problems that stand around the picker. */
  describedBy?: string | undefined;
  /** Where room is scarce: so many of the next runs are shown at first. */
  few?: number;
  /** Somebody else shows what is wrong with it. */
  isTold?: boolean;
  onCron(cron: string): void;
}

/** A cron expression: presets, the whole of it, its fields by hand, what it means in words, and its next ten runs. */
export function CronPicker(props: CronPickerProps): JSX.Element {
  const { id, cron, timezone, readOnly = false, onCron } = props;
  const { preview, problem } = usePreview(cron, timezone);
  const error = problem ? issueFor(problem, "cron") : undefined;
  // A zone that is none is told at its own field.
  const other = problem && !problem.issues?.length ? problem.detail : undefined;
  const typing = useTyping(cron, onCron);
  const described = [`${id}-words`, props.describedBy].filter(Boolean).join(" ");
  return (
    <div class="grid grid-cols-1 gap-3">
      <Presets cron={cron} readOnly={readOnly} onCron={onCron} />
      <div class="grid grid-cols-1 gap-1">
        <input
          id={id}
          {...typing}
          class="input mono nodrag"
          readOnly={readOnly}
          autoComplete="off"
          spellcheck={false}
          placeholder="0 9 * * 1-5"
          aria-describedby={described}
          aria-invalid={error || props.isTold ? "true" : undefined}
        />
        <p id={`${id}-words`} class="min-h-5 font-medium [overflow-wrap:anywhere]" aria-live="polite">
          {error === undefined
            ? preview?.description
            : props.isTold
            ? null
            : <span class="field-error font-normal">{error}</span>}
        </p>
        {other ? <p class="field-error [overflow-wrap:anywhere]" role="alert">{other}</p> : null}
      </div>
      <Fields id={id} cron={cron} readOnly={readOnly} onCron={onCron} />
      {preview
        ? (
          <NextRuns
            items={preview.items}
            timezone={preview.timezone}
            stale={problem !== null}
            few={props.few}
          />
        )
        : null}
    </div>
  );
}

interface PartProps {
  cron: string;
  readOnly: boolean;
  onCron(cron: string): void;
}

function Presets({ cron, readOnly, onCron }: PartProps): JSX.Element {
  return (
    <div class="flex flex-wrap gap-1.5" role="group" aria-label="Presets">
      {PRESETS.map((preset) => {
        const isChosen = isSameCron(cron, preset.cron);
        return (
          <button
            key={preset.cron}
            type="button"
            class="button nodrag aria-pressed:border-accent aria-pressed:bg-accent-soft"
            title={preset.cron}
            aria-pressed={isChosen}
            disabled={readOnly}
            onClick={() => onCron(preset.cron)}
          >
            {preset.label}
          </button>
        );
      })}
    </div>
  );
}

function Fields({ id, cron, readOnly, onCron }: PartProps & { id: string }): JSX.Element {
  const fields = fieldsOf(cron);
  return (
    <div class="grid grid-cols-5 gap-1.5" role="group" aria-label="Fields">
      {CRON_FIELDS.map((field, i) => (
        <OneField
          key={field.key}
          label={field.label}
          range={field.range}
          id={`${id}-${field.key}`}
          text={fields[i] ?? ""}
          readOnly={readOnly}
          onText={(text) => onCron(withField(cron, i, text))}
        />
      ))}
    </div>
  );
}

interface OneFieldProps {
  id: string;
  label: string;
  range: string;
  text: string;
  readOnly: boolean;
  onText(text: string): void;
}

/** While it is emptied to write something else, its star stays out of the way. */
function OneField({ id, label, range, text, readOnly, onText }: OneFieldProps): JSX.Element {
  const typing = useTyping(text, onText);
  return (
    <label class="grid min-w-0 gap-0.5 text-xs" for={id}>
      <span class="truncate font-medium">{label}</span>
      <input
        id={id}
        {...typing}
        class="input mono nodrag min-w-0 px-1.5 text-center"
        readOnly={readOnly}
        autoComplete="off"
        spellcheck={false}
      />
      <span class="truncate text-xs text-soft">{range}</span>
    </label>
  );
}
