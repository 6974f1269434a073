import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { DURATION_UNITS } from "../../../../engine/schemas/duration_units.ts";
import type { Json } from "../../../../engine/schemas/json.ts";
import type { ControlProps } from "../form_scope.ts";
import { isObject } from "../schema.ts";
import { numberIn, PlainInput, textIn } from "./Text.tsx";

/** A number and its unit; an optional one is gone once its number is. */
export function DurationControl(
  { form, path, schema, value, required, aria, label }: ControlProps,
): JSX.Element {
  const fallback = isObject(schema.default) ? schema.default : undefined;
  return (
    <DurationInput
      id={aria.id}
      label={label ?? "Duration"}
      value={value}
      {...(fallback ? { fallback } : {})}
      readOnly={form.readOnly}
      invalid={aria["aria-invalid"] !== undefined}
      onValue={(next, once) =>
        form.set(path, next === undefined && required ? { value: "", unit: "days" } : next, once)}
    />
  );
}

interface DurationInputProps {
  /** Of the group; its parts are `<id>-value` and `<id>-unit`. */
  id: string;
  label: string;
  value: Json | undefined;
  /** What counts while nothing is set. */
  fallback?: Json;
  /** In which one begins to say it. */
  unit?: (typeof DURATION_UNITS)[number];
  readOnly: boolean;
  invalid?: boolean;
  onValue(value: Json | undefined, once?: "once"): void;
}

/** The two controls of a duration `{ value, unit }`. */
export function DurationInput(props: DurationInputProps): JSX.Element {
  const { id, label, value, fallback, readOnly, onValue } = props;
  const set = isObject(value) ? value : undefined;
  const shown = set ?? (isObject(fallback) ? fallback : undefined);
  // Chosen before there is a number: it counts once there is one.
  const [chosen, setChosen] = useState<string>();
  const unit = typeof set?.unit === "string"
    ? set.unit
    : chosen ?? textIn(shown?.unit ?? props.unit ?? "days");
  return (
    <div class="insp-pair">
      <PlainInput
        aria={{
          id: `${id}-value`,
          "aria-label": `${label}: number`,
          ...(props.invalid ? { "aria-invalid": "true" as const } : {}),
        }}
        text={textIn(set?.value)}
        readOnly={readOnly}
        inputMode="decimal"
        {...(shown && !set ? { placeholder: textIn(shown.value) } : {})}
        onText={(text) => {
          const number = numberIn(text, false);
          onValue(number === undefined ? undefined : { ...set, value: number, unit });
        }}
      />
      <select
        id={`${id}-unit`}
        class="input nodrag"
        aria-label={`${label}: unit`}
        value={unit}
        disabled={readOnly}
        onInput={(event) => {
          setChosen(event.currentTarget.value);
          if (set) onValue({ ...set, unit: event.currentTarget.value }, "once");
        }}
      >
        {DURATION_UNITS.map((one) => <option key={one} value={one}>{one}</option>)}
      </select>
    </div>
  );
}
