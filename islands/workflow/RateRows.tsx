import type { JSX } from "preact";
import { rateSentence } from "../../engine/core/rate_words.ts";
import { DURATION_UNITS } from "../../engine/schemas/duration_units.ts";
import type { Duration } from "../../engine/schemas/duration_units.ts";
import type { Rate } from "../../engine/schemas/rate.ts";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { NEW_RATE, rateOf } from "./rate_values.ts";
import type { RateValues } from "./rate_values.ts";
import { AddRow, Rows } from "./Rows.tsx";
import type { RowsProps } from "./Rows.tsx";

/** Where the settings hold them. */
export const RATES = "settings.limits.rates";
const MOST = 10;

/** A step that acts on the world, as people know it. */
export interface NamedNode {
  id: string;
  label: string;
}

interface RateRowsProps extends RowsProps<RateValues> {
  nodes: readonly NamedNode[];
}

/** How often steps may act: for each host or key, as many sentences as there are rates. */
export function RateRows(props: RateRowsProps): JSX.Element {
  const { values, onValues } = props;
  return (
    <fieldset class="grid gap-2">
      <legend class="mb-1 font-semibold">How often steps act</legend>
      <Rows {...props} name="rate">
        {(rate, at) => <RateRow {...props} rate={rate} at={at} />}
      </Rows>
      {values.length < MOST
        ? <AddRow label="Add a rate" onAdd={() => onValues([...values, NEW_RATE])} />
        : <p class="hint">At most {MOST} rates.</p>}
    </fieldset>
  );
}

function RateRow(props: RateRowsProps & { rate: RateValues; at: number }): JSX.Element {
  const { rate, at, issueOf, onValues, values, nodes } = props;
  const path = `${RATES}.${at}`;
  const change = (part: Partial<RateValues>): void => onValues(values.with(at, { ...rate, ...part }));
  const words = sentenceOf(rate, nodes);
  return (
    <div class="grid gap-3">
      <div class="flex flex-wrap items-start gap-3">
        <TextField
          label="At most"
          id={`rate-${at}-count`}
          value={rate.count}
          error={issueOf(`${path}.count`)}
          class="w-24"
          onText={(count) => change({ count })}
        />
        <TextField
          label="in"
          id={`rate-${at}-period`}
          value={rate.period}
          error={issueOf(`${path}.period`)}
          class="w-20"
          onText={(period) => change({ period })}
        />
        <Field id={`rate-${at}-unit`} label="Unit">
          <select
            id={`rate-${at}-unit`}
            class="input"
            value={rate.unit}
            onInput={(e) => change({ unit: unitOf(e.currentTarget.value) })}
          >
            {DURATION_UNITS.map((unit) => <option key={unit} value={unit}>{unit}</option>)}
          </select>
        </Field>
      </div>
      <About rate={rate} at={at} issueOf={issueOf} onChange={change} />
      <Scope rate={rate} at={at} nodes={nodes} error={issueOf(`${path}.nodes`)} onChange={change} />
      {words === null ? null : <p class="text-soft">{words}</p>}
    </div>
  );
}

interface PartProps {
  rate: RateValues;
  at: number;
  onChange(part: Partial<RateValues>): void;
}

function About({ rate, at, issueOf, onChange }: PartProps & Pick<RateRowsProps, "issueOf">): JSX.Element {
  const path = `${RATES}.${at}`;
  return (
    <div class="grid gap-2">
      <div class="flex flex-wrap gap-x-5 gap-y-1" role="radiogroup" aria-label="Counted by">
        {([["host", "For a host"], ["key", "For each value of a key"]] as const).map(([per, label]) => (
          <label key={per} class="flex min-h-8 items-center gap-2">
            <input
              type="radio"
              name={`rate-${at}-per`}
              checked={rate.per === per}
              onInput={() =>
                onChange({ per })}
            />
            {label}
          </label>
        ))}
      </div>
      {rate.per === "host"
        ? (
          <TextField
            label="Host"
            id={`rate-${at}-host`}
            value={rate.host}
            placeholder="api.example.com"
            hint="Empty: every host, each by itself."
            error={issueOf(`${path}.host`)}
            onText={(host) => onChange({ host })}
          />
        )
        : (
          <TextField
            label="Key"
            id={`rate-${at}-key`}
            value={rate.key}
            placeholder="{{ lead.company }}"
            hint="A template over lead, trigger and execution. Where it is empty, nothing is counted."
            error={issueOf(`${path}.key`)}
            onText={(key) => onChange({ key })}
          />
        )}
    </div>
  );
}

