import type { JSX } from "preact";
import { WEEKDAYS } from "../../engine/schemas/weekday.ts";
import { TextField } from "./RateRows.tsx";
import type { WindowValues } from "./window_values.ts";

/** Where the settings hold it. */
const SEND_WINDOW = "settings.sendWindow";
const DAY_NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

interface SendWindowProps {
  values: WindowValues;
  /** The workflow's own. */
  timezone: string;
  onValues(values: WindowValues): void;
  issueOf(path: string): string | undefined;
}

/** When steps that reach a person may start: days, hours, whose clock, and the days on which it stays closed. */
export function SendWindowFields({ values, timezone, onValues, issueOf }: SendWindowProps): JSX.Element {
  const change = (part: Partial<WindowValues>): void => onValues({ ...values, ...part });
  return (
    <fieldset class="grid gap-3">
      <legend class="mb-1 font-semibold">When steps reach people</legend>
      <label class="flex min-h-8 items-center gap-2">
        <input type="checkbox" checked={values.on} onInput={(e) => change({ on: e.currentTarget.checked })} />
        Only in a send window
      </label>
      {values.on
        ? (
          <>
            <Days values={values} error={issueOf(`${SEND_WINDOW}.days`)} onChange={change} />
            <div class="flex flex-wrap gap-3">
              <TextField
                label="From"
                id="window-from"
                value={values.from}
                class="w-24"
                error={issueOf(`${SEND_WINDOW}.from`)}
                onText={(from) => change({ from })}
              />
              <TextField
                label="To"
                id="window-to"
                value={values.to}
                class="w-24"
                error={issueOf(`${SEND_WINDOW}.to`)}
                onText={(to) => change({ to })}
              />
            </div>
            <Clock values={values} timezone={timezone} issueOf={issueOf} onChange={change} />
            <TextField
              label="Holidays"
              id="window-holidays"
              value={values.holidays}
              hint="With commas: 12-25 every year, 2026-12-31 once."
              error={issueOf(`${SEND_WINDOW}.holidays`)}
              onText={(holidays) => change({ holidays })}
            />
          </>
        )
        : null}
    </fieldset>
  );
}

interface PartProps {
  values: WindowValues;
  onChange(part: Partial<WindowValues>): void;
}

function Days({ values, error, onChange }: PartProps & { error: string | undefined }): JSX.Element {
  return (
    <div class="grid gap-1">
      <div class="flex flex-wrap gap-x-4 gap-y-1" role="group" aria-label="Days">
        {WEEKDAYS.map((day, index) => (
          <label key={day} class="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={values.days.includes(day)}
              onInput={(e) =>
                onChange({
                  days: e.currentTarget.checked
                    ? [...values.days, day]
                    : values.days.filter((each) => each !== day),
                })}
            />
            {DAY_NAMES[index]}
          </label>
        ))}
      </div>
      {error ? <p class="field-error" role="alert">{error}</p> : null}
    </div>
  );
}

function Clock(
  { values, timezone, issueOf, onChange }: PartProps & Pick<SendWindowProps, "timezone" | "issueOf">,
): JSX.Element {
  const clocks = [
    ["lead", "On the lead's clock, where its time zone is known"],
    ["workflow", `On the workflow's clock (${timezone})`],
    ["zone", "In another time zone"],
  ] as const;
  return (
    <div class="grid gap-1">
      <div class="grid" role="radiogroup" aria-label="Whose clock">
        {clocks.map(([clock, label]) => (
          <label key={clock} class="flex min-h-8 items-center gap-2">
            <input
              type="radio"
              name="window-clock"
              checked={values.clock === clock}
              onInput={() => onChange({ clock })}
            />
            {label}
          </label>
        ))}
      </div>
      {values.clock === "zone"
        ? (
          <TextField
            label="Time zone"
            id="window-zone"
            value={values.zone}
            placeholder="Europe/Zurich"
            error={issueOf(`${SEND_WINDOW}.zone`)}
            onText={(zone) => onChange({ zone })}
          />
        )
        : null}
    </div>
  );
}
