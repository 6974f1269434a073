import type { JSX } from "preact";
import { Field } from "../../../routes/pages/components/form.tsx";
import { useEditor } from "../editor_context.ts";
import type { Meantime } from "./stored.ts";

const NOBODY = "\u0000nobody";

interface MeantimeProps {
  meantime: Meantime;
  onChange(meantime: Meantime): void;
}

/** What a dry run assumes: when it starts, and what people do meanwhile. */
export function MeantimeFields({ meantime, onChange }: MeantimeProps): JSX.Element {
  const change = (part: Partial<Meantime>): void => onChange({ ...meantime, ...part });
  return (
    <fieldset class="drawer-meantime">
      <legend>In a dry run</legend>
      <Field id="test-at" label="Starts" hint="As your clock shows it. Empty: now.">
        <input
          id="test-at"
          class="input"
          type="datetime-local"
          value={meantime.at}
          aria-describedby="test-at-hint"
          onInput={(e) => change({ at: e.currentTarget.value })}
        />
      </Field>
      {([["opens", "Opens the mails"], ["clicks", "Clicks the first link in them"]] as const).map(
        ([name, label]) => (
          <label key={name} class="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={meantime[name]}
              onChange={(e) => change({ [name]: e.currentTarget.checked })}
            />
            {label}
          </label>
        ),
      )}
      <Answers meantime={meantime} onChange={onChange} />
    </fieldset>
  );
}

/** One choice for each node that asks a person. */
function Answers({ meantime, onChange }: MeantimeProps): JSX.Element {
  const { cards } = useEditor();
  const people = [...cards.values()].filter(({ category }) => category === "people");
  return (
    <>
      {people.map(({ id, label, ports }) => {
        const first = ports[0]?.id ?? NOBODY;
        const answer = Object.hasOwn(meantime.answers, id) ? meantime.answers[id] ?? NOBODY : first;
        return (
          <Field key={id} id={`test-answer-${id}`} label={label}>
            <select
              id={`test-answer-${id}`}
              class="input"
              value={answer}
              onInput={(e) => {
                const chosen = e.currentTarget.value;
                const answers = { ...meantime.answers, [id]: chosen === NOBODY ? null : chosen };
                onChange({ ...meantime, answers });
              }}
            >
              {ports.map((port) => <option key={port.id} value={port.id}>{port.label}</option>)}
              <option value={NOBODY}>Nobody answers</option>
            </select>
          </Field>
        );
      })}
    </>
  );
}
