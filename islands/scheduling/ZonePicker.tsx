import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { isZone } from "../../engine/core/zone.ts";
import { useCompletion } from "../editor/inspector/fields/Suggestions.tsx";
import { offsetWords, timeThere, zonesMatching } from "../shared/time_zones.ts";

interface ZonePickerProps {
  id: string;
  value: string;
  error?: string | undefined;
  onZone(zone: string): void;
}

/** A time zone, found by a part of its name, with its offset at this moment. */
export function ZonePicker({ id, value, error, onZone }: ZonePickerProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  // Set while somebody looks for another: the chosen one stays until it is left.
  const [now, setNow] = useState(() => Date.now());
  const completion = useCompletion(`${id}-list`, {
    label: "Time zones",
    onPick: ({ text }) => onZone(text),
  });
  const look = (typed: string): void => {
    const at = Date.now();
    setNow(at);
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const items = zonesMatching(isZone(typed.trim()) ? "" : typed, at, own);
    completion.show({ from: 0, to: typed.length, items });
  };
  return (
    <div class="field">
      <label for={id}>Time zone</label>
      <div class="insp-template-frame">
        <input
          {...completion.attributes}
          ref={field}
          id={id}
          class="input mono"
          role="combobox"
          aria-expanded={completion.open}
          aria-describedby={`${id}-hint`}
          aria-invalid={error ? "true" : undefined}
          autoComplete="off"
          spellcheck={false}
          placeholder="Europe/Zurich"
          value={value}
          onInput={(event) => {
            onZone(event.currentTarget.value);
            look(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (completion.onKeyDown(event)) return;
            if (event.key === "ArrowDown") look(event.currentTarget.value);
          }}
          onClick={(event) => look(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={() => completion.close()}
        />
        {completion.list}
      </div>
      <p class="hint" id={`${id}-hint`}>
        {isZone(value)
          ? `${timeThere(value, now)} there now, ${offsetWords(value, now)}`
          : "A city or a region"}
      </p>
      {error ? <p class="field-error" role="alert">{error}</p> : null}
    </div>
  );
}
