import type { JSX } from "preact";
import { conditionWords } from "../../engine/core/condition_words.ts";
import type { EndKind } from "../../engine/core/rules_words.ts";
import { ConditionRows } from "./ConditionRows.tsx";
import { NEW_END } from "./end_values.ts";
import type { EndValues } from "./end_values.ts";
import { TextField } from "./RateRows.tsx";
import { AddRow, Rows } from "./Rows.tsx";
import type { RowsProps } from "./Rows.tsx";

const MOST = 20;
const SIGNALS = [
  "lead.created",
  "email.opened",
  "email.clicked",
  "email.replied",
  "email.unsubscribed",
  "call.completed",
];
const WORDS: { readonly [kind in EndKind]: { legend: string; hint: string; add: string } } = {
  goal: {
    legend: "Goals",
    hint: "Once one is reached, the execution is completed, also in the middle of a wait.",
    add: "Add a goal",
  },
  exit: {
    legend: "Exits",
    hint: "Once one is met, the execution is cancelled, also in the middle of a wait.",
    add: "Add an exit",
  },
};

interface EndRowsProps extends RowsProps<EndValues> {
  kind: EndKind;
}

/** Goals or exits: each has a name, and comes with a signal, a condition, or both. */
export function EndRows(props: EndRowsProps): JSX.Element {
  const { kind, values, onValues } = props;
  const { legend, hint, add } = WORDS[kind];
  return (
    <fieldset class="grid gap-2">
      <legend class="mb-1 font-semibold">{legend}</legend>
      <p class="hint">{hint}</p>
      <Rows {...props} name={kind}>
        {(rule, at) => <EndRow {...props} rule={rule} at={at} />}
      </Rows>
      {values.length < MOST
        ? <AddRow label={add} onAdd={() => onValues([...values, NEW_END])} />
        : <p class="hint">At most {MOST}.</p>}
    </fieldset>
  );
}

function EndRow(props: EndRowsProps & { rule: EndValues; at: number }): JSX.Element {
  const { kind, rule, at, values, onValues, issueOf } = props;
  const path = `settings.${kind}s.${at}`;
  const id = `${kind}-${at}`;
  const change = (part: Partial<EndValues>): void => onValues(values.with(at, { ...rule, ...part }));
  const general = issueOf(path, "itself");
  return (
    <div class="grid gap-3">
      <div class="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Name"
          id={`${id}-name`}
          value={rule.name}
          placeholder={kind === "goal" ? "Meeting booked" : "Unsubscribed"}
          error={issueOf(`${path}.name`)}
          onText={(name) => change({ name })}
        />
        <TextField
          label="When this signal comes"
          id={`${id}-signal`}
          value={rule.signal}
          placeholder="email.replied"
          list={`${id}-signals`}
          error={issueOf(`${path}.signal`)}
          onText={(signal) => change({ signal })}
        />
        <datalist id={`${id}-signals`}>
          {SIGNALS.map((signal) => <option key={signal} value={signal} />)}
        </datalist>
      </div>
      {rule.nested
        ? (
          <p class="text-soft">
            And only if {conditionWords(rule.nested)}. It has groups inside, so it stays as it is here.
          </p>
        )
        : <ConditionRows id={id} path={`${path}.when`} rule={rule} issueOf={issueOf} onChange={change} />}
      {general ? <p class="field-error" role="alert">{general}</p> : null}
    </div>
  );
}
