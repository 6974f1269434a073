import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Readable } from "../readable.ts";
import { variablesOf } from "./completions.ts";
import { matching, SuggestionList } from "./Suggestions.tsx";

interface VariablePickerProps {
  id: string;
  readables: readonly Readable[];
  onPick(path: string): void;
  onClose(): void;
}

/** All that can be read here, searched by name, with what lies there on the sample. */
export function VariablePicker({ id, readables, onPick, onClose }: VariablePickerProps): JSX.Element {
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => search.current?.focus(), []);
  const items = matching(variablesOf(readables), typed);
  const at = Math.min(active, Math.max(0, items.length - 1));
  const onKeyDown = (event: KeyboardEvent): void => {
    const item = items[at];
    if (event.key === "ArrowDown") setActive(Math.min(at + 1, items.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(at - 1, 0));
    else if (event.key === "Enter" && item) onPick(item.text);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="insp-picker" onFocusOut={(event) => leave(event, onClose)}>
      <input
        ref={search}
        class="input nodrag"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={items.length > 0 ? `${id}-${at}` : undefined}
        aria-label="Search variables"
        placeholder="Search: lead, reply, …"
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      {items.length > 0
        ? (
          <SuggestionList
            id={id}
            label="Variables"
            items={items}
            active={at}
            onPick={(item) => onPick(item.text)}
          />
        )
        : <p class="hint" id={id}>Nothing of that name can be read here.</p>}
    </div>
  );
}

/** The focus went to something outside; where it went nowhere, the list stays. */
function leave(event: FocusEvent & { currentTarget: HTMLElement }, onClose: () => void): void {
  const to = event.relatedTarget;
  if (to instanceof HTMLElement && !event.currentTarget.contains(to) && !to.matches(".insp-variables")) {
    onClose();
  }
}
