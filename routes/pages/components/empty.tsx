import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icon.tsx";

/** What a page without content says: one sentence and at most one button. */
export function Empty(
  props: { icon: string; children: ComponentChildren; action?: ComponentChildren },
): JSX.Element {
  return (
    <div class="empty">
      <Icon name={props.icon} size={28} class="text-faint" />
      <p class="max-w-md text-soft">{props.children}</p>
      {props.action ?? null}
    </div>
  );
}
