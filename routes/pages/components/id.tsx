import type { JSX } from "preact";
import { Icon } from "./icon.tsx";

/** Text with a button that copies it; the client script acts on `data-copy`. */
export function Copyable(props: { value: string; label: string; text?: string }): JSX.Element {
  return (
    <span class="inline-flex min-w-0 max-w-full items-center gap-1">
      <code class="mono truncate" title={props.value}>{props.text ?? props.value}</code>
      <button type="button" class="icon-button" data-copy={props.value} aria-label={`Copy ${props.label}`}>
        <Icon name="copy" size={14} />
      </button>
    </span>
  );
}

/** An id: its last 6 characters, whole in the title, copied with one click. */
export function Id({ value, label = "id" }: { value: string; label?: string }): JSX.Element {
  return <Copyable value={value} label={label} text={value.length > 8 ? `…${value.slice(-6)}` : value} />;
}