function Scope(
  { rate, at, nodes, error, onChange }: PartProps & {
    nodes: readonly NamedNode[];
    error: string | undefined;
  },
): JSX.Element {
  // What is not drawn any more stays visible, so that it can be taken away.
  const gone = rate.nodes.filter((id) => !nodes.some((node) => node.id === id)).map((id) => ({
    id,
    label: id,
  }));
  const toggle = (id: string, on: boolean): void =>
    onChange({ nodes: on ? [...rate.nodes, id] : rate.nodes.filter((each) => each !== id) });
  return (
    <details open={rate.nodes.length > 0 || rate.shared || error !== undefined}>
      <summary class="link cursor-pointer">
        {rate.nodes.length === 0 ? "All steps that act on the world" : `${rate.nodes.length} steps`}
        {rate.shared ? ", shared with other workflows" : ""}
      </summary>
      <div class="mt-2 grid gap-1">
        {[...nodes, ...gone].map(({ id, label }) => (
          <label key={id} class="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={rate.nodes.includes(id)}
              onInput={(e) => toggle(id, e.currentTarget.checked)}
            />
            Only {label}
          </label>
        ))}
        {error ? <p class="field-error" id={`rate-${at}-nodes-error`} role="alert">{error}</p> : null}
        <label class="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            checked={rate.shared}
            onInput={(e) => onChange({ shared: e.currentTarget.checked })}
          />
          Count together with other workflows that share it
        </label>
      </div>
    </details>
  );
}

interface TextFieldProps {
  id: string;
  label: string;
  value: string;
  placeholder?: string;
  hint?: string;
  error: string | undefined;
  class?: string;
  list?: string;
  onText(text: string): void;
}

/** A line of text with its label, hint and problem. */
export function TextField(props: TextFieldProps): JSX.Element {
  const { id, label, value, placeholder, hint, error, list, onText } = props;
  return (
    <Field id={id} label={label} error={error} {...(hint ? { hint } : {})}>
      <input
        {...fieldAttributes(id, { hint: hint !== undefined, error })}
        class={`input ${props.class ?? ""}`}
        type="text"
        autocomplete="off"
        {...(placeholder ? { placeholder } : {})}
        {...(list ? { list } : {})}
        value={value}
        onInput={(e) => onText(e.currentTarget.value)}
      />
    </Field>
  );
}

function unitOf(text: string): Duration["unit"] {
  return DURATION_UNITS.find((unit) => unit === text) ?? "minutes";
}

/** What has been typed so far, once it says something. */
function sentenceOf(values: RateValues, nodes: readonly NamedNode[]): string | null {
  const { count, period } = rateOf(values);
  const value = typeof period === "object" && period !== null && "value" in period ? period.value : null;
  if (typeof count !== "number" || typeof value !== "number") return null;
  const about: Rate = {
    ...(values.per === "host"
      ? { per: "host", ...(values.host.trim() ? { host: values.host.trim() } : {}) }
      : { per: "key", key: values.key }),
    count,
    period: { value, unit: values.unit },
    ...(values.nodes.length > 0 ? { nodes: [...values.nodes] } : {}),
    ...(values.shared ? { shared: true } : {}),
  };
  return rateSentence(about, (id) => nodes.find((node) => node.id === id)?.label ?? id);
}
