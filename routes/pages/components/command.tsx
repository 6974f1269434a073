import type { JSX } from "preact";
import { Icon } from "./icon.tsx";

/** A command for the terminal, copied with one click. */
export function Command({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <div class="relative rounded-card border border-line bg-sunken">
      <pre class="overflow-x-auto p-3 pr-12 mono" tabIndex={0} role="region" aria-label={label}>{text}</pre>
      <button
        type="button"
        class="icon-button absolute top-1 right-1 bg-sunken"
        data-copy={text}
        aria-label={`Copy ${label}`}
      >
        <Icon name="copy" />
      </button>
    </div>
  );
}
