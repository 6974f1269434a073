import type { ComponentChildren, JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";

/** A part of the inspector below the form, folded or open at first. */
export function Section(
  props: { title: string; folded?: boolean; children: ComponentChildren },
): JSX.Element {
  return (
    <details class="insp-section" open={!props.folded}>
      <summary>
        <Icon name="chevron-right" size={14} />
        <h3>{props.title}</h3>
      </summary>
      <div class="insp-section-body">{props.children}</div>
    </details>
  );
}
