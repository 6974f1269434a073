import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icon.tsx";

/** Tones of what is no status of an execution: versions, transports, marks. */
export type Tone = "plain" | "good" | "warn" | "bad" | "info";

interface BadgeProps {
  tone?: Tone;
  icon?: string;
  title?: string;
  children: ComponentChildren;
}

/** A small labelled fact; never a status (see StatusChip). */
export function Badge({ tone = "plain", icon, title, children }: BadgeProps): JSX.Element {
  return (
    <span class="badge" data-tone={tone} title={title}>
      {icon ? <Icon name={icon} size={13} /> : null}
      {children}
    </span>
  );
}
