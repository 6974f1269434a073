import type { JSX } from "preact";
import { inWords } from "../../../../engine/core/window.ts";
import { WEEKDAYS } from "../../../../engine/schemas/weekday.ts";
import type { Json, JsonObject } from "../../../../engine/schemas/json.ts";
import { below } from "../config_tree.ts";
import type { ControlProps, FormScope } from "../form_scope.ts";
import { isObject, propertiesOf, type Schema } from "../schema.ts";
import { Toggles } from "./Choice.tsx";
import { PlainInput, textIn } from "./Text.tsx";
import { TextRows } from "./TextList.tsx";

const WORKDAYS: JsonObject = { days: WEEKDAYS.slice(0, 5), from: "09:00", to: "17:00" };

/** Days and hours on which something is open, without holidays; optional ones are switched on and off. */
export function WindowControl({ form, path, schema, value, required, aria }: ControlProps): JSX.Element {
  const hours = isObject(value) ? value : null;
  return (
    <>
      {required ? null : (
        <label class="insp-switch-row">
          Only in a window
          <input
            type="checkbox"
            role="switch"
            class="insp-switch nodrag"
            id={`${aria.id}-on`}
            checked={hours !== null}
            disabled={form.readOnly}
            onInput={(event) => form.set(path, event.currentTarget.checked ? WORKDAYS : undefined, "once")}
          />
        </label>
      )}
      {hours ? <Hours form={form} path={path} schema={schema} hours={hours} id={aria.id} /> : null}
    </>
  );
}

interface HoursProps {
  form: FormScope;
  path: string;
  schema: Schema;
  hours: JsonObject;
  id: string;
}

function Hours({ form, path, schema, hours, id }: HoursProps): JSX.Element {
  const days = listIn(hours.days);
  const holidays = listIn(hours.holidays);
  const time = (key: "from" | "to", label: string): JSX.Element => (
    <label class="insp-time">
      <span class="hint">{label}</span>
      <PlainInput
        aria={{ id: `${id}-${key}` }}
        text={textIn(hours[key])}
        placeholder={key === "from" ? "09:00" : "17:00"}
        readOnly={form.readOnly}
        onText={(text) => form.set(below(path, key), text)}
      />
    </label>
  );
  const zone = propertiesOf(schema).find(([name]) => name === "zone")?.[1];
  return (
    <div class="insp-box">
      <Toggles
        id={`${id}-days`}
        choices={WEEKDAYS}
        chosen={days}
        disabled={form.readOnly}
        onChosen={(list) => form.set(below(path, "days"), list, "once")}
      />
      <div class="insp-pair">{time("from", "From")}{time("to", "To")}</div>
      <details class="insp-more" open={holidays.length > 0}>
        <summary>{holidays.length === 0 ? "Holidays" : `Holidays (${holidays.length})`}</summary>
        <TextRows
          id={`${id}-holiday`}
          label="Holiday"
          list={holidays}
          most={400}
          placeholder="2026-12-25, or 12-25 every year"
          readOnly={form.readOnly}
          onList={(list, row) =>
            form.set(
              below(path, "holidays"),
              list.length > 0 ? list : undefined,
              row === undefined ? "once" : undefined,
            )}
        />
      </details>
      {zone
        ? form.draw({ form, path: below(path, "zone"), schema: zone, value: hours.zone, required: false })
        : null}
      <p class="insp-sentence">{wordsOf(hours, days)}</p>
    </div>
  );
}

function wordsOf(hours: JsonObject, days: readonly Json[]): string {
  return inWords({
    days: WEEKDAYS.filter((day) => days.includes(day)),
    from: textIn(hours.from),
    to: textIn(hours.to),
    holidays: listIn(hours.holidays).map(textIn),
  });
}

function listIn(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
