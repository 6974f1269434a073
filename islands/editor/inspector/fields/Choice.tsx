import type { JSX } from "preact";
import type { Json } from "../../../../engine/schemas/json.ts";
import type { ControlAttributes, ControlProps } from "../form_scope.ts";
import { choicesOf, humanize, isObject, limitOf, resolve } from "../schema.ts";

const MOST_SEGMENTS = 3;
const MOST_LETTERS = 26;

interface Option {
  value: string;
  label: string;
}

interface ChooserProps {
  id: string;
  options: readonly Option[];
  /** "" where nothing is chosen. */
  chosen: string;
  disabled: boolean;
  /** What a choice of nothing is called; without it something is always chosen. */
  none?: string;
  aria?: ControlAttributes;
  onChoose(value: string): void;
}

/** A few short options beside each other, more of them in a list. */
export function Chooser({ id, options, chosen, disabled, none, aria, onChoose }: ChooserProps): JSX.Element {
  const letters = options.reduce((sum, { label }) => sum + label.length, 0);
  if (none === undefined && options.length <= MOST_SEGMENTS && letters <= MOST_LETTERS) {
    return (
      <div {...aria} id={id} role="radiogroup" aria-labelledby={`${id}-label`} class="insp-segments">
        {options.map(({ value, label }) => (
          <label key={value} class="insp-segment">
            <input
              type="radio"
              class="sr-only nodrag"
              name={id}
              value={value}
              checked={value === chosen}
              disabled={disabled}
              onInput={() => onChoose(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    );
  }
  const isKnown = chosen === "" || options.some(({ value }) => value === chosen);
  return (
    <select
      {...aria}
      id={id}
      class="input nodrag"
      disabled={disabled}
      value={chosen}
      onInput={(event) => onChoose(event.currentTarget.value)}
    >
      {none !== undefined || chosen === "" ? <option value="">{none ?? "Choose …"}</option> : null}
      {isKnown ? null : <option value={chosen}>{chosen} (unknown)</option>}
      {options.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
    </select>
  );
}

/** One of the values that the schema lists. */
export function ChoiceControl({ form, path, schema, value, required, aria }: ControlProps): JSX.Element {
  const choices = choicesOf(schema) ?? [];
  const current = value ?? schema.default;
  const isOptional = !required && schema.default === undefined;
  return (
    <Chooser
      id={aria.id}
      aria={aria}
      options={choices.map((choice) => ({ value: String(choice), label: humanize(String(choice)) }))}
      chosen={current === undefined ? "" : String(current)}
      disabled={form.readOnly}
      {...(isOptional ? { none: "Not set" } : {})}
      onChoose={(text) => form.set(path, choices.find((choice) => String(choice) === text), "once")}
    />
  );
}

/** On or off; unset it shows its default. */
export function SwitchControl({ form, path, schema, value, aria }: ControlProps): JSX.Element {
  return (
    <input
      {...aria}
      type="checkbox"
      role="switch"
      class="insp-switch nodrag"
      checked={(value ?? schema.default) === true}
      disabled={form.readOnly}
      onInput={(event) => form.set(path, event.currentTarget.checked, "once")}
    />
  );
}

interface TogglesProps {
  id: string;
  choices: readonly Json[];
  chosen: readonly Json[];
  disabled: boolean;
  onChosen(list: Json[]): void;
}

/** Any of a few values, each switched by itself; kept in the order in which they are offered. */
export function Toggles({ id, choices, chosen, disabled, onChosen }: TogglesProps): JSX.Element {
  const toggle = (choice: Json): void => {
    const next = choices.filter((one) => one === choice ? !chosen.includes(one) : chosen.includes(one));
    onChosen([...next, ...chosen.filter((one) => !choices.includes(one))]);
  };
  return (
    <div class="insp-toggles">
      {choices.map((choice) => (
        <label key={String(choice)} class="insp-segment">
          <input
            type="checkbox"
            id={`${id}-${choice}`}
            class="sr-only nodrag"
            checked={chosen.includes(choice)}
            disabled={disabled}
            onInput={() => toggle(choice)}
          />
          <span>{humanize(String(choice))}</span>
        </label>
      ))}
    </div>
  );
}

/** A list whose items are some of a few values. */
export function TogglesControl({ form, path, schema, value, required, aria }: ControlProps): JSX.Element {
  const items = isObject(schema.items) ? resolve(schema.items, form.places.root) : {};
  const keep = required || (limitOf(schema, "minItems") ?? 0) > 0 || schema.default !== undefined;
  return (
    <Toggles
      id={aria.id}
      choices={choicesOf(items) ?? []}
      chosen={Array.isArray(value) ? value : []}
      disabled={form.readOnly}
      onChosen={(list) => form.set(path, list.length === 0 && !keep ? undefined : list, "once")}
    />
  );
}
